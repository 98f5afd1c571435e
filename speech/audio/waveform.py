"""Mono float32 waves in [-1, 1]: decoding what users bring, encoding what the dataset holds, levels."""

import io
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from speech.errors import Refused

Wave = npt.NDArray[np.float32]
"""(samples,)"""

MAX_CHANNELS = 8
MAX_SAMPLE_RATE = 192_000
BLOCK_SAMPLES = 1 << 16
"""of each channel, decoded at a time"""
SILENCE_DB = -100.0
"""level of digital silence, so that levels stay finite"""
FULL_SCALE = 32768.0
"""of signed 16 bits"""
FRAME_S = 0.02
ALLOWED = "allowed: WAV, FLAC, OGG or MP3"


def decode(data: bytes | BinaryIO, max_duration_s: float) -> tuple[Wave, int]:
    """The audio of a WAV, FLAC, OGG or MP3 file, mixed to mono, and its sample rate.

    The header is checked before anything is decoded: an hour of silence is a FLAC of 272 KB. Then
    one block of all channels is in memory at a time, beside the mono wave.

    Raises:
        Refused: `undecodable`, `too_many_channels`, `sample_rate`, `too_long` or `truncated`.
    """
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    try:
        with soundfile.SoundFile(stream) as file:
            _check_header(file, max_duration_s)
            declared, sample_rate = file.frames, file.samplerate
            wave = _mono(file)
    except soundfile.LibsndfileError as error:
        raise Refused("undecodable", f"{error.error_string.rstrip('.')}; {ALLOWED}") from error
    except (soundfile.SoundFileError, TypeError) as error:  # TypeError: headerless, named .raw
        raise Refused("undecodable", f"{error}; {ALLOWED}") from error
    if declared == 0:
        raise Refused("undecodable", "no samples")
    if len(wave) < declared:
        raise Refused("truncated", f"{len(wave)} of {declared} declared samples")
    return wave, sample_rate


def _mono(file: soundfile.SoundFile) -> Wave:
    """What can be decoded of it, whose declared length is known to be allowed."""
    wave, filled = np.empty(file.frames, np.float32), 0
    while filled < len(wave):
        block = file.read(min(BLOCK_SAMPLES, len(wave) - filled), "float32", always_2d=True)
        if not len(block):
            break
        wave[filled : filled + len(block)] = block.mean(axis=1, dtype=np.float32)
        filled += len(block)
    return wave[:filled]


def _check_header(file: soundfile.SoundFile, max_duration_s: float) -> None:
    if file.channels > MAX_CHANNELS:
        raise Refused("too_many_channels", f"{file.channels}, allowed {MAX_CHANNELS}")
    if file.samplerate > MAX_SAMPLE_RATE:
        raise Refused("sample_rate", f"{file.samplerate} Hz, allowed {MAX_SAMPLE_RATE}")
    duration_s = file.frames / file.samplerate
    if duration_s > max_duration_s:
        raise Refused("too_long", f"{duration_s:.1f} s, allowed {max_duration_s:g}")


def encode_flac(wave: Wave, sample_rate: int) -> bytes:
    """FLAC, PCM_16, clipped to [-1, 1]; equal waves give equal bytes, and `decode` inverts it.

    Raises:
        ValueError: the wave holds NaN or inf, which soundfile would turn into full scale.
    """
    if not np.isfinite(wave).all():
        raise ValueError("a wave to encode must be finite, not NaN or inf")
    buffer = io.BytesIO()
    soundfile.write(buffer, pcm_16(wave), sample_rate, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def quantize(wave: Wave) -> Wave:
    """What `decode` will give of `encode_flac(wave)`; NaN becomes silence."""
    return from_pcm_16(pcm_16(np.nan_to_num(wave, posinf=1.0, neginf=-1.0)))


def pcm_16(wave: Wave) -> npt.NDArray[np.int16]:
    """Signed, little-endian, full scale at 32,768; louder samples are clipped."""
    return np.clip(np.round(wave * FULL_SCALE), -32768, 32767).astype("<i2")


def from_pcm_16(samples: npt.NDArray[np.int16]) -> Wave:
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


def resample(wave: Wave, from_rate: int, to_rate: int) -> Wave:
    if from_rate == to_rate:
        return wave
    return soxr.resample(wave, from_rate, to_rate).astype(np.float32, copy=False)


def rms_db(wave: Wave) -> float:
    """Level in dB of full scale; `SILENCE_DB` for digital silence and for no samples."""
    if len(wave) == 0:
        return SILENCE_DB
    return _decibels(np.mean(np.square(wave, dtype=np.float64))).item()


def clipped_share(wave: Wave) -> float:
    """The share of samples at full scale or on a flat top, which clipping leaves at any level."""
    if len(wave) == 0:
        return 0.0
    level = np.abs(wave)
    flat = np.diff(wave, prepend=np.nan) == 0
    clipped = (level >= 0.999) | (flat & (level >= 0.9 * level.max()) & (level > 0.1))
    return clipped.mean().item()


def longest_pause_s(wave: Wave, sample_rate: int, below_db: float) -> float:
    """The longest stretch of 20 ms frames quieter than `below_db`, edges included."""
    frame = int(FRAME_S * sample_rate)
    frames = wave[: len(wave) // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(
        _decibels(np.mean(np.square(frames, dtype=np.float64), axis=1)) >= below_db
    )
    edges = np.concatenate(([-1], loud, [len(frames)]))
    return (np.diff(edges).max().item() - 1) * FRAME_S


def _decibels(power: npt.NDArray[np.float64] | np.floating) -> npt.NDArray[np.float64]:
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10))))
