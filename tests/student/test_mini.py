"""The embedded student: what a clone speaks with."""

from pathlib import Path

import numpy as np
import pytest
from blocks import block

import student
from speech.config import load_config
from speech.judges.asr import Asr
from speech.judges.judges import JudgesConfig
from speech.judges.wer import score
from student.onnx.runtime import OnnxStudent
from student.synthesize import SynthesizeConfig

FOLDER = Path(student.__file__).parent / "mini"
LINES = [
    "The boat rested lightly on the water while two children counted the stars.",
    "Please leave the blue parcel with our neighbor at noon.",
    "Nobody expected the old bridge to last another winter.",
    "It was Tuesday, 7 May, and the train was late again.",
]


@pytest.fixture(scope="module")
def embedded() -> OnnxStudent:
    return OnnxStudent(load_config(SynthesizeConfig, "synthesize", ["text=Hello"]).checkpoint)


def test_it_is_the_default_and_small(embedded: OnnxStudent) -> None:
    assert embedded.location == "package://student/mini"
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 12e6
    assert len(embedded.voices) == 12


def test_it_is_understood(embedded: OnnxStudent) -> None:
    asr = Asr(block(JudgesConfig, "judges", "offline").asr)
    waves = [
        embedded.speak(line, voice) for line, voice in zip(LINES, embedded.voices[::3], strict=True)
    ]
    heard = [asr.transcribe_one(wave, "en") for wave in waves]
    rates = [score(line, said, "en") for line, said in zip(LINES, heard, strict=True)]
    assert sum(rate.wer * rate.words for rate in rates) / sum(rate.words for rate in rates) < 0.1


def test_a_seed_is_a_wave(embedded: OnnxStudent) -> None:
    voice = embedded.voices[0]
    first, again, other = (embedded.speak(LINES[1], voice, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
