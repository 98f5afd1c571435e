"""What the benchmark of students measures."""

import json
from pathlib import Path

import pytest

from eval.student_bench import FIRST_LINE, PEER, StudentBenchConfig, Took, _ratios, main
from speech.config import run_app
from tests.student.untrained import untrained_student


def test_all_take_turns_and_are_written_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    untrained_student(tmp_path / "student")
    output = tmp_path / "bench.json"
    arguments = [f"checkpoint={tmp_path / 'student'}", f"output={output}"]
    arguments += ["lines=2", "first_repeats=1"]
    assert run_app(StudentBenchConfig, "student_bench", main, arguments) == 0
    written = json.loads(output.read_text("utf-8"))
    figures = {figure["name"]: figure for figure in written["figures"]}
    assert list(figures) == ["torch", "ONNX float32", "ONNX int8", PEER]
    assert figures[PEER]["ratio_to_peer"] == 1
    assert 5.5e6 < figures[PEER]["parameters"] < 6.5e6
    assert figures["ONNX int8"]["bytes"] < figures["ONNX float32"]["bytes"]
    assert all(figure["first_audio_ms"] > 0 for figure in figures.values())
    assert PEER in capsys.readouterr().out


def test_a_ratio_above_one_is_faster_than_the_peer() -> None:
    assert list(_ratios([Took(9, 1, 10)], [Took(9, 3, 15)])) == [2]


def test_the_first_line_has_ten_words() -> None:
    assert len(FIRST_LINE.split()) == 10
