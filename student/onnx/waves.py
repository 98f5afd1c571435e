"""Pulses and noise, filtered frame by frame, and a residual: the last part of `speech.vocoder.network`
in numpy.

In pieces, in order: what is left over at the end of one piece (the pulses' phase, the halves of
windows) goes into the next, so that pieces of any length add up to one and the same wave.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.fft

from speech.audio import FEWEST_FRAMES, SAMPLE_RATE
from speech.audio.waveform import Wave
from student.onnx.noise import BLOCK, Noise, Spectra, hann

Floats = npt.NDArray[np.float32]

LEVEL, RESIDUAL = "level", ("residual_real", "residual_imaginary")
"""outputs of frames.onnx that not every export has"""
AHEAD = 2
"""frames beyond a piece whose pitch it needs"""
PULSE_BLOCK = 64
"""frames at a time: arrays of up to 128 KiB come from memory that is there already"""


class PulseFilter:
    """One wave of (frames - 1) * hop samples; `hop` divides `n_fft` at least into two."""

    def __init__(self, frames: int, n_fft: int, hop: int, noise: Noise) -> None:
        if frames < FEWEST_FRAMES:
            raise ValueError(f"{frames} frames; a wave needs {FEWEST_FRAMES}")
        self.frames, self.n_fft, self.hop, self.noise = frames, n_fft, hop, noise
        self.samples = (frames - 1) * hop
        self.windows = _windows(n_fft, hop)
        self.source = np.empty(self.samples + n_fft, np.float32)
        self.turns, self.blocks, self.done = 0.0, 0, 0
        self.left_over = np.zeros((n_fft // hop - 1, hop), np.float32)

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
        first, last = self.done, self.done + len(pulses)
        frames = np.lib.stride_tricks.sliding_window_view(self.source, self.n_fft)
        frames = frames[first * self.hop : (last - 1) * self.hop + 1 : self.hop]
        harmonic = scipy.fft.rfft(frames * self.windows.analysis, overwrite_x=True)
        spectra = _turned(pulses, phase)
        spectra *= harmonic
        spectra += np.multiply(self.noise(len(noise)), noise, out=harmonic)
        if residual:
            spectra.real += residual[0]
            spectra.imag += residual[1]
        self.done = last
        return self._added(scipy.fft.irfft(spectra, self.n_fft, overwrite_x=True), first)

    def _excite(self, hertz: Floats) -> None:
        """Pulses as far as the pitch is known."""
        half, known = self.n_fft // 2, hertz[self.blocks - self.done :]
        if len(known) > 1:
            begin = half + self.blocks * self.hop
            end = begin + (len(known) - 1) * self.hop
            self.source[begin:end], self.turns = pulse_train(known, self.hop, self.turns)
            self.blocks += len(known) - 1
        if self.done == 0:
            self.source[:half] = self.source[2 * half : half : -1]
        if self.blocks == self.frames - 1:
            end = half + self.samples
            self.source[end:] = self.source[end - 2 : end - 2 - half : -1]

    def _added(self, waves: Floats, first: int) -> Wave:
        """Overlapping frames (K, n_fft) from frame `first`, added; what later ones still add to is
        kept. Blocks of a hop are counted from half a window before the wave."""
        waves *= self.windows.synthesis
        parts = waves.reshape(len(waves), -1, self.hop)
        each = parts.shape[1]
        blocks = np.zeros((len(waves) + each - 1, self.hop), np.float32)
        blocks[: each - 1] = self.left_over
        for part in range(each):
            blocks[part : part + len(waves)] += parts[:, part]
        self.left_over = blocks[len(waves) :]
        end = self.frames + each // 2 - 1 if self.done == self.frames else self.done
        begin = max(first, each // 2)
        self._level_edges(blocks, first, begin, end)
        return blocks[begin - first : end - first].ravel()

    def _level_edges(self, blocks: Floats, first: int, begin: int, end: int) -> None:
        """Near both ends of a wave fewer windows overlap than the synthesis counts on."""
        parts = len(self.windows.power)
        for block in (*range(begin, min(parts - 1, end)), *range(max(begin, self.frames), end)):
            lowest, highest = max(0, block - self.frames + 1), min(block, parts - 1)
            there = self.windows.power[lowest : highest + 1].sum(0)
            blocks[block - first] *= self.windows.overlap / there


class _Windows(NamedTuple):
    analysis: Floats
    """(n_fft,) that a pulse train is cut by"""
    synthesis: Floats
    """(n_fft,) that frames are added by, so that they add up to what they were cut from"""
    power: Floats
    """(parts, hop) of the window's parts"""
    overlap: Floats
    """(hop,) their sum"""


@lru_cache
def _windows(n_fft: int, hop: int) -> _Windows:
    window = hann(n_fft)
    power = (window**2).reshape(-1, hop)
    overlap = power.sum(0)
    synthesis = window / np.tile(overlap, len(power))
    return _Windows(window / window.sum(), synthesis, power, overlap)


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
    places -= np.round(places)  # between -1/2 and 1/2: precise around the peaks
    half = (there - here) * after
    half += here
    np.divide(np.float32(SAMPLE_RATE / 2), half, out=half)
    np.floor(half, out=half)
    half += np.float32(0.5)
    top = places * half
    top -= np.round(top)
    top *= np.float32(2 * np.pi)
    places *= np.float32(np.pi)
    bottom, kernel = np.sin(places, out=places), np.sin(top, out=top)
    flat = np.abs(bottom) < 1e-6
    if flat.any():
        bottom[flat], kernel[flat] = 1.0, 2 * half[flat]
    kernel /= bottom
    return kernel
