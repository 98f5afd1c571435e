"""How natural it sounds: UTMOS (Saeki et al., 2022), its strong learner, as F5-TTS measures it."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample
from speech.errors import InputError
from speech.judges.hub import Device, HubModel
from speech.machine import pick_device

if TYPE_CHECKING:
    from speech.judges.utmos_network import UtmosNetwork

UTMOS_RATE = 16_000


class UtmosConfig(HubModel):
    """A file of weights as github.com/tarepan/SpeechMOS released it."""

    weights: str
    """the file, under the model's folder"""
    device: Device


class Utmos:
    """The weights are loaded at first use."""

    name = "utmos22-strong"
    title = "UTMOS"

    def __init__(self, config: UtmosConfig) -> None:
        self.config = config
        self.revision = f"transformers {version('transformers')}, {config.pin}"

    def fetch(self) -> Path:
        """The weights' file. Raises InputError: it cannot be had, or is another one."""
        return self.config.locate(self.config.weights)

    def rate(self, waves: Sequence[Wave]) -> list[float]:
        """24 kHz waves -> scores, each independent of the others."""
        import torch

        device = pick_device("judges.utmos.device", self.config.device)
        with torch.inference_mode():
            return [
                self._network(
                    torch.from_numpy(resample(wave, SAMPLE_RATE, UTMOS_RATE))[None].to(device)
                ).item()
                for wave in waves
            ]

    @cached_property
    def _network(self) -> "UtmosNetwork":
        import torch

        from speech.judges.utmos_network import network_of

        path = self.fetch()
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            return network_of(state).to(pick_device("judges.utmos.device", self.config.device))
        except Exception as error:  # unpickling raises whatever the bytes lead to
            raise InputError(f"{path} holds no weights of UTMOS: {error!s:.200}") from error
