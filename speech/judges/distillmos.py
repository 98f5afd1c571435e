"""How good it sounds: DistillMOS, a learned mean opinion score from 1 to 5."""

import contextlib
import io
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample

if TYPE_CHECKING:
    from distillmos import ConvTransformerSQAModel

MOS_RATE = 16_000
WEIGHTS = "package://distillmos/weights/distill_mos_v7.pt"
WEIGHTS_SHA256 = "b18b3ac60227267cfb91e5d00ce22cc7b73716fd92f269484da1446e27031a40"


class Mos:
    """The weights are loaded at first use."""

    name = "distillmos"
    title = "DistillMOS"

    def __init__(self) -> None:
        self.revision = f"distillmos {version('distillmos')}, sha256 {WEIGHTS_SHA256:.12}"

    def rate(self, waves: Sequence[Wave]) -> list[float]:
        """24 kHz waves -> scores, each independent of the others."""
        import torch

        with torch.inference_mode():
            return [
                self._model(torch.from_numpy(resample(wave, SAMPLE_RATE, MOS_RATE))[None]).item()
                for wave in waves
            ]

    @cached_property
    def _model(self) -> "ConvTransformerSQAModel":
        from distillmos import ConvTransformerSQAModel

        storage.local_path(WEIGHTS, WEIGHTS_SHA256)
        with contextlib.redirect_stdout(io.StringIO()):  # it prints where its weights are
            return ConvTransformerSQAModel().eval()
