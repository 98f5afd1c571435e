"""Progress fits the terminal, with speed and time left; elsewhere it is a line a minute."""

import io
import time
from pathlib import Path

import pytest
from rich.console import Console

import speech.progress
from pipelines.verify.__main__ import VerifyConfig
from pipelines.verify.__main__ import main as verify
from speech.config import run_app
from speech.progress import Bar, clock, track, waiting

TITLE = "speaking, a student of a very long name (out/students/number-twelve)"


def terminal(width: int) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, legacy_windows=False)


@pytest.mark.parametrize("width", [30, 40, 60, 80, 200])
def test_speed_and_time_left_are_always_there(width: int) -> None:
    bar = Bar(TITLE, 100, terminal(width), "clip")
    bar.update(42, speed="5.5x real time" if width > 40 else None, more=["12 % accepted"] * 9)
    line = bar.line(width=width - 1)
    assert len(line) <= width - 1
    assert "left" in line or width == 30
    assert "42/100 clips" in line
    assert ("real time" if width > 40 else "/s") in line
    assert ("accepted" in line) == (width == 200)


def test_what_is_drawn_stays_within_the_terminal() -> None:
    console = terminal(60)
    for _ in track(range(3), TITLE, console, "clip", keep=True):
        pass
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert "3/3 clips" in drawn
    assert drawn.count("\n") <= 2


def test_without_a_terminal_there_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech.progress, "REFRESH_S", 0.01)
    monkeypatch.setattr(speech.progress, "LINE_EVERY_S", 0.02)
    console = Console(file=io.StringIO())
    with Bar("verifying", 8_000_000, console, "MB") as bar:
        bar.advance(4_000_000)
        bar._stop.wait(0.2)
    with waiting("loading", console):
        bar._stop.clear()
        bar._stop.wait(0.1)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("verifying: 4/8 MB, ")
    assert lines[0].endswith(" left")
    assert lines[-1] == "loading: 0:00 so far"


def test_many_short_bars_are_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ends before its own minute is over."""
    monkeypatch.setattr(speech.progress, "REFRESH_S", 0.01)
    monkeypatch.setattr(speech.progress, "LINE_EVERY_S", 0.2)
    Bar.begin()
    console = Console(file=io.StringIO())
    for number in range(10):
        with Bar(f"part {number}", 2, console, "clip") as bar:
            bar._stop.wait(0.05)
    assert 1 <= len(console.file.getvalue().splitlines()) <= 5  # type: ignore[attr-defined]


def test_a_command_is_not_late_for_the_minutes_before_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook's process, or the tests', may have been silent for hours."""
    monkeypatch.setattr(Bar, "silent_since", time.monotonic() - 3600)
    assert run_app(VerifyConfig, "verify", verify, [f"output={tmp_path}"]) == 2
    assert capsys.readouterr().out == ""


def test_a_minute_is_between_two_lines() -> None:
    assert speech.progress.LINE_EVERY_S == 60
    assert [clock(s) for s in (None, 5, 65, 3725)] == ["-", "0:05", "1:05", "1:02:05"]
