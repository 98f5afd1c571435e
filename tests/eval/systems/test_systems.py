"""Systems: who says which sentence in which voice, and that one's fault stays its own."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile
import torch
from rich.console import Console

from eval.metrics.memory import MemoryWatch
from eval.report.config import ReportConfig
from eval.report.speaking import speak_all
from eval.report.takes import plain
from eval.systems.references import References, choose_voice, open_references
from eval.systems.student import ExportedSystem
from eval.systems.systems import Size, open_system
from eval.systems.teacher import teacher_config
from eval.systems.testsets import Reference, Sentence, read_testset
from speech.audio.waveform import Wave
from speech.config import load_config
from speech.dataset.schema import SAMPLE_RATE
from speech.errors import InputError, Refused
from student.export import export
from student.onnx.runtime import OnnxStudent
from tests.student.untrained import VOICES, untrained_student

LINES = "Say this.\nSay that.\nSay more.\n"
CONSOLE = Console(quiet=True)


class FakeStudent:
    """Says a second for each word, in two voices of f5_mini's bank; trips over "that"."""

    name, revision, parameters, bytes = "tiny", "1", 1000, 4000
    voices = ("speaker08", "speaker00")

    def speak(self, text: str, voice: str, seed: int = 0) -> Wave:
        if "that" in text:
            raise Refused("nothing_to_speak", "that")
        return np.full(len(text.split()) * SAMPLE_RATE, 0.001 * seed, np.float32)


@pytest.fixture
def student(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_student(location: str) -> FakeStudent:
        if location != "fake":
            raise InputError(f"{location} is no student")
        return FakeStudent()

    module = ModuleType("student.student")
    module.open_student = open_student  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "student.student", module)


@pytest.fixture
def lines(tmp_path: Path) -> str:
    (tmp_path / "lines.txt").write_text(LINES)
    return f"{tmp_path}/lines.txt"


def config_of(lines: str, tmp_path: Path, systems: str, *more: str) -> ReportConfig:
    given = [f"systems={systems}", f"testset={lines}", f"output={tmp_path}/out", *more]
    return load_config(ReportConfig, "eval", given)


def test_a_student_speaks_in_turn_the_voices_that_have_references(
    student: None, lines: str, tmp_path: Path
) -> None:
    config = config_of(lines, tmp_path, "[student:fake,student:none]", "seed=5")
    runs, _ = speak_all(read_testset(lines, "en", None), config, CONSOLE)
    run, missing = runs
    assert (run.name, run.kind, run.size and run.size.parameters) == ("tiny", "student", 1000)
    assert [take.voice for take in run.takes] == ["speaker00", "speaker08", "speaker00"]
    assert run.takes[1].problem == "nothing_to_speak: that"
    assert missing.error == "none is no student"
    wave, rate = soundfile.read(tmp_path / "out" / str(run.takes[2].audio))
    assert (len(wave), rate) == (2 * SAMPLE_RATE, SAMPLE_RATE)
    assert wave[0] == pytest.approx(0.007, abs=1e-4)  # seed 5 for the first sentence, 7 for this
    assert run.takes[2].compute_s is not None
    assert run.takes[2].first_audio_s == run.takes[2].compute_s


def test_an_export_speaks_and_streams(tmp_path: Path) -> None:
    """The clip is that of `OnnxStudent.speak`; the first audio is timed as a stream gives it."""
    untrained = untrained_student(tmp_path / "student")
    export(untrained, str(tmp_path / "onnx"), int8=False)
    system = open_system(f"student:{tmp_path}/onnx", {}, "en")
    spoken = system.speak(sentence(0), "ben", seed=3)
    exported = OnnxStudent(str(tmp_path / "onnx"), threads=torch.get_num_threads())
    np.testing.assert_array_equal(spoken.wave, exported.speak("text", "ben", seed=3))
    assert (system.name, system.kind) == ("untrained, ONNX float32", "student")
    assert (system.revision, system.voices) == (untrained.revision, VOICES)
    assert system.size == Size(untrained.parameters, exported.bytes)
    with pytest.raises(Refused, match="unknown_voice"):
        system.speak(sentence(0), "nobody", seed=3)


class Streaming:
    """A second's silence at once, the whole after a while."""

    voices = ("ann",)

    def speak(self, text: str, voice: str, seed: int = 0) -> Wave:
        time.sleep(0.2)
        return np.zeros(2 * SAMPLE_RATE, np.float32)

    def stream(self, text: str, voice: str, seed: int = 0) -> Iterator[Wave]:
        yield np.zeros(SAMPLE_RATE, np.float32)
        raise AssertionError("only the first piece is asked for")


