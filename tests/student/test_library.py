"""`import student`, as a program of somebody else's does it."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import student
from speech.errors import InputError, Refused
from speech.synthesizer import SynthesisRequest
from student.synthesizer import StudentSynthesizer

ROOT = Path(__file__).parents[2]
TEXT = "It was Tuesday, 7 May, and the train was late again."
USER_PACKAGE = """
import signal
before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
import student
assert before == [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
"""


@pytest.fixture(scope="module")
def voice() -> StudentSynthesizer:
    return student.load()


def python_blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_the_examples_run_as_they_stand(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = [code for code in python_blocks(ROOT / page) if "student.load" in code]
    assert examples
    monkeypatch.chdir(tmp_path)
    for code in examples:
        exec(code, {})
    wave, rate = soundfile.read(tmp_path / "hello.wav")
    assert rate == 24_000
    assert len(wave) > rate / 2
    assert capsys.readouterr().err == ""


def test_a_request_says_what_the_arguments_say(voice: StudentSynthesizer) -> None:
    assert (voice.sample_rate, len(voice.voices)) == (24_000, 12)
    wave = voice.speak(TEXT, "speaker08", seed=3, speed=1.5)
    request = SynthesisRequest(TEXT, "speaker08", "en", seed=3, speed=1.5)
    np.testing.assert_array_equal(np.concatenate(list(voice.stream(request, first_s=None))), wave)
    [speech] = voice.synthesize([request])
    assert not isinstance(speech, Refused)
    np.testing.assert_array_equal(speech.wave, wave)
    np.testing.assert_array_equal(voice.speak(TEXT), voice.speak(TEXT, voice.voices[0]))


@pytest.mark.parametrize("speed", [0, 0.2, 5, -1, float("nan"), float("inf")])
def test_a_speed_at_which_nobody_speaks_is_refused(voice: StudentSynthesizer, speed: float) -> None:
    with pytest.raises(Refused, match=r"unsupported_speed: .* above 0\.2, below 5"):
        voice.speak(TEXT, speed=speed)


def test_a_place_without_a_student_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no student: it has no student\.json") as error:
        student.load(tmp_path)
    assert "\n" not in str(error.value)


def test_an_import_takes_no_signal_from_the_user(tmp_path: Path) -> None:
    """Python imports the package of `-m app.main` before the command line is the program's own."""
    package = tmp_path / "app"
    package.mkdir()
    (package / "__init__.py").write_text(USER_PACKAGE)
    (package / "main.py").write_text(f"{USER_PACKAGE}print('spoken')")
    for command in (["-m", "app.main"], ["-c", USER_PACKAGE + "print('spoken')"]):
        path = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
        ended = subprocess.run(
            [sys.executable, *command], env=path, cwd=tmp_path, capture_output=True, text=True
        )
        assert (ended.returncode, ended.stdout) == (0, "spoken\n"), ended.stderr


def test_an_import_is_light() -> None:
    heavy = ("numpy", "scipy", "onnxruntime", "torch", "hibari", "huggingface_hub", "hydra")
    code = f"import student, sys; assert not set(sys.modules) & set({heavy})"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


WARMED = """
import sys
import student
from speech.text.dictionaries import dictionaries
from speech.text.phonemes import _g2p, _network

def loaded():
    return set(sys.modules), [cache.cache_info().misses for cache in (_g2p, _network, dictionaries)]

voice = student.load()
cold = loaded()
voice.warm_up()
warm = loaded()
assert warm != cold
voice.speak("Please leave the blue parcel with Mr. Quibblethorpe at 3:30 p.m. on 4 June 1998.")
assert loaded() == warm, loaded()[0] - warm[0]
"""


def test_nothing_is_loaded_after_the_warm_up() -> None:
    """Neither modules nor lexica, the frontend or the network for words that are in none."""
    ended = subprocess.run([sys.executable, "-c", WARMED], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
