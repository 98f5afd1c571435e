"""What people see while a run speaks: the sum over workers, as a bar or as lines."""

import io
import json
import threading

import pytest
from rich.console import Console

import pipelines.progress
from pipelines.progress import ProgressFile, Totals, show_progress


def test_totals_add_up_over_workers(tmp_path):
    assert Totals(tmp_path).update() == (0, 0, 0.0)
    (tmp_path / "100-1").write_text("[3, 1, 12.5]\n[2, 0, 7.5]\n")
    (tmp_path / "200-1").write_text("[1, 4, 2.0]\n")
    assert Totals(tmp_path).update() == (6, 5, 22.0)


def test_a_line_that_is_still_being_written_waits(tmp_path):
    whole, totals = json.dumps([30, 1, 12.5]) + "\n", Totals(tmp_path)
    for cut in range(len(whole)):
        (tmp_path / "100-1").write_text("[2, 0, 7.5]\n" + whole[:cut])
        assert totals.update() == (2, 0, 7.5)
    (tmp_path / "100-1").write_text("[2, 0, 7.5]\n" + whole)
    assert totals.update() == (32, 1, 20.0)


def test_threads_report_into_files_of_their_own(tmp_path):
    def work():
        report = ProgressFile(str(tmp_path)).report
        for _ in range(50):
            report(1, 2, 0.5)
        started.wait()  # an ended thread's number may be given to the next one

    started = threading.Barrier(4)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(tmp_path.iterdir())) == 4
    assert Totals(tmp_path).update() == (200, 400, 100.0)


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ProgressFile(None).report(1, 0, 1.0)
    assert not list(tmp_path.iterdir())


def test_a_terminal_gets_a_bar(tmp_path):
    drawn = io.StringIO()
    console = Console(file=drawn, force_terminal=True, width=140, legacy_windows=False)
    with show_progress(tmp_path, 8, console):
        ProgressFile(str(tmp_path)).report(3, 1, 7200.0)
    text = drawn.getvalue()
    assert "4/8 lines" in text
    assert "3 clips  2.00 h  75% accepted" in text
    assert "x real time" in text
    assert "left" in text
    assert "\x1b[" in text


def test_prose_of_more_utterances_than_lines_raises_the_total(tmp_path):
    drawn = io.StringIO()
    with show_progress(tmp_path, 2, Console(file=drawn, force_terminal=True, width=140)):
        ProgressFile(str(tmp_path)).report(5, 0, 1.0)
    assert "5/5 lines" in drawn.getvalue()


def test_a_log_gets_plain_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(pipelines.progress, "LINE_EVERY_S", -1.0)  # always
    printed = io.StringIO()
    with show_progress(tmp_path, 8, Console(file=printed, width=140)):
        ProgressFile(str(tmp_path)).report(3, 1, 20.0)
    assert printed.getvalue().rstrip() == "4/8 lines, 3 clips, 20 s of audio"
    assert "\x1b" not in printed.getvalue()


def test_a_log_of_a_short_run_stays_empty(tmp_path):
    printed = io.StringIO()
    with show_progress(tmp_path, 8, Console(file=printed)):
        ProgressFile(str(tmp_path)).report(3, 1, 20.0)
    assert printed.getvalue().strip() == ""


def test_the_bar_goes_when_the_work_fails(tmp_path):
    before = threading.active_count()
    with (
        pytest.raises(RuntimeError, match="worker"),
        show_progress(tmp_path, 8, Console(file=io.StringIO(), force_terminal=True)),
    ):
        raise RuntimeError("worker")
    assert threading.active_count() == before