def test_the_first_audio_is_a_streams_first_piece() -> None:
    system = ExportedSystem(Streaming(), "x", "1", Size(1, 1))  # type: ignore[arg-type]
    spoken = system.speak(sentence(0), "ann", seed=0)
    assert len(spoken.wave) == 2 * SAMPLE_RATE
    assert spoken.compute_s is not None
    assert spoken.first_audio_s is not None
    assert spoken.compute_s >= 0.2
    assert spoken.first_audio_s < 0.1


def test_an_unknown_voice_is_refused_for_its_sentence(student: None, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "Say this.", "voice": "nobody"}\n{"text": "Say more."}\n')
    config = config_of(str(path), tmp_path, "[student:fake]")
    (run,), _ = speak_all(read_testset(path, "en", None), config, CONSOLE)
    assert "unknown_voice: 'nobody'" in str(run.takes[0].problem)
    assert run.takes[1].audio is not None


def test_people_stand_beside_where_the_list_has_them(student: None, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.wav", np.full(SAMPLE_RATE, 0.1, "f4"), SAMPLE_RATE)
    path = tmp_path / "lines.jsonl"
    path.write_text(
        '{"text": "Say this.", "audio": "one.wav"}\n{"text": "Say more.", "audio": "no.wav"}\n'
    )
    config = config_of(str(path), tmp_path, "[student:fake]")
    runs, _ = speak_all(read_testset(path, "en", None), config, CONSOLE)
    assert [run.kind for run in runs] == ["student", "recordings"]
    assert runs[1].takes[0].audio is not None
    assert "cannot read" in str(runs[1].takes[1].problem)
    assert runs[1].size is None


def test_two_of_a_name_are_told_apart(tmp_path: Path, lines: str) -> None:
    for parent in ("a", "b"):
        (tmp_path / parent / "clips").mkdir(parents=True)
        soundfile.write(tmp_path / parent / "clips/1.wav", np.zeros(500), SAMPLE_RATE)
    systems = f"[audio:{tmp_path}/a/clips,audio:{tmp_path}/b/clips]"
    runs, _ = speak_all(read_testset(lines, "en", 1), config_of(lines, tmp_path, systems), CONSOLE)
    assert len({run.name for run in runs}) == 2
    assert len({run.takes[0].audio for run in runs}) == 2


@pytest.mark.parametrize("name", ["", "teacher:", "nothing:x", "f5_mini", "recordings:x"])
def test_other_systems_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="allowed: teacher:NAME"):
        open_system(name, {}, "en")


def test_a_trained_teacher_has_the_hashes_of_its_folder() -> None:
    plain_one = teacher_config("f5_mini").teacher
    trained = teacher_config("f5_mini@package://teacher/mini").teacher
    assert trained.weights == "package://teacher/mini/model.safetensors"
    assert trained.weights_sha256 == plain_one.weights_sha256
    with pytest.raises(InputError, match="cannot read"):
        teacher_config("f5_mini@/nowhere")
    with pytest.raises(InputError, match="allowed: f5_base, f5_mini"):
        teacher_config("f5_none")


def sentence(number: int, voice: str | None = None) -> Sentence:
    return Sentence(number, str(number), "text", "text", voice)


def test_voices_take_turns() -> None:
    assert choose_voice(sentence(0, "x"), ["a"], ["a"], ["a"]) == "x"
    assert choose_voice(sentence(3), None, ["a", "b"], ["a", "b", "c"]) == "b"
    assert choose_voice(sentence(1), ["c", "d"], [], ["a"]) == "d"
    assert choose_voice(sentence(1), None, [], ["a", "b"]) == "b"
    assert choose_voice(sentence(1), None, [], []) is None


def test_references_of_a_list_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "p.wav", np.zeros(16_000), 16_000)
    listed = {"p": Reference(f"{tmp_path}/p.wav", "A prompt."), "q": Reference("/none.wav", "B.")}
    references = References({}, listed, "en")
    assert list(references) == ["p", "q"]
    assert len(references["p"].wave) == SAMPLE_RATE
    with pytest.raises(Refused, match="missing_file"):
        references["q"]
    both = open_references([teacher_config("f5_mini").voices], listed, "en")
    assert len(both) == len(both.bank) + 2 == 10


def test_memory_that_is_taken_is_seen() -> None:
    watch = MemoryWatch()
    block = np.ones(30_000_000)
    added = watch.added_bytes()
    assert block.nbytes == 240_000_000
    assert added is None or added > 200_000_000


def test_names_are_plain_on_the_terminal() -> None:
    assert plain("[bold]x[/bold]\x1b[0m") == "(bold)x(/bold)(0m"
