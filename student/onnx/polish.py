"""A few rounds of Griffin-Lim over a wave in pieces: `PulseVocoder.polished` in numpy.

In order, and as far behind the wave as the rounds reach, so that what comes out is what the whole wave
would have come to.
"""

import numpy as np
import numpy.typing as npt
import scipy.fft

from speech.audio.waveform import Wave
from student.onnx.noise import hann
from student.onnx.waves import Floats

Spectrum = npt.NDArray[np.complex64]

MOMENTUM = 0.99
SMALLEST, TINY = np.float32(1e-4), np.float32(1e-9)
"""as in `speech.vocoder.network`"""


class Polish:
    """Of one wave of (frames - 1) * hop samples, whose blocks of a hop lie between the frames' centres.

    A frame's window reaches into those of `reach` frames on each side. Each round adds as many to what
    a frame depends on, and so do the first and the last transform together.
    """

    def __init__(self, frames: int, n_fft: int, hop: int, rounds: int) -> None:
        self.frames, self.n_fft, self.hop, self.rounds = frames, n_fft, hop, rounds
        self.window, self.half = hann(n_fft), n_fft // 2
        reach = n_fft // hop - 1
        self.margin = reach * (rounds + 1)
        self.delay = self.margin + self.half // hop
        """frames that what comes out is behind those that were given"""
        self.wave = np.empty(0, np.float32)
        self.level = np.empty((0, self.half + 1), np.float32)
        self.begin = 0
        """the frame that these two begin at"""
        self.done = 0
        """blocks that have come out"""

    def push(self, wave: Wave, level: Floats) -> Wave:
        """The next samples, and the next frames' mel magnitudes (K, bins) -> the samples that are now
        finished: none, for a first piece of no more frames than the delay."""
        self.wave = np.concatenate((self.wave, wave))
        self.level = np.concatenate((self.level, level))
        blocks = len(self.wave) // self.hop
        end = self.begin + blocks
        if end < self.frames - 1:
            end -= self.margin
        if end <= self.done:
            return np.empty(0, np.float32)
        polished = self._polished(self.level[: blocks + 1]).reshape(-1, self.hop)
        out = polished[self.done - self.begin : end - self.begin].ravel()
        self.done = end
        passed = max(0, end - self.margin - self.begin)
        self.wave, self.level = self.wave[passed * self.hop :], self.level[passed:]
        self.begin += passed
        return out

    def _polished(self, level: Floats) -> Wave:
        """What is here, as if it were a whole wave; wrong within the margin of ends that are not its
        own."""
        spectrum = self._stft(self.wave)
        magnitude = np.maximum(np.sqrt(_power(spectrum)), SMALLEST)
        wanted = np.sqrt(np.sqrt(level * magnitude) * magnitude)  # of the mel a quarter: MEL_SHARE
        before = np.zeros_like(spectrum)
        for _ in range(self.rounds):
            ahead = spectrum - np.float32(MOMENTUM / (1 + MOMENTUM)) * before
            before = spectrum
            spectrum = self._stft(self._istft(_turned(wanted, ahead)))
        return self._istft(_turned(wanted, spectrum))

    def _stft(self, wave: Wave) -> Spectrum:
        padded = np.pad(wave, self.half, "reflect")
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.n_fft)[:: self.hop]
        found: Spectrum = scipy.fft.rfft(windows * self.window, axis=-1, overwrite_x=True)
        return found

    def _istft(self, spectrum: Spectrum) -> Wave:
        waves = scipy.fft.irfft(spectrum, self.n_fft, axis=-1, overwrite_x=True) * self.window
        return _added(waves, self.hop) / _added(
            np.broadcast_to(self.window**2, waves.shape), self.hop
        )


def _power(spectrum: Spectrum) -> Floats:
    return spectrum.real**2 + spectrum.imag**2


def _turned(wanted: Floats, spectrum: Spectrum) -> Spectrum:
    """Magnitudes with a spectrum's phases."""
    turned: Spectrum = spectrum * (wanted / np.maximum(np.sqrt(_power(spectrum)), TINY))
    return turned


def _added(waves: Floats, hop: int) -> Wave:
    """Overlapping frames (K, n_fft), added: the samples between the first centre and the last."""
    parts = waves.reshape(len(waves), -1, hop)
    each = parts.shape[1]
    blocks = np.zeros((len(waves) + each - 1, hop), np.float32)
    for part in range(each):
        blocks[part : part + len(waves)] += parts[:, part]
    return blocks[each // 2 : len(blocks) - each // 2].ravel()
