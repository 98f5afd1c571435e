"""Whose words the gate counts: those of the raw text, and a user's own words as they sound."""

from dataclasses import replace
from typing import Any

import pytest
from configs import judges_config
from gates import gate

from pipelines.verdict import Candidate
from speech.audio.waveform import Wave
from speech.judges.judges import Judges
from teacher.voices import VoiceBank


class Hears:
    """An ASR that writes one transcript for every clip."""

    def __init__(self, transcript: str) -> None:
        self.transcript = transcript

    def transcribe_one(self, wave: Wave, language: str) -> str:
        return self.transcript


@pytest.mark.parametrize(
    ("text", "text_normalized", "heard", "reason"),
    [
        ("OK.", "OK.", "Okay.", None),
        ("Hmm.", "Hmm.", "", None),
        ("Hmm.", "Hmm.", "Him.", "wer"),
        ("World War II ended.", "World War two ended.", "World War II ended.", None),
        ("It is MY house.", "It is MY house.", "it is m y house", "wer"),
        ("It's 1/2.", "It's one slash two.", "it's 1 slash 2", "wer"),
        ("At 5:30-6:30.", "At five thirty-six thirty.", "at 53630.", "wer"),
        ("Of what there was in the old house by the river, half of it is 1/2.",
         "Of what there was in the old house by the river, half of it is one slash two.",
         "of what there was in the old house by the river half of it is 1 slash 2", "misread"),
        ("She said that the jacket in the window costs $150-$250.",
         "She said that the jacket in the window costs one hundred fifty dollars-two hundred fifty"
         " dollars.", "she said that the jacket in the window costs $150, $250", "misread"),
        ("She said that the jacket in the window costs $150.",
         "She said that the jacket in the window costs one hundred fifty dollars.",
         "she said that the packet in the window costs $150", None),
        ("At 5:30-6:30.", "At five thirty to six thirty.", "At 5:30 to 6:30.", None),
    ],
)  # fmt: skip
def test_the_words_of_the_raw_text_count(
    text: str,
    text_normalized: str,
    heard: str,
    reason: str | None,
    bank: VoiceBank,
    good: Candidate,
) -> None:
    hearing = Judges(judges_config())
    hearing.asr = Hears(heard)  # type: ignore[assignment]
    clip = replace(good, text=text, text_normalized=text_normalized)
    limits = {"speaking_rate": {"en": {"min": 0.1, "max": 99}}}
    assert gate(bank, hearing, **limits).judge([clip])[0].reason == reason


@pytest.mark.parametrize(
    ("own", "heard", "reason"),
    [
        ({}, "Our cacoro likes it.", "wer"),
        ({"phonemes": "ˌWəɹ kˈOkəɹO lˈIks ˌɪt."}, "Our cocoro likes it.", None),
        ({"phonemes": "ˌWəɹ kˈOkəɹO lˈIks ˌɪt."}, "Nobody here would say that.", "wer"),
        ({"phonemes": "ˌWəɹ kˈOkəɹO lˈIks ˌɪt."}, "", "wer"),
        ({"is_respelled": True}, "Our coco row likes it.", None),
        ({"is_respelled": True}, "Our coco row hates them.", "wer"),
    ],
)
def test_own_words_may_be_written_as_they_sound(
    own: dict[str, Any], heard: str, reason: str | None, bank: VoiceBank, good: Candidate
) -> None:
    hearing = Judges(judges_config())
    hearing.asr = Hears(heard)  # type: ignore[assignment]
    spoken = "Our coco row likes it." if "is_respelled" in own else "Our Kokoro likes it."
    clip = replace(good, text="Our Kokoro likes it.", text_normalized=spoken, **own)
    limits = {"speaking_rate": {"en": {"min": 0.1, "max": 99}}}
    assert gate(bank, hearing, **limits).judge([clip])[0].reason == reason
