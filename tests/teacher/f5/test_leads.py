"""References are cut where a word ends, audio, text and phonemes together, or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.config import SynthConfig
from speech.audio import SAMPLE_RATE
from speech.config import load_config
from teacher.base import Request, Teacher
from teacher.f5.leads import lead_of
from teacher.voices import Voice, load_bank

PHONEMES = "wʌn. tu θɹi"
ENDS = (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.3, 1.5, 2.0)


def voice(**changes: object) -> Voice:
    wave = np.zeros(2 * SAMPLE_RATE, np.float32)
    known = Voice("v", wave, "One. Two three.", "v", "en", "MIT", "given", "0" * 64)
    return replace(known, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("max_s", "seconds", "transcript"),
    [
        (1.0, 0.65, "One."),  # a sentence's end within the limit, late enough
        (1.1, 1.1, "One. Two"),  # it is too early for that
        (0.5, 2.0, "One. Two three."),  # no word ends in time
        (2.0, 2.0, "One. Two three."),
        (5.0, 2.0, "One. Two three."),
    ],
)
def test_a_reference_ends_where_a_word_does(max_s: float, seconds: float, transcript: str) -> None:
    lead = lead_of(voice(), max_s, PHONEMES, ENDS)
    assert len(lead.wave) / SAMPLE_RATE == pytest.approx(seconds, abs=0.051)
    assert lead.transcript == transcript


def test_its_phonemes_are_cut_with_it() -> None:
    lead = lead_of(voice(phonemes=PHONEMES, phoneme_ends_s=ENDS), 1.0, PHONEMES, ENDS)
    assert lead.phonemes == "wʌn."
    assert lead.phoneme_ends_s == ENDS[:4]


def test_other_words_than_the_transcripts_are_not_cut() -> None:
    known = voice(transcript="1. 2 3 4")
    assert lead_of(known, 1.0, PHONEMES, ENDS) is known


def teacher(*overrides: str) -> Teacher:
    config = load_config(SynthConfig, "synth", [*overrides])
    return config.teacher.open(load_bank(config.voices))


def test_every_voice_of_the_banks_is_cut_where_it_can_be() -> None:
    for name, uncut in (("f5_mini", set()), ("f5_base", {"taiyi"})):
        found = teacher(f"teacher={name}", "teacher.reference_s=2.5")
        for voice_id, lead in found.leads.items():
            whole = found.voices[voice_id]
            assert whole.transcript.startswith(lead.transcript)
            assert (len(lead.wave) <= 2.5 * SAMPLE_RATE) == (voice_id not in uncut)
            assert np.array_equal(whole.wave[: len(lead.wave)], lead.wave)


def test_a_shorter_reference_makes_a_cheaper_clip_as_long_as_before() -> None:
    whole, cut = (teacher(f"teacher.reference_s={s}") for s in ("null", "2.0"))
    request = Request("Where did you put the keys?", "en", "speaker04")
    long, short = whole.prepare(request), cut.prepare(request)
    saved = len(whole.voices["speaker04"].wave) - len(cut.leads["speaker04"].wave)
    assert long.cost - short.cost == pytest.approx(
        saved / 256 + (long.estimated_s - short.estimated_s) * 93.75, abs=2
    )
    assert short.estimated_s == pytest.approx(long.estimated_s, rel=0.25)
