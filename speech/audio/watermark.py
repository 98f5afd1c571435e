"""An inaudible mark by which a clip can be told to be machine-made, whoever has it later.

It is in what the gate hears and the dataset holds. A marked clip follows from the unmarked one alone.
"""

import io
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Protocol

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.config import Config
from speech.config.targets import ByTarget
from speech.errors import InputError

HEARD = 0.5
"""from which confidence on a clip counts as marked"""
FRAME, HOP = 1536, 240
"""samples at 24 kHz of Perth's spectrogram: what is shorter is padded, and a last hop would be lost"""
_TORCH_THREADS = threading.Lock()


class Watermark(Protocol):
    """Waves are (samples,) at 24 kHz."""

    def mark(self, wave: Wave) -> Wave:
        """As long as it was; one with NaN or inf comes back as it is, for the gate to reject."""

    def confidence(self, wave: Wave) -> float:
        """That the wave is marked, 0 to 1; NaN for silence."""


class WatermarkConfig(Config, ABC):
    """What every block of conf/watermark states."""

    @property
    @abstractmethod
    def label(self) -> str | None:
        """Method and version, for each row of a dataset; None where nothing is marked."""

    @abstractmethod
    def check(self) -> None:
        """Raises InputError: what it needs is not installed."""

    @abstractmethod
    def open(self) -> Watermark | None:
        """With its weights in memory; raises as `check` does."""


class NoWatermark(WatermarkConfig):
    @property
    def label(self) -> None:
        return None

    def check(self) -> None:
        """It needs nothing."""

    def open(self) -> None:
        return None


class PerthConfig(WatermarkConfig):
    """`resemble-perth`, on the CPU."""

    version: str

    @property
    def label(self) -> str:
        return f"perth {self.version}"

    def check(self) -> None:
        try:
            found = version("resemble-perth")
        except PackageNotFoundError as error:
            raise InputError(
                "watermark=perth needs resemble-perth, which is not installed: "
                "pip install 'tts-distill[watermark]'"
            ) from error
        if found != self.version:
            raise InputError(f"watermark.version={self.version}: installed is {found}")

    def open(self) -> "Perth":
        self.check()
        return Perth()


class Perth:
    """Its network runs on one thread: on more, sums are in another order and bytes differ."""

    def __init__(self) -> None:
        perth = import_module("perth")  # of an extra that no command needs
        if perth.PerthImplicitWatermarker is None:  # it hides what it could not import
            raise InputError(
                "watermark=perth: its package cannot be imported whole; it needs librosa, torchaudio "
                "and setuptools below 81: pip install 'tts-distill[watermark]'"
            )
        with redirect_stdout(io.StringIO()):  # it prints what it loaded
            self._perth: Any = perth.PerthImplicitWatermarker()

    def mark(self, wave: Wave) -> Wave:
        if not np.isfinite(wave).all():
            return wave
        with _one_thread():
            marked = self._perth.apply_watermark(_padded(wave), SAMPLE_RATE)
        return np.asarray(marked[: len(wave)], np.float32)

    def confidence(self, wave: Wave) -> float:
        with _one_thread():
            return float(self._perth.get_watermark(_padded(wave), SAMPLE_RATE, round=False))


def _padded(wave: Wave) -> Wave:
    return np.pad(wave, (0, HOP + max(FRAME - len(wave), 0)))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Torch's threads are the process's: whoever marks meanwhile waits."""
    import torch

    with _TORCH_THREADS, torch.inference_mode():
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


AnyWatermark = Annotated[WatermarkConfig, ByTarget("speech.audio.watermark.")]
"""the block of whichever watermark a YAML's `_target_` names"""
