"""Packaged voices: who speaks, that a clip follows from its key alone, and that every engine's phoneme
ends are where they sound."""

import json

import numpy as np
import pytest

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.config import load_config
from speech.errors import InputError, Refused
from teacher.base import Prepared, Request, Speech
from teacher.packaged.config import OWN_VOICES, PackagedConfig
from teacher.packaged.engines import ENGINES, Hibari, Spoken
from teacher.packaged.speakers import SPEAKERS, Speaker
from teacher.packaged.teacher import MAX_PHONEMES, PackagedTeacher, trimmed
from teacher.voices import VoicesConfig, load_bank
from tests.blocks import block

TEXT = "she sells six shiny sea shells."
FIRST_OF_ENGINE = {s.engine: s for s in reversed(SPEAKERS)}


def config(*engines: str) -> PackagedConfig:
    return PackagedConfig(
        name="packaged",
        license="Apache-2.0",
        languages=("en",),
        engines=engines,
        batch_size="auto_max",
        device="auto",
    )


@pytest.fixture(scope="module")
def teacher() -> PackagedTeacher:
    return config(*ENGINES).open({})


def prepared(teacher: PackagedTeacher, voice: str, text: str = TEXT) -> Prepared:
    return teacher.prepare(Request(text, "en", voice))


def say(teacher: PackagedTeacher, voice: str, key: str = "1/a/0") -> Speech:
    return teacher.speak([prepared(teacher, voice)], [key])[0]


def test_speakers() -> None:
    train, held_out = [[s for s in SPEAKERS if s.held_out is out] for out in (False, True)]
    assert len({s.id for s in SPEAKERS}) == len(SPEAKERS)
    assert len(train) >= 40
    assert len(held_out) >= 6
    assert {s.engine for s in train} == {s.engine for s in held_out} == set(FIRST_OF_ENGINE)
    blends = [s.voice for s in SPEAKERS if s.engine == "kokoro"]
    assert all(sum(blend.values()) == pytest.approx(1) for blend in blends)


@pytest.mark.parametrize("engine", FIRST_OF_ENGINE)
def test_phoneme_ends_are_where_they_sound(engine: str, teacher: PackagedTeacher) -> None:
    """Hissing phonemes cross zero far more often than vowels, if the ends are right."""
    speech = say(teacher, FIRST_OF_ENGINE[engine].id)
    assert speech.phonemes is not None
    assert speech.phoneme_ends_s is not None
    wave = speech.wave
    assert wave.dtype == np.float32
    ends = np.array(speech.phoneme_ends_s)
    assert len(ends) == len(speech.phonemes)
    assert (np.diff(ends) >= 0).all()
    assert ends[-1] == pytest.approx(len(wave) / SAMPLE_RATE, abs=1e-3)
    edges = (np.r_[0, ends] * SAMPLE_RATE).astype(int)
    crossings: dict[bool, list[float]] = {True: [], False: []}
    for phoneme, start, stop in zip(speech.phonemes, edges, edges[1:], strict=False):
        if phoneme in "sʃiɛI" and stop - start > 500:
            crossings[phoneme in "sʃ"].append(np.mean(np.diff(np.sign(wave[start:stop])) != 0))
    assert np.median(crossings[True]) > 2 * np.median(crossings[False])
    assert np.sqrt(np.mean(np.square(wave))) == pytest.approx(0.08, abs=0.01)


@pytest.mark.parametrize("engine", FIRST_OF_ENGINE)
def test_a_clip_follows_from_its_key(engine: str, teacher: PackagedTeacher) -> None:
    """In any company, and by any other worker; another key is another clip."""
    voice = FIRST_OF_ENGINE[engine].id
    alone = say(teacher, voice)
    items = [prepared(teacher, voice, "a stone."), prepared(teacher, voice)]
    other, again = config(engine).open({}).speak(items, ["1/b/0", "1/a/0"])
    assert np.array_equal(again.wave, alone.wave)
    assert again.phoneme_ends_s == alone.phoneme_ends_s
    assert not np.array_equal(other.wave, alone.wave)
    next_try = say(teacher, voice, "1/a/1")
    assert not np.array_equal(next_try.wave, alone.wave)


