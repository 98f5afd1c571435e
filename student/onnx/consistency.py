"""A spectrogram nearer to that of a wave: `PulseVocoder.consistent` in numpy, in pieces."""

import numpy as np
import scipy.fft

from student.onnx.noise import Spectra
from student.onnx.overlap import Frames, OverlapAdd

DECIMATION = 4
SMALLEST = np.float32(1e-4)
"""as `speech.vocoder.network.SMALLEST`"""


class Consistency:
    """Of one wave's frames, in order: their lowest bins as they are once the frames have been added."""

    def __init__(self, frames: int, n_fft: int, hop: int) -> None:
        size, step = n_fft // DECIMATION, hop // DECIMATION
        self.added, self.heard = OverlapAdd(frames, size, step), Frames(frames, size, step)
        self.size, self.bins = size, size // 2
        self.delay = n_fft // hop - 1
        """frames that what comes out is behind what is given"""
        self.done = 0
        self.waiting: Spectra = np.empty((0, n_fft // 2 + 1), np.complex64)

    def push(self, spectra: Spectra) -> Spectra:
        """The next frames (K, bins) -> those that are now known, fewer at first and more at the end."""
        low = scipy.fft.irfft(spectra[:, : self.bins + 1], self.size)
        self.heard.extend(self.added.push(low))
        known = np.concatenate((self.waiting, spectra))
        count = max(0, self.heard.ready - self.done)
        found, self.waiting = known[:count], known[count:]
        if count:
            self._correct(found[:, : self.bins])
        return found

    def _correct(self, wanted: Spectra) -> None:
        """Phases as they are heard, and magnitudes between what is heard and what is wanted."""
        begin, self.done = self.done, self.done + len(wanted)
        cut = self.heard.all[begin : self.done] * self.added.windows.analysis
        heard = scipy.fft.rfft(cut, overwrite_x=True)[:, : self.bins]
        ratio = np.maximum(np.abs(wanted), SMALLEST)
        ratio /= np.maximum(np.abs(heard), SMALLEST)
        np.sqrt(ratio, out=ratio)
        np.multiply(heard.real, ratio, out=wanted.real)
        np.multiply(heard.imag, ratio, out=wanted.imag)
