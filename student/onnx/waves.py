"""Pulses and noise, filtered frame by frame, and a residual: the last part of `speech.vocoder.network`
in numpy.

In pieces, in order: what is left over at the end of one piece (the pulses' phase, the halves of
windows) goes into the next, so that pieces of any length add up to one and the same wave.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy.fft

from speech.audio.waveform import Wave
from speech.dataset.schema import SAMPLE_RATE

Floats = npt.NDArray[np.float32]
Noise = Callable[[int], Wave]
"""the next so many samples of white noise"""

LEVEL, RESIDUAL = "level", "residual"
"""outputs of frames.onnx that not every export has"""
AHEAD = 2
"""frames beyond a piece whose pitch it needs"""
BLOCK = 128
"""frames at a time, which stay in the processor's cache"""
FEWEST_FRAMES = 4
"""that the reflected edges of a wave need"""


class PulseFilter:
    """One wave of (frames - 1) * hop samples; `hop` divides `n_fft` at least into two."""

    def __init__(self, frames: int, n_fft: int, hop: int, noise: Noise) -> None:
        if frames < FEWEST_FRAMES:
            raise ValueError(f"{frames} frames; a wave needs {FEWEST_FRAMES}")
        self.frames, self.n_fft, self.hop, self.noise = frames, n_fft, hop, noise
        self.samples = (frames - 1) * hop
        self.window = hann(n_fft)
        power = self.window**2
        self.windows = np.stack([self.window / self.window.sum(), self.window / power.sum() ** 0.5])
        parts = power.reshape(-1, hop)
        self.overlap = np.zeros((frames + len(parts) - 1, hop), np.float32)
        for part, squared in enumerate(parts):
            self.overlap[part : part + frames] += squared
        self.source = np.empty((2, self.samples + n_fft), np.float32)
        self.turns, self.blocks, self.done = 0.0, 0, 0
        self.left_over = np.zeros((n_fft // hop - 1, hop), np.float32)

    def push(
        self,
        hertz: Floats,
        pulses: Floats,
        noise: Floats,
        phase: Floats,
        residual: Floats | None = None,
    ) -> Wave:
        """The next K frames -> the samples that are now finished.

        Args:
            hertz: (K + `AHEAD`,) or, at the end, as many as there are.
            pulses: (K, bins) linear levels, which `phase` (K, bins) in radians turns.
            noise: (K, bins) linear levels.
            residual: (K, bins, 2) real and imaginary parts of what is added to both.
        """
        self._excite(hertz)
        parts = [pulses, noise, phase] if residual is None else [pulses, noise, phase, residual]
        return np.concatenate(
            [
                self._filtered(*(part[at : at + BLOCK] for part in parts))
                for at in range(0, len(pulses), BLOCK)
            ]
        )

    def _filtered(self, pulses: Floats, noise: Floats, phase: Floats, *residual: Floats) -> Wave:
        first, last = self.done, self.done + len(pulses)
        frames = np.lib.stride_tricks.sliding_window_view(self.source, self.n_fft, axis=1)
        frames = frames[:, first * self.hop : (last - 1) * self.hop + 1 : self.hop]
        harmonic, hiss = scipy.fft.rfft(frames * self.windows[:, None], axis=-1, overwrite_x=True)
        turned = np.empty_like(harmonic)
        np.multiply(np.cos(phase), pulses, out=turned.real)
        np.multiply(np.sin(phase), pulses, out=turned.imag)
        turned *= harmonic
        hiss *= noise
        turned += hiss
        for parts in residual:
            turned += parts.view(np.complex64)[..., 0]
        self.done = last
        return self._added(scipy.fft.irfft(turned, self.n_fft, axis=-1, overwrite_x=True), first)

    def _excite(self, hertz: Floats) -> None:
        """Pulses and noise as far as the pitch is known."""
        half, known = self.n_fft // 2, hertz[self.blocks - self.done :]
        if len(known) > 1:
            begin = half + self.blocks * self.hop
            end = begin + (len(known) - 1) * self.hop
            self.source[0, begin:end], self.turns = pulse_train(known, self.hop, self.turns)
            self.source[1, begin:end] = self.noise(end - begin)
            self.blocks += len(known) - 1
        if self.done == 0:
            self.source[:, :half] = self.source[:, 2 * half : half : -1]
        if self.blocks == self.frames - 1:
            end = half + self.samples
            self.source[:, end:] = self.source[:, end - 2 : end - 2 - half : -1]

    def _added(self, waves: Floats, first: int) -> Wave:
        """Overlapping frames (K, n_fft) from frame `first`, added; what later ones still add to is
        kept. Blocks of a hop are counted from half a window before the wave."""
        waves *= self.window
        parts = waves.reshape(len(waves), -1, self.hop)
        each = parts.shape[1]
        blocks = np.zeros((len(waves) + each - 1, self.hop), np.float32)
        blocks[: each - 1] = self.left_over
        for part in range(each):
            blocks[part : part + len(waves)] += parts[:, part]
        self.left_over = blocks[len(waves) :]
        end = self.frames + each // 2 - 1 if self.done == self.frames else self.done
        begin = max(first, each // 2)
        return (blocks[begin - first : end - first] / self.overlap[begin:end]).ravel()


def pulse_train(hertz: Floats, hop: int, turns: float = 0.0) -> tuple[Floats, float]:
    """(frames,) -> ((frames - 1) * hop,) as `speech.vocoder.network.pulses`, and the turns of the last
    sample, from which the next pulses go on."""
    after = ((np.arange(hop) + 0.5) / hop).astype(np.float32)
    smooth = (hertz[:-1, None] * (1 - after) + hertz[1:, None] * after).reshape(-1)
    places = (smooth.astype(np.float64) / SAMPLE_RATE).cumsum()
    places += turns
    places -= places.round()  # between -1/2 and 1/2: precise around the peaks
    count = 2 * np.floor(np.float32(SAMPLE_RATE / 2) / smooth) + 1
    bottom = np.sin((np.pi * places).astype(np.float32))
    top = places * (0.5 * count)
    top -= top.round()
    kernel = np.sin((2 * np.pi * top).astype(np.float32))
    flat = np.abs(bottom) < 1e-6
    bottom[flat] = 1.0
    kernel /= bottom
    kernel[flat] = count[flat]
    return kernel, float(places[-1])


def hann(size: int) -> Floats:
    """Periodic, as torch.hann_window."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
