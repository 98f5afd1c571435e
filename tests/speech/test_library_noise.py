"""A user sees a command's own lines, whatever the libraries below it have to say."""

import logging
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from speech.library_noise import hushed
from tests.noisy_libraries import noisy

SPEAK = ("text=Hello.", "output={}/hello.wav")
TTS_DISTILL = "from speech.commands import main; main()"
OF_THEIR_OWN = """
from speech.library_noise import hush_process
hush_process()
import datasets.utils.logging, huggingface_hub.utils.logging, transformers.utils.logging
for library in (datasets, huggingface_hub, transformers):
    library.utils.logging.get_logger(library.__name__).warning("planted")
    library.utils.logging.get_logger(library.__name__).error("an error of %s", library.__name__)
"""


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, *(argument.format(folder) for argument in arguments)]
    return subprocess.run(line, env=noisy(folder), capture_output=True, text=True)


@pytest.mark.parametrize(
    "command", [("-m", "student.synthesize"), ("-c", TTS_DISTILL, "speak")], ids=lambda c: c[-1]
)
def test_planted_warnings_are_in_no_line_of_a_command(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    ended = run(tmp_path, *command, *SPEAK)
    assert {"soundfile", "onnxruntime"} <= set((tmp_path / "heard").read_text().split())
    assert (ended.returncode, ended.stdout) == (0, "")
    introduced, spoken = ended.stderr.splitlines()
    assert introduced.startswith("f5-mini-student")
    assert spoken.startswith(f"{tmp_path}/hello.wav: ")


def test_without_our_command_the_same_plants_are_seen(tmp_path: Path) -> None:
    """So that the test above cannot pass by planting nothing."""
    seen = run(tmp_path, "-c", "import soundfile").stderr
    assert "planted DeprecationWarning" in seen
    assert "planted in a log" in seen
    assert "planted, and all" in seen


def test_libraries_with_handlers_of_their_own_tell_errors_alone() -> None:
    ended = subprocess.run([sys.executable, "-c", OF_THEIR_OWN], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "planted" not in ended.stderr
    for name in ("datasets", "huggingface_hub", "transformers"):
        assert f"an error of {name}" in ended.stderr


def test_our_lines_and_errors_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with hushed():
        logging.getLogger("speech.training.checkpoints").warning("a checkpoint is damaged")
        logging.getLogger("a.library").error("a task failed")
        logging.getLogger("a.library").warning("planted")
        warnings.warn("planted", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "a checkpoint is damaged\na task failed\n"