def test_a_shift_moves_pitch_but_not_length(monkeypatch: pytest.MonkeyPatch) -> None:
    shifts = {
        f"hibari-{shift}": Speaker(f"hibari-{shift}", "hibari", shift, False)
        for shift in (0.8, 1.2)
    }
    monkeypatch.setattr("teacher.packaged.teacher._BY_ID", shifts)

    def clip(voice: str) -> tuple[float, float]:
        wave = say(config("hibari").open({}), voice).wave
        power = np.abs(np.fft.rfft(wave)) ** 2
        return len(wave) / SAMPLE_RATE, float((power * np.arange(len(power))).sum() / power.sum())

    (short_s, low), (long_s, high) = map(clip, shifts)
    assert short_s == pytest.approx(long_s, rel=0.25)
    assert high / long_s > 1.2 * low / short_s


def test_the_lag_is_taken_out(teacher: PackagedTeacher) -> None:
    """What the graph says comes later than the sound, by `lag_s`."""
    phonemes = prepared(teacher, "hibari-0996").payload
    found = Hibari().speak(phonemes, {}, 1.0, 0)
    frames = np.cumsum(
        Hibari()._session.run(None, {"ids": _ids(phonemes), "speed": _one()})[-1].ravel()
    )
    told = frames[1:-1] * len(found.wave) / frames[-1]
    assert (told[:-1] - found.ends[:-1]) / found.sample_rate == pytest.approx(0.05, abs=1e-3)


def _ids(phonemes: str) -> np.ndarray:
    vocabulary = Hibari()._vocabulary
    return np.array([[0, *[vocabulary[p] for p in phonemes], 0]], np.int64)


def _one() -> np.ndarray:
    return np.ones(1, np.float32)


def test_silence_is_left_to_the_gate() -> None:
    silent = Spoken(np.zeros(100, np.float32), SAMPLE_RATE, np.array([100]))
    assert trimmed(silent) is silent


def test_phonemes_that_are_told_are_said(teacher: PackagedTeacher) -> None:
    told = teacher.prepare(Request("Kokoro", "en", "hibari-0996", "kˈOkəɹO"))
    assert told.payload == "kˈOkəɹO"
    assert teacher.config.speaks_phonemes


def test_what_it_cannot_say_is_refused(teacher: PackagedTeacher) -> None:
    with pytest.raises(Refused, match="nothing_to_speak"):
        prepared(teacher, "hibari-0996", "...")
    with pytest.raises(Refused, match=f"too_long: .* allowed {MAX_PHONEMES}"):
        prepared(teacher, "hibari-0996", "a stone " * 100)
    with pytest.raises(Refused, match="unknown_voice: 'piper-0860', allowed: hibari-0740"):
        prepared(config("hibari").open({}), "piper-0860")


def test_the_bank_has_every_speaker_under_its_engine_s_licence() -> None:
    entries = [json.loads(line) for line in storage.read_bytes(OWN_VOICES).splitlines()]
    assert [entry["id"] for entry in entries] == [speaker.id for speaker in SPEAKERS]
    for entry, speaker in zip(entries, SPEAKERS, strict=True):
        assert entry["license"] == ENGINES[speaker.engine].license


@pytest.mark.parametrize("name", ["hibari", "kokoro", "piper", "packaged"])
def test_each_teacher_knows_the_voices_of_its_bank(name: str) -> None:
    from pipelines.config import SynthConfig

    chosen = load_config(SynthConfig, "synth", [f"teacher={name}"])
    bank = load_bank(chosen.voices)
    opened = chosen.teacher.open(bank)
    for voice in bank:
        assert prepared(opened, voice).cost
    assert len(bank) == {"hibari": 22, "kokoro": 24, "piper": 14, "packaged": 60}[name]


def test_a_package_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ENGINES["kokoro"], "package", "not-installed-here")
    with pytest.raises(InputError, match=r"not-installed-here is not installed: pip install"):
        config("kokoro").fetch()


def test_patterns_choose_voices() -> None:
    def chosen(*include: str) -> list[str]:
        return list(load_bank(block(VoicesConfig, "voices", "packaged", include=include)))

    assert chosen("hibari-0?40", "piper-0860") == ["hibari-0740", "piper-0860"]
    with pytest.raises(InputError, match=r"parrot-\*: unknown_voice"):
        chosen("hibari-*", "parrot-*")
