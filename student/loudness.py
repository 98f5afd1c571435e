"""How loud each of a student's voices is, by ITU-R BS.1770, measured once where it is written."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np
from pyloudnorm import Meter
from rich.console import Console

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.progress import track
from student.phrases import phrases
from student.student import Student, open_student
from student.synthesizer import StudentSynthesizer

SENTENCES = (
    "The kettle was still warm when they came back from the garden.",
    "Have you ever seen so many boats in the harbor at once?",
    "She folded the letter twice, put it into her coat, and said nothing.",
    "Most of the road was under water, so we took the train instead.",
    "What a morning that was!",
)
"""Of everyday English, of several lengths and moods."""
QUIETEST_LUFS = -60.0
"""where nobody speaks"""


def loudness_of(
    student: StudentSynthesizer, voices: Collection[str], console: Console
) -> dict[str, float]:
    """LUFS of each voice in what the networks make of `SENTENCES`, to a hundredth.

    Voices that make no sound have none, and neither have those of another language than English.
    """
    if student.languages != ("en",):
        return {}
    meter, measured = Meter(SAMPLE_RATE), {}
    for voice in track(voices, "measuring loudness", console, "voice"):
        wave = np.concatenate([part for text in SENTENCES for part in _raw(student, text, voice)])
        lufs = float(meter.integrated_loudness(wave.astype(np.float64)))
        if lufs > QUIETEST_LUFS:
            measured[voice] = round(lufs, 2)
    return measured


def measure_loudness(location: str, console: Console) -> Student:
    """Write into a student's description how loud its voices are; returns the student."""
    student = open_student(location)
    loudness = loudness_of(student, student.voices, console)
    student.description = replace(student.description, loudness_lufs=loudness).write(location)
    return student


def _raw(student: StudentSynthesizer, text: str, voice: str) -> Iterator[Wave]:
    """What the networks make of it, not mastered."""
    for phrase in phrases(text, "en"):
        yield from student.spoken(phrase.phonemes, voice, seed=0, speed=1.0, first_s=None)
