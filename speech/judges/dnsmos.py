"""How clean it sounds: DNSMOS P.835 (Reddy et al., 2022), its overall score (OVRL)."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample
from speech.machine import cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

DNSMOS_RATE = 16_000
WINDOW_S = 9.01
OVERALL = 2
"""its place among the network's three outputs, behind signal and background"""
TO_MOS = np.poly1d([-0.06766283, 1.11546468, 0.04602535])
"""`speechmos.dnsmos`'s, from what the network gives to the scale of its listeners"""


class SpeechMos(ABC):
    """A network that `speechmos.dnsmos.run` asks about each window, without its libraries; loaded at
    first use."""

    name: ClassVar[str]
    title: ClassVar[str]
    weights: ClassVar[str]
    sha256: ClassVar[str]

    def __init__(self) -> None:
        self.revision = f"speechmos {version('speechmos')}, sha256 {self.sha256:.12}"

    def rate(self, waves: Sequence[Wave]) -> list[float]:
        """24 kHz waves -> scores, each independent of the others; NaN where there are no samples."""
        return [self._rate(wave) for wave in waves]

    def _rate(self, wave: Wave) -> float:
        if not len(wave):
            return float("nan")
        heard = np.clip(resample(wave, SAMPLE_RATE, DNSMOS_RATE), -1, 1)
        return float(np.mean([self._score(window) for window in windows(heard)]))

    @abstractmethod
    def _score(self, window: npt.NDArray[np.float32]) -> float:
        """Of (144160,) samples at 16 kHz."""

    @cached_property
    def _session(self) -> "InferenceSession":
        return open_session(storage.local_path(self.weights, self.sha256))


class DnsMos(SpeechMos):
    """What speechmos calls `ovrl_mos`.

    A window takes about 0.4 s of one core, alone or in a batch; clips under 18 s have one to nine.
    """

    name = "dnsmos"
    title = "DNSMOS"
    weights = "package://speechmos/dnsmos_models/sig_bak_ovr.onnx"
    sha256 = "269fbebdb513aa23cddfbb593542ecc540284a91849ac50516870e1ac78f6edd"

    def _score(self, window: npt.NDArray[np.float32]) -> float:
        raw = self._session.run(None, {"input_1": window[None]})[0][0, OVERALL].item()
        return float(TO_MOS(raw))


def open_session(path: Path) -> "InferenceSession":
    """A network of speechmos on the CPU, whose threads sleep while they wait."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(4, cores())
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def windows(heard: npt.NDArray[np.float32]) -> Iterator[npt.NDArray[np.float32]]:
    """(samples,) at 16 kHz -> windows (144160,) a second apart, as speechmos cuts them.

    Short clips are doubled until they fill one. Where the product below falls short of a whole
    number by rounding, speechmos leaves the window out, and so does this.
    """
    size = int(WINDOW_S * DNSMOS_RATE)
    while len(heard) < size:
        heard = np.append(heard, heard)
    for start in range(int(len(heard) // DNSMOS_RATE - WINDOW_S) + 1):
        window = heard[start * DNSMOS_RATE : int((start + WINDOW_S) * DNSMOS_RATE)]
        if len(window) == size:
            yield window
