"""A wave of centred, overlapping frames, in pieces: cut into them as it becomes known, and added up
from them as `torch.stft` and `torch.istft` do.

What is left over at the end of one piece goes into the next, so that pieces of any length are one and
the same wave.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from speech.audio import FEWEST_FRAMES
from speech.audio.waveform import Wave

Floats = npt.NDArray[np.float32]


class Frames:
    """Those of a wave of (frames - 1) * hop samples, which is mirrored at both ends."""

    def __init__(self, frames: int, n_fft: int, hop: int) -> None:
        if frames < FEWEST_FRAMES:
            raise ValueError(f"{frames} frames; a wave needs {FEWEST_FRAMES}")
        self.count, self.n_fft, self.hop, self.half = frames, n_fft, hop, n_fft // 2
        self.samples, self.known = (frames - 1) * hop, 0
        self.source = np.empty(self.samples + n_fft, np.float32)
        self.all = np.lib.stride_tricks.sliding_window_view(self.source, n_fft)[::hop]
        """(frames, n_fft), a view"""

    def extend(self, wave: Wave) -> None:
        """By the samples that come next."""
        half, begin = self.half, self.half + self.known
        self.source[begin : begin + len(wave)] = wave
        started, self.known = self.known > half, self.known + len(wave)
        if not started and self.known > half:
            self.source[:half] = self.source[2 * half : half : -1]
        if self.known == self.samples:
            end = half + self.samples
            self.source[end:] = self.source[end - 2 : end - 2 - half : -1]

    @property
    def ready(self) -> int:
        """Frames all of whose samples are known."""
        if self.known == self.samples:
            return self.count
        return (self.known - self.half) // self.hop + 1 if self.known > self.half else 0


class OverlapAdd:
    """Such a wave of its frames; `hop` divides `n_fft` at least into two."""

    def __init__(self, frames: int, n_fft: int, hop: int) -> None:
        self.frames, self.hop, self.done = frames, hop, 0
        self.windows = windows(n_fft, hop)
        self.left_over = np.zeros((n_fft // hop - 1, hop), np.float32)

    def push(self, waves: Floats) -> Wave:
        """The next frames (K, n_fft), which are overwritten -> the samples that are now finished.

        Blocks of a hop are counted from half a window before the wave.
        """
        waves *= self.windows.synthesis
        parts = waves.reshape(len(waves), -1, self.hop)
        first, each = self.done, parts.shape[1]
        self.done += len(waves)
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


class Windows(NamedTuple):
    """Hann windows, periodic as torch.hann_window."""

    analysis: Floats
    """(n_fft,) that frames are cut by"""
    synthesis: Floats
    """(n_fft,) that frames are added by, so that they add up to what they were cut from"""
    power: Floats
    """(parts, hop) of the window's parts"""
    overlap: Floats
    """(hop,) their sum"""


@lru_cache
def windows(n_fft: int, hop: int) -> Windows:
    window = hann(n_fft)
    power = (window**2).reshape(-1, hop)
    overlap = power.sum(0)
    synthesis = window / np.tile(overlap, len(power))
    return Windows(window, synthesis, power, overlap)


def hann(size: int) -> Floats:
    """(size,) of a period."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
