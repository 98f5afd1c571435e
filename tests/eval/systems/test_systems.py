"""Systems: who says which sentence in which voice, and that one's fault stays its own."""

import io
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from rich.console import Console

from eval.metrics.memory import MemoryWatch
from eval.report.config import ReportConfig
from eval.report.speaking import speak_all
from eval.report.takes import System, Task, plain, run_system
from eval.systems import systems
from eval.systems.references import References, choose_voice, open_references
from eval.systems.systems import check_systems, open_system
from eval.systems.teacher import teacher_config
from eval.systems.testsets import Reference, Sentence, read_kind, read_testset
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.config import load_config
from speech.errors import InputError, Refused
from speech.synthesizer import AtOnce, Size, Speech, SynthesisRequest, said
from student.export import export
from student.onnx.runtime import OnnxStudent
from tests.student.untrained import VOICES, untrained_student

LINES = "Say this.\nSay that.\nSay more.\n"
CONSOLE = Console(quiet=True)
NO_VOICES = References({}, {}, "en")


class FakeStudent(AtOnce):
    """Says a second for each word, in two voices of f5_mini's bank; trips over "that"."""

    name, revision, license, size = "tiny", "1", "CC0-1.0", Size(1000, 4000)
    voices, languages = ("speaker08", "speaker00"), ("en",)

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: SynthesisRequest) -> Speech | Refused:
        if request.voice not in self.voices:
            return Refused("unknown_voice", f"{request.voice!r}")
        if "that" in request.text:
            return Refused("nothing_to_speak", "that")
        samples = len(request.text.split()) * SAMPLE_RATE
        return Speech(np.full(samples, 0.001 * request.seed, np.float32))


@pytest.fixture
def student(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_student(location: str, threads: int) -> FakeStudent:
        if location != "fake":
            raise InputError(f"{location} is no student")
        return FakeStudent()

    monkeypatch.setattr(systems, "load_student", load_student)


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
    runs = speak_all(read_testset(lines, "en", None), config, CONSOLE)
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
    """The clip is that of `OnnxStudent.speak`."""
    untrained = untrained_student(tmp_path / "student")
    export(untrained, str(tmp_path / "onnx"), int8=False)
    system = open_system(f"student:{tmp_path}/onnx", NO_VOICES, torch.get_num_threads())
    spoken = said(system, SynthesisRequest("text", "ben", "en", seed=3))
    exported = OnnxStudent(str(tmp_path / "onnx"), threads=torch.get_num_threads())
    np.testing.assert_array_equal(spoken.wave, exported.speak("text", "ben", seed=3))
    assert (system.name, system.streams) == ("untrained, ONNX float32", True)
    assert (system.revision, system.voices) == (untrained.revision, VOICES)
    assert system.size == Size(untrained.parameters, exported.bytes, "float32")
    with pytest.raises(Refused, match="unknown_voice"):
        said(system, SynthesisRequest("text", "nobody", "en"))
    with pytest.raises(Refused, match="unsupported_language"):
        said(system, SynthesisRequest("text", "ben", "zh"))


class Streaming(FakeStudent):
    """A second's silence at once, the whole after a while."""

    streams = True

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        time.sleep(0.2)
        return [Speech(np.zeros(2 * SAMPLE_RATE, np.float32))]

    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:  # type: ignore[override]
        yield np.zeros(SAMPLE_RATE, np.float32)
        raise AssertionError("only the first piece is asked for")


def test_the_first_audio_is_a_streams_first_piece(tmp_path: Path) -> None:
    task = Task([sentence(0)], "en", 0, str(tmp_path))
    run = run_system(System("student:x", "student", Streaming, NO_VOICES), task, CONSOLE)
    [take] = run.takes
    wave, _ = soundfile.read(tmp_path / str(take.audio))
    assert len(wave) == 2 * SAMPLE_RATE
    assert take.compute_s is not None
    assert take.first_audio_s is not None
    assert take.compute_s >= 0.2
    assert take.first_audio_s < 0.1


def test_an_unknown_voice_is_refused_for_its_sentence(student: None, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "Say this.", "voice": "nobody"}\n{"text": "Say more."}\n')
    config = config_of(str(path), tmp_path, "[student:fake]")
    (run,) = speak_all(read_testset(path, "en", None), config, CONSOLE)
    assert "unknown_voice: 'nobody'" in str(run.takes[0].problem)
    assert run.takes[1].audio is not None


def test_people_stand_beside_where_the_list_has_them(student: None, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.wav", np.full(SAMPLE_RATE, 0.1, "f4"), SAMPLE_RATE)
    path = tmp_path / "lines.jsonl"
    path.write_text(
        '{"text": "Say this.", "audio": "one.wav"}\n{"text": "Say more.", "audio": "no.wav"}\n'
    )
    config = config_of(str(path), tmp_path, "[student:fake]")
    runs = speak_all(read_testset(path, "en", None), config, CONSOLE)
    assert [run.kind for run in runs] == ["student", "recordings"]
    assert runs[1].takes[0].audio is not None
    assert "cannot read" in str(runs[1].takes[1].problem)
    assert runs[1].size is None


def test_two_of_a_name_are_told_apart(tmp_path: Path, lines: str) -> None:
    for parent in ("a", "b"):
        (tmp_path / parent / "clips").mkdir(parents=True)
        soundfile.write(tmp_path / parent / "clips/1.wav", np.zeros(500), SAMPLE_RATE)
    systems = f"[audio:{tmp_path}/a/clips,audio:{tmp_path}/b/clips]"
    runs = speak_all(read_testset(lines, "en", 1), config_of(lines, tmp_path, systems), CONSOLE)
    assert len({run.name for run in runs}) == 2
    assert len({run.takes[0].audio for run in runs}) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("out/a", "out-a"),
        ("out/A", "out/a"),
        *[[f"exp/run_{day}/checkpoints/{60 * 'x'}/export/onnx_int8" for day in (26, 27)]],
    ],
)
def test_no_two_systems_share_a_folder(one: str, other: str, tmp_path: Path) -> None:
    task = Task([sentence(0)], "en", 0, str(tmp_path))
    found = [
        run_system(System(f"student:{place}", "student", Streaming, NO_VOICES), task, CONSOLE)
        for place in (one, other)
    ]
    folders = {str(run.takes[0].audio).rpartition("/")[0].lower() for run in found}
    assert len(folders) == 2
    assert all(re.fullmatch(r"audio/[a-z0-9][a-z0-9._-]{,68}", folder) for folder in folders)


