"""Mixes of voices, by name and weight, in a trained student and in its export."""

from dataclasses import replace

import numpy as np
import pytest

from speech.errors import Refused
from student.export import export
from student.onnx.runtime import OnnxStudent
from student.synthesizer import StudentSynthesizer
from student.voice_mix import read_voice
from tests.student.untrained import untrained_student

NAMES = ("ada", "ben", "me+you", "my (1).wav", "a b")
LINE = "It takes about forty minutes."


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StudentSynthesizer]:
    folder = tmp_path_factory.mktemp("mixes")
    trained = untrained_student(folder)
    loudness = {"ada": -20.0, "ben": -26.0}
    trained.description = replace(trained.description, loudness_lufs=loudness)
    export(trained, str(folder / "onnx"), False)
    return {"torch": trained, "onnx": OnnxStudent(str(folder / "onnx"))}


@pytest.fixture(params=["torch", "onnx"])
def student(both: dict[str, StudentSynthesizer], request: pytest.FixtureRequest):
    return both[request.param]


@pytest.mark.parametrize(
    ("asked", "shares"),
    [
        ("ada", {"ada": 1.0}),
        ("ada(3)", {"ada": 1.0}),
        ("ada+ben", {"ada": 0.5, "ben": 0.5}),
        (" ada ( 2 ) + ben(1)", {"ada": 2 / 3, "ben": 1 / 3}),
        ("ada(0.5)+ben(1.5)", {"ada": 0.25, "ben": 0.75}),
        ("ada+ben+ada", {"ada": 2 / 3, "ben": 1 / 3}),
        ("a b+ada", {"a b": 0.5, "ada": 0.5}),
        ("me+you", {"me+you": 1.0}),
        ("my (1).wav", {"my (1).wav": 1.0}),
        ("my (1).wav(2)+ada(2)", {"my (1).wav": 0.5, "ada": 0.5}),
    ],
)
def test_a_mix_is_names_with_weights(asked: str, shares: dict[str, float]) -> None:
    assert read_voice(asked, NAMES) == shares


@pytest.mark.parametrize(
    "asked",
    [
        *("", "+", "ada+", "+ada", "ada++ben", "nobody", "ada+nobody", "Ada", "ada ben"),
        *("ada(0)", "ada(-1)", "ada()", "ada(x)", "ada(1e3)", "ada(99999)", "ada(nan)", "ada(2"),
        *("ada(2)ben(1)", "ada(2),ben", "ada" + " " * 100_000 + "(", "ada+" * 100_000),
    ],
)
def test_what_is_no_mix_is_refused_with_what_is_allowed(asked: str) -> None:
    with pytest.raises(Refused, match="unknown_voice") as refused:
        read_voice(asked, NAMES)
    assert "ada, ben" in refused.value.detail
    assert "a(2)+b(1)" in refused.value.detail
    assert len(refused.value.detail) < 500


def test_a_voice_mixed_with_itself_is_that_voice(student: StudentSynthesizer) -> None:
    alone = student.speak(LINE, "ben")
    for same in ("ben(1)", "ben(1)+ben(1)", "ben(0.3)+ben(7)"):
        np.testing.assert_array_equal(student.speak(LINE, same), alone)


def test_a_mix_stands_between_its_voices(student: StudentSynthesizer) -> None:
    def condition(voice: str) -> np.ndarray:
        return np.asarray(student.condition(voice).tolist())  # type: ignore[attr-defined]

    wanted = (2 * condition("ada") + condition("eve")) / 3
    np.testing.assert_allclose(condition("ada(2)+eve"), wanted, atol=1e-6)
    np.testing.assert_array_equal(condition("ada+eve"), condition("eve+ada"))
    assert not np.array_equal(student.speak(LINE, "ada+eve"), student.speak(LINE, "ada"))


def test_a_mix_is_as_loud_as_its_voices(both: dict[str, StudentSynthesizer]) -> None:
    gain_db = {v: 20 * np.log10(both["onnx"]._gain(v)) for v in ("ada", "ben", "eve", "ada+ben(3)")}
    assert gain_db == pytest.approx({"ada": -3, "ben": 3, "eve": 0, "ada+ben(3)": 1.5})


def test_torch_and_its_export_mix_alike(both: dict[str, StudentSynthesizer]) -> None:
    one, other = (s.condition("ada(2)+eve") for s in both.values())  # type: ignore[attr-defined]
    np.testing.assert_allclose(one.detach().numpy(), other, atol=1e-6)
