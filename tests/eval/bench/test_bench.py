"""What the benchmark measures: on a small teacher of random weights, a student and its exports."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from rich.console import Console
from torch._inductor import config as inductor_config

from eval.bench.__main__ import main
from eval.bench.candidate import Candidate, Entry
from eval.bench.config import BenchConfig
from eval.bench.figures import cells
from eval.bench.lines import split
from eval.bench.loop import Row, race, share
from eval.bench.random_weights import wants_random_weights, with_random_weights
from eval.bench.setups import set_up, setups
from eval.bench.students import student_entries
from eval.bench.teachers import teacher_entries
from speech.config import load_config, run_app
from speech.dataset.schema import Utterance
from speech.errors import InputError
from teacher.base import Request
from teacher.f5.teacher import F5Teacher
from teacher.voices import load_bank
from tests.student.untrained import untrained_student

SMALL = [
    f"teacher.architecture.{change}"
    for change in ("dim=64", "depth=1", "heads=1", "text_dim=16", "conv_layers=1")
]
SMALL += [f"teacher.vocoder.{change}" for change in ("dim=32", "intermediate_dim=64", "layers=1")]
ON_GPU = {
    "f5_mini, upstream, batch 1, float16",
    "f5_mini, auto_max, float16",
    "f5_mini, auto_max, bfloat16, varlen attention",
    "f5_mini, auto_max, bfloat16, offload",
}


def lines(count: int) -> list[Utterance]:
    texts = ["word " * (number + 1) for number in range(count)]
    return [Utterance(f"{i}", text, text, "en", "v", 0, "here") for i, text in enumerate(texts)]


class Fake:
    """Notes what it is asked for, and fails at its `fails_at`-th call."""

    def __init__(self, name: str, asked: list[str], fails_at: int | None = None) -> None:
        self.name, self.asked, self.left = name, asked, fails_at
        self.entry = Entry(
            name, lambda: Candidate(torch.device("cpu"), 100, 1000, self.speak, lambda _: None)
        )

    def speak(self, lines: Sequence[Utterance]) -> float:
        self.asked.append(self.name)
        self.left = None if self.left is None else self.left - 1
        if self.left == 0:
            raise MemoryError("no more memory\nat some place")
        return float(len(lines))


def run(*fakes: Fake) -> list[Row]:
    entries = [fake.entry for fake in fakes]
    return race(entries, [lines(2), lines(3), lines(2)], 3, Console(file=io.StringIO()))


def test_contestants_take_turns_after_two_warm_ups() -> None:
    asked: list[str] = []
    first, second = run(Fake("a", asked), Fake("b", asked))
    assert asked == ["a", "b"] * (2 + 3)
    assert first.ratio == 1
    assert None not in (second.speed, second.ratio, second.first_s)
    assert first.peak_bytes is None or first.peak_bytes >= 1000


def test_what_fails_is_a_row_with_the_reason_and_stops_nobody() -> None:
    asked: list[str] = []
    rows = run(Fake("a", asked), Fake("b", asked, fails_at=3))
    assert rows[1] == Row("b", missing="no more memory")
    assert asked.count("a") == 5
    assert rows[0].missing is None
    assert cells(rows[1])[0] == "b: no more memory"


def test_what_cannot_take_part_is_a_row_too() -> None:
    def refuse() -> Candidate:
        raise InputError("its stop head is not exported")

    entries = [Fake("a", []).entry, Entry("b", refuse)]
    rows = race(entries, [lines(2)], 1, Console(file=io.StringIO()))
    assert [row.missing for row in rows] == [None, "its stop head is not exported"]


def test_without_the_first_there_are_figures_but_no_ratios() -> None:
    first, second = run(Fake("a", [], fails_at=4), Fake("b", []))
    assert first.missing
    assert second.speed
    assert second.ratio is None


def test_what_speaks_line_by_line_gets_a_share_of_a_long_turn() -> None:
    alone = Candidate(torch.device("cpu"), 0, 0, lambda _: 1.0, lambda _: None, batch=1)
    assert len(share(lines(64), alone)) == 16
    assert len(share(lines(8), alone)) == 8
    assert len(share(lines(64), replace(alone, batch=8))) == 64
    assert len(share(lines(300), replace(alone, batch=None))) == 300


def test_every_line_is_in_one_turn() -> None:
    turns = split(lines(20), 8)
    assert [len(turn) for turn in turns] == [10, 10]
    assert sorted(int(line.id) for turn in turns for line in turn) == list(range(20))
    assert len(split(lines(3), 8)) == 1


def small_teacher(folder: Path) -> F5Teacher:
    config = load_config(BenchConfig, "bench", [*SMALL, "teacher.sampler.dtype=bfloat16"])
    teacher = with_random_weights(config.teacher, str(folder))
    return F5Teacher(teacher, load_bank(config.voices))


def test_every_setup_of_a_teacher_speaks_alike(tmp_path: Path) -> None:
    """Compiling is left to the command: it takes a compiler, and its time."""
    teacher = small_teacher(tmp_path)
    prompt = teacher.prompt(Request("good morning", "en", next(iter(teacher.voices))), "k")
    expected = teacher.synthesize_mels([prompt])[0]
    assert expected.std() > 0
    for setup in setups(teacher):
        if setup.compiled:
            continue
        try:
            changed = set_up(teacher, setup)
        except InputError:
            assert setup.name(teacher) in ON_GPU
            continue
        assert changed.limit().items in (1, 8, None)
        mel = changed.synthesize_mels([prompt])[0]
        assert (mel - expected).abs().mean() < 0.1 * expected.std() or setup.guided_throughout
    assert torch.equal(teacher.synthesize_mels([prompt])[0], expected)


def teacher_parameters(teacher: F5Teacher) -> list[torch.nn.Parameter]:
    return [p for part in (teacher.network, teacher.vocoder) for p in part.parameters()]


def test_upstream_and_students_make_sound_of_the_same_lines(tmp_path: Path) -> None:
    teacher = small_teacher(tmp_path)
    voice = next(iter(teacher.voices))
    spoken = [replace(line, voice=voice) for line in lines(2)]
    student = untrained_student(tmp_path / "student")
    places = [student.location, "package://student/mini"]
    entries = [teacher_entries(teacher)[0], *student_entries(places, str(tmp_path), 1)]
    assert [entry.name.rsplit("/")[-1] for entry in entries] == [
        "f5_mini, upstream, batch 1, float32",
        "student, torch",
        "student, ONNX float32",
        "student, ONNX int8",
        "mini, ONNX int8",
        "hibari-tts",
    ]
    contestants = [entry.enter() for entry in entries]
    assert all(contestant.speak(spoken) > 0.2 for contestant in contestants)
    assert all(contestant.weights_bytes > 0 for contestant in contestants)
    assert teacher.network.contours is not None  # which upstream is not told
    ours = [p.numel() for p in teacher_parameters(teacher)]
    contours = [p.numel() for p in teacher.network.contours.parameters()]
    assert contestants[0].parameters == sum(ours) - sum(contours)
    assert [round(c.parameters / 1e6, 1) for c in contestants[-2:]] == [6.5, 6.1]
    assert student_entries([], str(tmp_path), 1) == []


@inductor_config.patch({"cpp.cxx": (None, "no-such-compiler")})
def test_the_command_writes_a_table_and_a_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no compiler, too; pytest's monkeypatch would delete torch's setting afterwards."""
    arguments = [*SMALL, "random_weights=true", "limit=2", "turn_lines=1", "first_repeats=1"]
    arguments += [
        "students=[]",
        f"output={tmp_path}/bench",
        "threads=1",
        "teacher.sampler.dtype=bfloat16",
    ]
    assert run_app(BenchConfig, "bench", main, arguments) == 0
    written = json.loads((tmp_path / "bench/bench.json").read_text("utf-8"))
    assert written["stages"] is None
    assert (written["lines"], written["turns"], written["threads"]) == (2, 2, 1)
    missing = {row["name"]: row["missing"] for row in written["rows"] if row["missing"]}
    compiled = "f5_mini, auto_max, bfloat16, compiled"
    assert missing.keys() == ON_GPU | {compiled}
    assert "compiler" in missing[compiled]
    assert f"written to {tmp_path}" in capsys.readouterr().out.replace("\n", "")
    table = (tmp_path / "bench/bench.md").read_text("utf-8").splitlines()
    assert table[2].startswith("|  | size | weights | first sound |")
    assert len(table) == 4 + len(written["rows"])
    assert sum("needs a GPU" in line for line in table) == len(ON_GPU)
    assert Image.open(tmp_path / "bench/bench.png").width > 1000


def test_weights_on_a_hub_are_not_fetched_unless_it_is_asked_for() -> None:
    def wants(*overrides: str) -> bool:
        return wants_random_weights(load_config(BenchConfig, "bench", overrides))

    assert wants("teacher=f5_base")
    assert not wants("teacher=f5_base", "random_weights=false")
    assert not wants()
    assert wants("random_weights=true")


def test_a_students_folder_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(BenchConfig, "bench", main, ["students=[nowhere]"]) == 2
    assert "nowhere" in capsys.readouterr().err
