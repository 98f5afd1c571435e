"""Perth's mark: heard where it is, not where it is not, and always of the same bytes."""

import io

import numpy as np
import pytest
import soundfile
import torch

import speech.audio.watermark
from speech import storage
from speech.audio.watermark import HEARD, AnyWatermark, Perth
from speech.audio.waveform import Wave, decode, encode_flac
from speech.config import load_group
from speech.errors import InputError

VOICES = "package://teacher/mini/voices"
NAMES = ("speaker00", "speaker10", "speaker18")


@pytest.fixture(scope="module")
def perth() -> Perth:
    return load_group(AnyWatermark, "watermark", "perth").open()


def clip(name: str) -> Wave:
    data = storage.read_bytes(f"{VOICES}/{name}.flac")
    return soundfile.read(io.BytesIO(data), dtype="float32")[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_marked_clip_is_known_from_its_file_and_an_unmarked_one_is_not(perth, name):
    wave = clip(name)
    stored, _ = decode(encode_flac(perth.mark(wave), 24_000), 60)
    assert perth.confidence(stored) > HEARD
    assert perth.confidence(wave) < HEARD


def test_a_marked_clip_is_as_long_and_nearly_as_it_was(perth):
    wave = clip(NAMES[0])
    marked = perth.mark(wave)
    assert marked.dtype == np.float32
    assert len(marked) == len(wave)
    assert np.abs(marked).max() < 1.5 * np.abs(wave).max()
    assert np.corrcoef(marked, wave)[0, 1] > 0.95


def test_equal_clips_are_marked_to_the_bit_whatever_the_threads_and_neighbours(perth):
    waves = [clip(name) for name in NAMES]
    before = torch.get_num_threads()
    found = []
    for threads, order in ((1, waves), (2, waves[::-1]), (5, waves)):
        torch.set_num_threads(threads)
        found.append(sorted(perth.mark(wave).tobytes() for wave in order))
        assert torch.get_num_threads() == threads
    torch.set_num_threads(before)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("samples", [1, 100, 1_500, 24_001])
def test_short_clips_and_silence_keep_their_length(perth, samples):
    assert len(perth.mark(np.zeros(samples, np.float32))) == samples
    assert len(perth.mark(np.full(samples, 0.1, np.float32))) == samples


def test_what_is_not_finite_is_left_for_the_gate(perth):
    wave = clip(NAMES[0])
    wave[7] = np.nan
    assert np.array_equal(perth.mark(wave), wave, equal_nan=True)


def test_without_its_package_one_line_says_what_to_install(monkeypatch):
    config = load_group(AnyWatermark, "watermark", "perth")
    monkeypatch.setattr(speech.audio.watermark, "version", lambda _: "9.9.9")
    with pytest.raises(InputError, match=r"watermark\.version=1\.0\.1: installed is 9\.9\.9"):
        config.open()

    def missing(name):
        raise speech.audio.watermark.PackageNotFoundError(name)

    monkeypatch.setattr(speech.audio.watermark, "version", missing)
    with pytest.raises(InputError, match=r"pip install 'tts-distill\[watermark\]'"):
        config.check()


def test_by_default_nothing_is_marked():
    config = load_group(AnyWatermark, "watermark", "none")
    config.check()
    assert config.open() is None
    assert config.label is None