def test_a_system_is_named_once(lines: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'audio:a' is named twice; each system is"):
        config_of(lines, tmp_path, "[audio:a,audio:b,audio:a]")


@pytest.mark.parametrize(
    ("names", "limit", "told"),
    [
        (("1", "00003"), "null", None),
        (
            ("1", "2", "3", "short-00001"),
            "null",
            None,
        ),  # of a line that is left out, of another list
        (("1", "2", "00003"), "1", None),
        (("1", "2"), "null", "has no file for 1 of 2 sentences (00003)"),
        (("1", "2", "3", "4"), "null", "has 1 file that no sentence asks for (4)"),
        (
            ("8", "1", "9"),
            "null",
            "no file for 1 of 2 sentences (00003) and 2 files that no sentence asks for (8, 9)",
        ),
    ],
)
def test_a_folder_of_another_list_is_told(
    tmp_path: Path, names: Sequence[str], limit: str, told: str | None
) -> None:
    list_of = {"lines": "Say this.\n2 !!! 你好\n\rSay more.\n\n", "short": "Hello.\n"}
    for name, text in list_of.items():
        (tmp_path / f"{name}.txt").write_text(text, newline="")
    (tmp_path / "clips").mkdir()
    for name in names:
        soundfile.write(tmp_path / "clips" / f"{name}.wav", np.zeros(500), SAMPLE_RATE)
    config = config_of(
        f"{tmp_path}/lines.txt", tmp_path, f"[audio:{tmp_path}/clips]", f"limit={limit}"
    )
    console = Console(file=io.StringIO(), width=1000, force_terminal=False)
    kinds = {"short": read_kind("short", tmp_path / "short.txt", "en", config.limit)}
    speak_all(read_testset(config.testset, "en", config.limit), config, console, kinds)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert (told or "") in printed
    assert printed.count("clips has") == (told is not None)


@pytest.mark.parametrize("name", ["", "teacher:", "nothing:x", "f5_mini", "recordings:x"])
def test_other_systems_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="allowed: teacher:NAME"):
        open_system(name, NO_VOICES)


def test_a_trained_teacher_has_the_hashes_of_its_folder() -> None:
    plain_one = teacher_config("f5_mini").teacher
    trained = teacher_config("f5_mini@package://teacher/mini").teacher
    assert trained.weights == "package://teacher/mini/model.safetensors"
    assert trained.weights_sha256 == plain_one.weights_sha256
    with pytest.raises(InputError, match="cannot read"):
        teacher_config("f5_mini@/nowhere")
    with pytest.raises(InputError, match="allowed: bark, f5_base, f5_mini"):
        teacher_config("f5_none")


def sentence(number: int, voice: str | None = None) -> Sentence:
    return Sentence(number, str(number), "text", "text", voice)


def test_voices_take_turns() -> None:
    assert choose_voice(sentence(0, "x"), ["a"], ["a"]) == "x"
    assert choose_voice(sentence(3), ["a", "b"], ["a", "b", "c"]) == "a"
    assert choose_voice(sentence(1), ["c", "d"], []) == "d"
    assert choose_voice(sentence(1), [], ["a", "b"]) == "b"
    assert choose_voice(sentence(1), [], []) is None


def test_references_of_a_list_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "p.wav", np.zeros(16_000), 16_000)
    listed = {"p": Reference(f"{tmp_path}/p.wav", "A prompt."), "q": Reference("/none.wav", "B.")}
    references = References({}, listed, "en")
    assert list(references) == ["p", "q"]
    assert len(references["p"].wave) == SAMPLE_RATE
    with pytest.raises(Refused, match="missing_file"):
        references["q"]
    both = open_references([teacher_config("f5_mini").voices], listed, "en")
    assert len(both) == len(both.bank) + 2 == 14


def test_a_list_does_not_take_a_voice_of_the_references_for_its_own() -> None:
    listed = {"speaker08": Reference("p.wav", "A prompt.", "lines.jsonl:7")}
    with pytest.raises(InputError, match=r"^lines\.jsonl:7: voice 'speaker08' with a prompt_audio"):
        open_references([teacher_config("f5_mini").voices], listed, "en")


def test_memory_that_is_taken_is_seen() -> None:
    watch = MemoryWatch()
    block = np.ones(30_000_000)
    added = watch.added_bytes()
    assert block.nbytes == 240_000_000
    assert added is None or added > 200_000_000


def test_names_are_plain_on_the_terminal() -> None:
    assert plain("[bold]x[/bold]\x1b[0m") == "(bold)x(/bold)(0m"


def test_a_damaged_student_is_refused_before_anything_is_spoken(tmp_path: Path) -> None:
    untrained_student(tmp_path / "student")
    check_systems([f"student:{tmp_path}/student"])
    weights = tmp_path / "student" / "student.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 0xFF
    weights.write_bytes(content)
    with pytest.raises(InputError, match=r"student\.safetensors has SHA-256 .*damaged"):
        check_systems([f"student:{tmp_path}/student"])
