"""Begin, end, pauses and level of speech: whatever the pieces, one and the same wave."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from speech.audio.limiter import CEILING
from student.export import export
from student.mastering import END_S, FADE_IN_S, FADE_OUT_S, mastered
from student.onnx.runtime import OnnxStudent
from student.phrases import CLAUSE_S, PARAGRAPH_S, SENTENCE_S
from student.student import Student
from student.synthesizer import StudentSynthesizer
from tests.student.untrained import untrained_student

RATE = 24_000
SENTENCE = "It takes about forty minutes to get there by the old road that follows the river."


def pieces(wave: np.ndarray, *ends: int) -> Iterator[np.ndarray]:
    return iter(np.split(wave, ends))


def whole(*parts: tuple[float, Iterator[np.ndarray]], gain: float = 1.0) -> np.ndarray:
    return np.concatenate(list(mastered(iter(parts), gain)))


@pytest.fixture
def wave() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.5, 9_000).astype(np.float32)


@pytest.mark.parametrize("length", [0, 1, 50, 71, 72, 239, 240, 300, 312, 9_000])
def test_pieces_of_any_length_make_the_same_wave(wave: np.ndarray, length: int) -> None:
    wave, chance = wave[:length], np.random.default_rng(length)
    at_once = whole((0.0, pieces(wave)), gain=1.7)
    assert len(at_once) == length + END_S * RATE
    cuts = [
        [1],
        [0, 0, 5],
        range(0, length, 7),
        *(chance.integers(0, length + 1, 4) for _ in range(9)),
    ]
    for ends in cuts:
        np.testing.assert_array_equal(
            whole((0.0, pieces(wave, *sorted(ends))), gain=1.7), at_once, err_msg=str(ends)
        )


def test_a_part_is_faded_and_an_end_is_silent() -> None:
    level = np.full(12_000, 0.25, np.float32)
    spoken = whole((0.0, pieces(level)), (0.3, pieces(level, 4_000)), gain=2.0)
    first, rest = spoken[:12_000], spoken[12_000:]
    assert (rest[:7_200] == 0).all()
    np.testing.assert_array_equal(rest[7_200:19_200], first)
    assert (rest[19_200:] == 0).all()
    assert len(rest) == 19_200 + 0.08 * RATE
    rise, fall = round(FADE_IN_S * RATE), round(FADE_OUT_S * RATE)
    assert (first[rise:-fall] == 0.5).all()
    assert (np.diff(first[:rise]) > 0).all()
    assert (np.diff(first[-fall:]) < 0).all()
    assert max(first[0], first[-1]) < 0.001


@pytest.fixture(scope="module", params=["torch", "onnx"])
def student(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> StudentSynthesizer:
    folder = tmp_path_factory.mktemp("student")
    trained: Student = untrained_student(folder)
    if request.param == "torch":
        return trained
    trained.description = replace(trained.description, loudness_lufs={"ada": -30.0})
    export(trained, str(folder / "onnx"), False)
    return OnnxStudent(str(folder / "onnx"))


def silences_s(wave: np.ndarray) -> list[float]:
    """Of runs of zeros longer than 20 ms."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], wave == 0, [0])).astype(int)))
    return [round(float(n) / RATE, 3) for n in edges[1::2] - edges[::2] if n > 0.02 * RATE]


@pytest.mark.parametrize(
    ("text", "pauses_s"),
    [
        (SENTENCE, []),
        (f"{SENTENCE} {SENTENCE} {SENTENCE}", [SENTENCE_S]),
        (f"{SENTENCE}\n\n{SENTENCE}", [PARAGRAPH_S]),
        (f"{SENTENCE}\n***\n{SENTENCE}\n", [PARAGRAPH_S]),
        (f"{SENTENCE[:-1]}, {SENTENCE[:-1]}, {SENTENCE}", [CLAUSE_S]),
    ],
)
def test_pauses_are_the_teachers(
    student: StudentSynthesizer, text: str, pauses_s: list[float]
) -> None:
    assert silences_s(student.speak(text)) == [*pauses_s, END_S]
    assert silences_s(student.speak(text, speed=2.0)) == [*(s / 2 for s in pauses_s), END_S]


def test_a_stream_is_the_whole_to_the_sample(student: StudentSynthesizer, tmp_path: Path) -> None:
    text = f"{SENTENCE} {SENTENCE} {SENTENCE}\n\n{SENTENCE}"
    at_once = student.speak(text, "ada", seed=2)
    parts = list(student.stream(text, "ada", seed=2, first_s=None))
    np.testing.assert_array_equal(np.concatenate(parts), at_once)
    streamed = np.concatenate(list(student.stream(text, "ada", seed=2)))
    assert streamed.shape == at_once.shape
    assert np.abs(streamed - at_once).max() < 1e-3 * np.abs(at_once).max()


def test_a_voice_is_brought_to_its_level(student: StudentSynthesizer) -> None:
    louder, measured = student.speak(SENTENCE, "ada"), bool(student.description.loudness_lufs)
    assert student._gain("ada") == pytest.approx(10 ** (7 / 20) if measured else 1)
    assert student._gain("eve") == 1
    assert np.abs(louder).max() <= CEILING
