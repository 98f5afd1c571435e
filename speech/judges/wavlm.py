"""Whose voice it is, by a larger judge: x-vectors of WavLM (Chen et al., 2022, arXiv 2110.13900)."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample, rms_db
from speech.errors import InputError
from speech.judges.hub import Device, HubModel
from speech.judges.speaker import MIN_RMS_DB, Embedding
from speech.machine import pick_device

if TYPE_CHECKING:
    from transformers import WavLMForXVector

WAVLM_RATE = 16_000
MIN_S = 0.5
"""some frames must be left behind the network's convolutions, for their spread to mean anything"""
DESCRIPTIONS = ("config.json", "preprocessor_config.json")


class WavLmConfig(HubModel):
    """A `WavLMForXVector` as transformers saves it."""

    name: str
    weights: str
    """pytorch_model.bin or model.safetensors"""
    device: Device


class WavLmSpeaker:
    """In Resemblyzer's place; the cosines of the two are not comparable.

    The weights are loaded at first use.
    """

    def __init__(self, config: WavLmConfig) -> None:
        self.config, self.name = config, config.name
        self.revision = f"transformers {version('transformers')}, {config.pin}"

    def fetch(self) -> Path:
        """The weights' file. Raises InputError: it cannot be had, or is another one."""
        return self.config.locate(self.config.weights, *DESCRIPTIONS)

    def embed(self, waves: Sequence[Wave]) -> list[Embedding]:
        """24 kHz waves -> embeddings (512,) of length 1, each independent of the others."""
        return [self._embed(wave) for wave in waves]

    def _embed(self, wave: Wave) -> Embedding:
        import torch

        model, extractor = self._model
        if rms_db(wave) < MIN_RMS_DB or len(wave) < MIN_S * SAMPLE_RATE:
            return np.full(model.config.xvector_output_dim, np.nan, np.float32)
        heard = resample(wave, SAMPLE_RATE, WAVLM_RATE)
        values = extractor(heard, sampling_rate=WAVLM_RATE, return_tensors="pt").input_values
        with torch.inference_mode():
            vector = model(values.to(model.device)).embeddings[0].float().cpu()
        return (vector / vector.norm()).numpy()

    @cached_property
    def _model(self) -> tuple["WavLMForXVector", Any]:
        """The network, and what prepares samples for it."""
        from transformers import Wav2Vec2FeatureExtractor, WavLMForXVector
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # one for every loading of weights
        folder = self.fetch().parent
        try:
            loaded: Any = WavLMForXVector.from_pretrained(
                folder,
                local_files_only=True,
                output_loading_info=True,
                use_safetensors=self.config.weights.endswith(".safetensors"),
            )
            model, report = loaded
            extractor = Wav2Vec2FeatureExtractor.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(f"{folder} holds no WavLMForXVector: {error!s:.200}") from error
        if report["missing_keys"]:  # transformers would draw them at random
            some = ", ".join(sorted(report["missing_keys"])[:3])
            raise InputError(f"{folder} lacks weights of a WavLMForXVector: {some}")
        return model.eval().to(pick_device("judges.speaker.device", self.config.device)), extractor
