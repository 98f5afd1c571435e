"""What is typed after `make` reaches the command as it was typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pages import untold

ROOT = Path(__file__).parents[1]
ECHO = "#!{python}\nimport json, sys; print(json.dumps(sys.argv[3:]))\n"


def make(folder: Path, *arguments: str, **environment: str) -> list[str]:
    """What a target hands to its command, in a folder where nothing was made before."""
    echo = folder / "echo"
    echo.write_text(ECHO.format(python=sys.executable))
    echo.chmod(0o755)
    command = ["make", "-s", "-f", str(ROOT / "Makefile"), "-o", "setup", f"PY={echo}", *arguments]
    told = subprocess.run(
        command, cwd=folder, env=untold() | environment, capture_output=True, text=True, check=True
    )
    return json.loads(told.stdout)


@pytest.mark.parametrize("text", ["costs $5", "$(x) ${y} $$", 'it\'s "so" & `so`; #1', "数据", ""])
def test_text_and_place_of_speech(text: str, tmp_path: Path) -> None:
    spoken = [f"text={text}", "output=my data, v=2.wav"]
    assert make(tmp_path, "speak", f"TEXT={text}", "OUT=my data, v=2.wav") == spoken
    assert make(tmp_path, "speak", TEXT=text, OUT="my data, v=2.wav") == spoken


def test_defaults(tmp_path: Path) -> None:
    assert make(tmp_path, "speak") == ["text=Hello there, and welcome.", "output=speech.wav"]
    assert make(tmp_path, "synth") == []
    assert make(tmp_path, "synth", OUT="of another program") == []


def test_arguments_are_words_of_the_shell(tmp_path: Path) -> None:
    typed = """ARGS=seed=2 'output=it costs $5' corpus.paths='["a, b.txt"]'"""
    assert make(tmp_path, "synth", typed) == [
        "seed=2",
        "output=it costs $5",
        'corpus.paths=["a, b.txt"]',
    ]
    assert make(tmp_path, "plan", "OUT=数据 [1]", "ARGS=limit=2") == ["output=数据 [1]", "limit=2"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["synth", "limit=3"], 'make synth ARGS="limit=3"'),
        (["synth", "corpus.paths=[a.txt]", "ARGS=seed=2"], 'ARGS="corpus.paths=[a.txt]"'),
        (["serve", "+models.mine=out/onnx"], 'make serve ARGS="+models.mine=out/onnx"'),
        (["bench", "device=cuda"], 'make bench ARGS="device=cuda"'),
    ],
)
def test_an_option_that_is_not_in_args_is_refused(typed: list[str], told: str) -> None:
    """Make would take it for a variable of its own, and the command would run without it."""
    command = ["make", "-n", "-f", str(ROOT / "Makefile"), "-o", "setup", *typed]
    ended = subprocess.run(command, cwd=ROOT, env=untold(), capture_output=True, text=True)
    assert ended.returncode == 2
    assert told in ended.stderr


def test_of_the_teachers_benchmark_some_are_variables(tmp_path: Path) -> None:
    assert make(tmp_path, "bench-teacher", "device=cuda", "lines=4", "ARGS=turn_lines=2") == [
        "device=cuda",
        "lines=4",
        "turn_lines=2",
    ]
