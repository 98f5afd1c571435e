"""The command that speaks."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech.config import run_app
from student import train
from student.synthesize import SynthesizeConfig, main
from tests.spoken import VOICES, reference_clips, write_dataset
from tests.student.small import config

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("student")
    dataset = write_dataset(folder / "set", reference_clips()[:2])
    assert train.main(config(dataset, folder / "out", "training.steps=1")) == 0
    return str(folder / "out")


def run(*overrides: str) -> int:
    return run_app(SynthesizeConfig, "synthesize", main, list(overrides), free_text=("text",))


def test_a_text_becomes_a_file(checkpoint: str, tmp_path: Path) -> None:
    path = tmp_path / "hello.wav"
    assert (
        run(
            f"checkpoint={checkpoint}",
            "text=Hello, there: it's [fine], ${really} {so} \\ = 100 %",
            f"output={path}",
        )
        == 0
    )
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype) == (24_000, 1, "PCM_16")


def test_words_are_said_as_the_user_wants(checkpoint: str, tmp_path: Path) -> None:
    """The word, its spelling in a lexicon and its phonemes in the text, to one wave; not the word."""
    words = tmp_path / "words.tsv"
    words.write_text("kokoro\t/tˈi/\nkkr\ttea\n")
    waves = []
    for i, text in enumerate(("tea", "[tea](/tˈi/)", "Kokoro", "[kokoro](/tˈi/)", "KKR", "coffee")):
        path = tmp_path / f"{i}.wav"
        arguments = (f"checkpoint={checkpoint}", f"text={text}", f"output={path}")
        assert run(*arguments, f"lexicon='{words}'") == 0
        waves.append(path.read_bytes())
    assert len(set(waves[:5])) == 1
    assert waves[5] != waves[0]


def test_a_wrong_lexicon_is_told_in_one_line(
    checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("kokoro\t/kokoro/\n")
    arguments = (f"checkpoint={checkpoint}", "text=Hello", f"output={tmp_path}/hello.wav")
    assert run(*arguments, f"lexicon='{words}'") == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"{words}, line 1: 'o' U+006F" in told


def test_a_recording_lends_its_voice(checkpoint: str, tmp_path: Path) -> None:
    path, reference = tmp_path / "hello.flac", VOICES / "speaker08.flac"
    arguments = (f"checkpoint={checkpoint}", "text=Hello", f"reference={reference}")
    assert run(*arguments, f"output={path}") == 0
    assert soundfile.info(path).format == "FLAC"


def test_the_first_of_a_files_lines_is_said_to_wait_for_loading(
    checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its time would be read as the student's speed."""
    lines = tmp_path / "lines.txt"
    lines.write_text("Hello.\nHello.\n")
    assert run(f"checkpoint={checkpoint}", f"file='{lines}'", f"output='{tmp_path}/said'") == 0
    *_, first, second = capsys.readouterr().err.splitlines()
    assert first.endswith(" s, loading included")
    assert not second.endswith("included")


def type_in(monkeypatch: pytest.MonkeyPatch, data: bytes, encoding: str = "utf-8") -> None:
    """`data` is what standard input gives, in a locale of some encoding."""
    errors = "strict" if encoding == "utf-8" else "surrogateescape"
    typed = io.TextIOWrapper(io.BytesIO(data), encoding, errors)
    monkeypatch.setattr(sys, "stdin", typed)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_standard_input_is_utf8_in_every_locale(
    checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch, encoding: str
) -> None:  # type: ignore[no-untyped-def]
    arguments = [f"checkpoint={checkpoint}", "file=-", f"output={tmp_path}/lines"]
    type_in(monkeypatch, "A café.".encode("latin-1"), encoding)
    assert run(*arguments) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "standard input is not UTF-8 text" in told
    type_in(monkeypatch, "A café.".encode(), encoding)
    assert run(*arguments) == 0


def test_lines_become_files_and_bad_ones_are_named(
    checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    type_in(monkeypatch, "\ufeffOne.\r\n\n???\nТри.\nFour.\x00\n".encode())
    assert run(f"checkpoint={checkpoint}", "file=-", f"output={tmp_path}/lines") == 1
    names = sorted(path.name for path in (tmp_path / "lines").iterdir())
    assert names == ["00001.wav", "00005.wav"]  # by its number in the list
    told = capsys.readouterr().err
    assert "not spoken: '???': nothing_to_speak" in told
    assert "not spoken: 'Три.': unsupported_script" in told


@pytest.mark.parametrize("text", ["???", "Три.", f"{'word ' * 30}Три."])
def test_one_text_that_is_refused_is_one_line(
    checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert run(f"checkpoint={checkpoint}", f"text={text}", f"output={tmp_path}/x.wav") == 1
    told = capsys.readouterr().err
    assert told.startswith(f"not spoken: {text!r:.20}")
    assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ([], 'give either text="..." or file=lines.txt'),
        (["text=a", "file=b"], "give either"),
        (["text= "], "there is no text to speak"),
        (["text=a", "voice=nobody"], "voice=nobody is not there; allowed: speaker0, speaker1"),
        (["text=a", "output=x.mp3"], "must end in .wav or .flac"),
        (["text=a", "speed=0"], "speed"),
        (["text=a", "checkpoint=/nowhere"], "/nowhere is no student"),
        (["file=/nowhere.txt"], "/nowhere.txt"),
    ],
)
def test_wrong_input_is_one_line(
    checkpoint: str, capsys: pytest.CaptureFixture[str], overrides: list[str], message: str
) -> None:
    assert run(f"checkpoint={checkpoint}", *overrides) == 2
    told = capsys.readouterr().err.strip()
    assert message in told
    assert len(told.splitlines()) == 1


def test_a_reference_without_a_voice_is_one_line(
    checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise, silence = tmp_path / "noise.wav", tmp_path / "silence.wav"
    noise.write_bytes(b"RIFF and nothing else")
    soundfile.write(silence, np.zeros(24_000, dtype=np.float32), 24_000)
    for path, message in [(noise, "is no recording of a voice"), (silence, "no voice is heard")]:
        arguments = [f"checkpoint={checkpoint}", "text=Hello", f"reference={path}"]
        assert run(*arguments, f"output={tmp_path}/out.wav") == 2
        assert message in capsys.readouterr().err
