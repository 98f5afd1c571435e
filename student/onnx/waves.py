"""Pulses and noise, filtered frame by frame, and a residual: the last part of `speech.vocoder.network`
in numpy.

In pieces, in order: what is left over at the end of one piece (the pulses' phase, the halves of
windows) goes into the next, so that pieces of any length add up to one and the same wave.
"""

import numpy as np
import scipy.fft

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from student.onnx.consistency import Consistency
from student.onnx.noise import BLOCK, Noise, Spectra
from student.onnx.overlap import Floats, Frames, OverlapAdd

RESIDUAL = "residual_real", "residual_imaginary"
"""outputs of frames.onnx that not every export has"""
AHEAD = 2
"""frames beyond a piece whose pitch it needs"""
PULSE_BLOCK = 64
"""frames at a time: arrays of up to 128 KiB come from memory that is there already"""


class PulseFilter:
    """One wave of (frames - 1) * hop samples; `hop` divides `n_fft` at least into two, and
    `student.onnx.consistency.DECIMATION` divides `hop`."""

    def __init__(self, frames: int, n_fft: int, hop: int, noise: Noise) -> None:
        self.hop, self.noise = hop, noise
        self.excited = Frames(frames, n_fft, hop)
        self.overlap = OverlapAdd(frames, n_fft, hop)
        self.consistency = Consistency(frames, n_fft, hop)
        self.window = self.overlap.windows.analysis / self.overlap.windows.analysis.sum()
        self.delay = self.consistency.delay
        """frames of a first piece that are not heard yet"""
        self.turns, self.done = 0.0, 0

    def push(
        self,
        hertz: Floats,
        pulses: Floats,
        noise: Floats,
        phase: Floats,
        *residual: Floats,
    ) -> Wave:
        """The next K frames -> the samples that are now finished.

        Args:
            hertz: (K + `AHEAD`,) or, at the end, as many as there are.
            pulses: (K, bins) linear levels, which `phase` (K, bins) in radians turns.
            noise: (K, bins) linear levels.
            residual: (K, bins) real and (K, bins) imaginary parts of what is added to both, or nothing.
        """
        self._excite(hertz)
        parts = pulses, noise, phase, *residual
        return np.concatenate(
            [
                self._filtered(*(part[at : at + BLOCK] for part in parts))
                for at in range(0, len(pulses), BLOCK)
            ]
        )

    def _filtered(self, pulses: Floats, noise: Floats, phase: Floats, *residual: Floats) -> Wave:
        first, self.done = self.done, self.done + len(pulses)
        frames = self.excited.all[first : self.done]
        harmonic = scipy.fft.rfft(frames * self.window, overwrite_x=True)
        spectra = _turned(pulses, phase)
        spectra *= harmonic
        white = self.noise(len(noise))
        # part by part: numpy makes complex numbers of real factors, for four times as long
        np.multiply(white.real, noise, out=harmonic.real)
        np.multiply(white.imag, noise, out=harmonic.imag)
        spectra += harmonic
        if residual:
            spectra.real += residual[0]
            spectra.imag += residual[1]
        ready = self.consistency.push(spectra)
        if not len(ready):
            return np.empty(0, np.float32)
        return self.overlap.push(scipy.fft.irfft(ready, self.excited.n_fft, overwrite_x=True))

    def _excite(self, hertz: Floats) -> None:
        """Pulses as far as the pitch is known."""
        known = hertz[self.excited.known // self.hop - self.done :]
        if len(known) > 1:
            train, self.turns = pulse_train(known, self.hop, self.turns)
            self.excited.extend(train)


def _turned(levels: Floats, phase: Floats) -> Spectra:
    """Complex numbers of these levels and phases."""
    spectra = np.empty(levels.shape, np.complex64)
    part = np.cos(phase)
    part *= levels
    spectra.real = part
    np.sin(phase, out=part)
    part *= levels
    spectra.imag = part
    return spectra


def pulse_train(hertz: Floats, hop: int, turns: float = 0.0) -> tuple[Floats, float]:
    """(frames,) -> ((frames - 1) * hop,) as `speech.vocoder.network.pulses`, and the turns of the last
    sample, from which the next pulses go on."""
    after = (np.arange(hop) + 0.5) / hop
    behind, ahead = (1 - after).cumsum() / SAMPLE_RATE, after.cumsum() / SAMPLE_RATE
    precise = hertz.astype(np.float64)
    ends = turns + (precise[:-1] * behind[-1] + precise[1:] * ahead[-1]).cumsum()
    begins = np.concatenate(([turns], ends[:-1]))
    begins -= np.round(begins)  # after which float32 is enough for the few turns of a hop
    train = np.empty((len(begins), hop), np.float32)
    shares = [part.astype(np.float32) for part in (behind, ahead, after)]
    for at in range(0, len(begins), PULSE_BLOCK):
        some = hertz[at : at + PULSE_BLOCK + 1, None], begins[at : at + PULSE_BLOCK, None]
        train[at : at + PULSE_BLOCK] = _pulses(*some, *shares)
    return train.ravel(), float(ends[-1] - np.round(ends[-1]))


def _pulses(hertz: Floats, begins: Floats, behind: Floats, ahead: Floats, after: Floats) -> Floats:
    """Of each hop (frames, hop) the sum of all harmonics below half the sample rate."""
    here, there = hertz[:-1], hertz[1:]
    places = here * behind
    places += there * ahead
    places += begins.astype(np.float32)
    places -= np.rint(places)  # between -1/2 and 1/2: precise around the peaks
    half = (there - here) * after
    half += here
    np.divide(np.float32(SAMPLE_RATE / 2), half, out=half)
    np.floor(half, out=half)
    half += np.float32(0.5)
    top = places * half
    top -= np.rint(top)
    top *= np.float32(2 * np.pi)
    places *= np.float32(np.pi)
    bottom, kernel = np.sin(places, out=places), np.sin(top, out=top)
    if not bottom.all():
        flat = bottom == 0
        bottom[flat], kernel[flat] = 1.0, 2 * half[flat]
    kernel /= bottom
    return kernel
