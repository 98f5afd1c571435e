"""A clip's log-mel spectrogram as a small PNG inside the page."""

import base64
import struct
import zlib

import numpy as np
import numpy.typing as npt
import torch

from speech.audio.mel import N_FFT, log_mel
from speech.audio.waveform import Wave

FRAMES_PER_PIXEL, BANDS_PER_PIXEL = 2, 2
MAX_WIDTH = 600
"""pixels; longer clips are squeezed"""
FLOOR, CEILING = -9.0, 2.5
"""of the log magnitudes that have colours of their own"""
COLOURS = 48
_ANCHORS = np.array(  # dark to light, by rising lightness: readable on white and on black
    [[13, 12, 34], [60, 22, 96], [133, 38, 107], [205, 70, 75], [246, 138, 50], [252, 240, 175]]
)


def spectrogram_uri(wave: Wave) -> str | None:
    """(samples,) at 24 kHz -> a data: URI, low bands at the bottom; None for less than a window."""
    if len(wave) < N_FFT:
        return None
    mel = log_mel(torch.from_numpy(np.nan_to_num(wave))).numpy()
    step = max(FRAMES_PER_PIXEL, -(-len(mel) // MAX_WIDTH))
    frames = mel[: len(mel) // step * step].reshape(-1, step, mel.shape[1]).mean(axis=1)
    bands = frames.reshape(len(frames), -1, BANDS_PER_PIXEL).mean(axis=2)
    level = np.clip((bands - FLOOR) / (CEILING - FLOOR), 0, 1)
    pixels = (level * (COLOURS - 1)).round().astype(np.uint8).T[::-1]
    return "data:image/png;base64," + base64.b64encode(png(pixels, _palette())).decode()


def png(pixels: npt.NDArray[np.uint8], palette: npt.NDArray[np.uint8]) -> bytes:
    """(height, width) places in a palette (colours, 3) -> a file (PNG, second edition, 2003)."""
    height, width = pixels.shape
    rows = np.pad(pixels, ((0, 0), (1, 0))).tobytes()  # each row begins with its filter: none
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _palette() -> npt.NDArray[np.uint8]:
    """(colours, 3)"""
    at = np.linspace(0, len(_ANCHORS) - 1, COLOURS)
    places = np.arange(len(_ANCHORS))
    return np.stack([np.interp(at, places, channel) for channel in _ANCHORS.T], 1).astype(np.uint8)
