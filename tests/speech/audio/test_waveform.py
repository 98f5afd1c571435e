"""Decoding what users bring, encoding what is stored, and the levels that checks rest on."""

import io
import tracemalloc

import numpy as np
import pytest
import soundfile

from speech.audio.waveform import (
    SILENCE_DB,
    clipped_share,
    decode,
    encode_flac,
    longest_pause_s,
    quantize,
    resample,
    rms_db,
)
from speech.errors import Refused

RATE = 24_000
NOISE = np.random.default_rng(0).normal(0, 0.1, 2 * RATE).astype(np.float32)


def encoded(samples: np.ndarray, rate: int = RATE, **options: str) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, **{"format": "WAV", **options})
    return buffer.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        decode(data, 12.0)
    return caught.value.reason


def test_flac_round_trip_is_exact_and_deterministic() -> None:
    data = encode_flac(NOISE, RATE)
    wave, rate = decode(data, 12.0)
    assert (rate, wave.dtype, wave.shape) == (RATE, np.float32, NOISE.shape)
    np.testing.assert_array_equal(wave, quantize(NOISE))
    assert encode_flac(wave, RATE) == data == encode_flac(NOISE, RATE)


def test_encoding_clips_and_refuses_what_is_not_a_number() -> None:
    wave, _ = decode(encode_flac(np.array([2.0, -2.0] * RATE, dtype=np.float32), RATE), 12.0)
    assert wave[:2].tolist() == [32767 / 32768, -1.0]
    for poison in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            encode_flac(np.array([0.0, poison], dtype=np.float32), RATE)


def test_stereo_is_mixed_to_mono() -> None:
    left, right = np.full(RATE, 0.5, np.float32), np.full(RATE, -0.25, np.float32)
    wave, _ = decode(encoded(np.stack([left, right], axis=1)), 12.0)
    np.testing.assert_allclose(wave, 0.125, atol=1e-4)


@pytest.mark.parametrize("container", ["WAV", "FLAC", "OGG", "MP3"])
def test_containers(container: str) -> None:
    wave, rate = decode(encoded(NOISE, format=container), 12.0)
    assert rate == RATE
    assert len(wave) == len(NOISE)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "undecodable"),
        (b"These are words, not sound. " * 99, "undecodable"),
        (encoded(NOISE)[:20], "undecodable"),
        (encoded(NOISE)[:44], "undecodable"),
        (encode_flac(NOISE, RATE)[:20_000], "undecodable"),
        (encoded(NOISE, format="MP3")[:6_000], "truncated"),
        (encoded(np.zeros((RATE, 64), np.int16)), "too_many_channels"),
        (encoded(NOISE, 400_000), "sample_rate"),
        (encoded(np.zeros(13 * RATE, np.int16)), "too_long"),
    ],
)
def test_refusals(data: bytes, reason: str) -> None:
    assert refusal(data) == reason


def test_a_decompression_bomb_is_refused_from_its_header() -> None:
    bomb = encoded(np.zeros(3600 * RATE, np.int16), format="FLAC")
    assert len(bomb) < 300_000
    assert refusal(bomb) == "too_long"


def test_many_channels_are_decoded_block_by_block() -> None:
    """Of 80 KB, all at once would be 61 MB."""
    wide = encoded(np.zeros((10 * 192_000, 8), np.int16), 192_000, format="FLAC")
    tracemalloc.start()
    wave, _ = decode(wide, 12.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(wave) == 10 * 192_000
    assert peak < 16e6


def test_a_header_that_declares_more_than_there_is() -> None:
    data = bytearray(encode_flac(NOISE, RATE))
    sizes = int.from_bytes(data[18:26], "big")
    data[18:26] = (sizes >> 36 << 36 | 11 * RATE).to_bytes(8, "big")
    assert refusal(bytes(data)) in ("undecodable", "truncated")


def test_resampling_keeps_duration_and_level() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100).astype(np.float32)
    wave = resample(tone, 44_100, RATE)
    assert wave.dtype == np.float32
    assert len(wave) == RATE
    assert rms_db(wave) == pytest.approx(-3.01, abs=0.05)
    assert resample(tone, 44_100, 44_100) is tone


def test_levels() -> None:
    assert rms_db(np.full(100, 0.1, np.float32)) == pytest.approx(-20, abs=1e-4)
    assert rms_db(np.zeros(100, np.float32)) == SILENCE_DB == rms_db(np.zeros(0, np.float32))


def test_clipping_is_seen_at_any_level() -> None:
    assert clipped_share(NOISE) == 0
    assert clipped_share(np.sin(np.arange(RATE, dtype=np.float32) / 10)) < 0.03
    assert clipped_share(np.clip(NOISE * 20, -1, 1)) > 0.5
    assert clipped_share(0.5 * np.clip(NOISE * 20, -1, 1)) > 0.15
    assert clipped_share(np.zeros(RATE, np.float32)) == 0 == clipped_share(np.zeros(0, np.float32))


def test_longest_pause() -> None:
    wave = NOISE.copy()
    wave[RATE // 2 : RATE] = 0
    assert longest_pause_s(wave, RATE, -60) == pytest.approx(0.5, abs=0.021)
    assert longest_pause_s(NOISE, RATE, -60) == 0
    assert longest_pause_s(np.zeros(RATE, np.float32), RATE, -60) == pytest.approx(1.0)
