"""What people see while a run speaks: the sum over workers, as a bar or as lines."""

import io
import json
import threading

import pytest
from rich.console import Console

import speech.progress
from pipelines.progress.progress import Progress, ProgressFile, Totals, show_planning, show_speaking
from pipelines.progress.run_folders import RunFolders


def folders(path) -> RunFolders:
    return RunFolders(1, "", str(path))


def test_totals_add_up_over_workers(tmp_path):
    assert Totals(tmp_path).update() == Progress()
    (tmp_path / "100-1").write_text("[3, 1, 12.5, 5]\n[2, 0, 7.5, 3]\n")
    (tmp_path / "200-1").write_text("[1, 4, 2.0, 9]\n")
    assert Totals(tmp_path).update() == Progress(6, 5, 22.0, 17)


def test_a_line_that_is_still_being_written_waits(tmp_path):
    whole, totals = json.dumps([30, 1, 12.5, 40]) + "\n", Totals(tmp_path)
    for cut in range(len(whole)):
        (tmp_path / "100-1").write_text("[2, 0, 7.5, 2]\n" + whole[:cut])
        assert totals.update() == Progress(2, 0, 7.5, 2)
    (tmp_path / "100-1").write_text("[2, 0, 7.5, 2]\n" + whole)
    assert totals.update() == Progress(32, 1, 20.0, 42)


def test_threads_report_into_files_of_their_own(tmp_path):
    def work():
        report = ProgressFile(str(tmp_path)).report
        for _ in range(50):
            report(Progress(1, 2, 0.5))
        started.wait()  # an ended thread's number may be given to the next one

    started = threading.Barrier(4)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(tmp_path.iterdir())) == 4
    assert Totals(tmp_path).update() == Progress(200, 400, 100.0)


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ProgressFile(None).report(Progress(1, 0, 1.0))
    assert not list(tmp_path.iterdir())


def test_a_terminal_gets_a_bar(tmp_path):
    drawn = io.StringIO()
    console = Console(file=drawn, force_terminal=True, width=140, legacy_windows=False)
    with show_speaking(Totals(tmp_path), 8, console):
        ProgressFile(str(tmp_path)).report(Progress(3, 1, 7200.0, 6))
    text = drawn.getvalue()
    assert "4/8 lines" in text
    assert "75% accepted  2.00 h  3 clips of 6 tries" in text
    assert "x real time" in text
    assert "left" in text
    assert "\x1b[" in text


def test_prose_of_more_utterances_than_lines_raises_the_total(tmp_path):
    drawn = io.StringIO()
    with show_speaking(Totals(tmp_path), 2, Console(file=drawn, force_terminal=True, width=140)):
        ProgressFile(str(tmp_path)).report(Progress(5, 0, 1.0))
    assert "5/5 lines" in drawn.getvalue()


def test_what_an_earlier_run_has_made_is_not_to_do(tmp_path):
    drawn = io.StringIO()
    console = Console(file=drawn, force_terminal=True, width=140)
    with show_speaking(Totals(tmp_path), 100, console):
        ProgressFile(str(tmp_path)).report(Progress(known=60))
        ProgressFile(str(tmp_path)).report(Progress(accepted=30))
    assert "30/40 lines" in drawn.getvalue()


def test_text_is_followed_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr(speech.progress, "LINE_EVERY_S", -1.0)
    printed = io.StringIO()
    with show_planning(folders(tmp_path), 500, Console(file=printed)):
        ProgressFile(str(tmp_path)).report(Progress(lines=200))
    assert printed.getvalue().rstrip().startswith("planning: 200/500 lines, ")


def test_what_other_machines_plan_is_one_line():
    printed = io.StringIO()
    with show_planning(None, 500, Console(file=printed)):
        pass
    assert printed.getvalue().rstrip() == "500 lines are planned by the engine's workers"


def test_tries_move_while_no_line_is_finished(tmp_path, monkeypatch):
    monkeypatch.setattr(speech.progress, "LINE_EVERY_S", -1.0)
    printed = io.StringIO()
    with show_speaking(Totals(tmp_path), 69, Console(file=printed, width=140)):
        report = ProgressFile(str(tmp_path)).report
        report(Progress(known=1))
        report(Progress(tries=16))
    told = printed.getvalue().strip()
    assert told.startswith("speaking: 0/68 lines, 0.0x real time, ")
    assert told.endswith("left, 0.00 h, 0 clips of 16 tries")


def test_a_log_gets_plain_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(speech.progress, "LINE_EVERY_S", -1.0)  # always
    printed = io.StringIO()
    with show_speaking(Totals(tmp_path), 8, Console(file=printed, width=140)):
        ProgressFile(str(tmp_path)).report(Progress(3, 1, 20.0, 6))
    told = printed.getvalue().strip()
    assert told.startswith("speaking: 4/8 lines, ")
    assert told.endswith("left, 75% accepted, 0.01 h, 3 clips of 6 tries")
    assert "\x1b" not in printed.getvalue()


def test_a_log_of_a_short_run_stays_empty(tmp_path):
    printed = io.StringIO()
    with show_speaking(Totals(tmp_path), 8, Console(file=printed)):
        ProgressFile(str(tmp_path)).report(Progress(3, 1, 20.0, 6))
    assert printed.getvalue().strip() == ""


def test_the_bar_goes_when_the_work_fails(tmp_path):
    before = threading.active_count()
    with (
        pytest.raises(RuntimeError, match="worker"),
        show_speaking(Totals(tmp_path), 8, Console(file=io.StringIO(), force_terminal=True)),
    ):
        raise RuntimeError("worker")
    assert threading.active_count() == before
