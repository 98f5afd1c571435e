"""Ctrl-C, SIGTERM and SIGHUP through `run_app`, with everything in the way that a run has."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

COMMAND = """
import multiprocessing, signal, subprocess, sys, threading, time
from pathlib import Path
from speech.config import Config, run_app
from speech.signals import finishing
from speech.storage.temporaries import temporary_folder

class Nothing(Config):
    pass

def busy():
    while True:
        sum(range(1000))

def stubborn():
    time.sleep(100)

def ready():
    Path(sys.argv[1], "ready").touch()

def waits(config):
    for _ in range(3):
        threading.Thread(target=busy).start()  # not daemons: a normal exit would wait for them
    multiprocessing.get_context("fork").Process(target=stubborn).start()
    subprocess.Popen(["sleep", "100"])
    with temporary_folder(Path(sys.argv[1])) as folder:
        folder.joinpath("half").touch()
        ready()
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()

def saves(config):
    with finishing() as stop:
        ready()
        stop.wait()
        time.sleep(float(sys.argv[3]))
    Path(sys.argv[1], "saved").touch()
    return 1

import speech.config
speech.config.load_config = lambda *_: Nothing()
sys.exit(run_app(Nothing, "align", globals()[sys.argv[2]], []))
"""
STATUS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}


def heed() -> None:
    """Ctrl-C and a closed terminal, which a shell lets its background jobs ignore."""
    for name in STATUS:
        signal.signal(signal.Signals[name], signal.SIG_DFL)


@contextmanager
def command(folder: Path, *arguments: str, before: str = "") -> Iterator[subprocess.Popen[str]]:
    """Started, and ready for its signal."""
    line = [sys.executable, "-c", before + COMMAND, str(folder), *arguments]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        line, stderr=pipe, stdout=pipe, text=True, start_new_session=True, preexec_fn=heed
    )
    try:
        while not (folder / "ready").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("name", STATUS)
def test_one_line_and_the_status_whatever_the_threads_do(name: str, tmp_path: Path) -> None:
    with command(tmp_path, "waits") as process:
        children = psutil.Process(process.pid).children()
        assert len(children) == 2
        os.killpg(process.pid, signal.Signals[name])  # as a terminal does
        _, told = process.communicate(timeout=10)
    assert process.returncode == STATUS[name]
    assert told == "interrupted: run the same command again to continue\n"
    assert not psutil.wait_procs(children, timeout=10)[1]
    assert os.listdir(tmp_path) == ["ready"], "its scratch is gone"


@pytest.mark.parametrize("name", STATUS)
def test_what_can_be_saved_is_saved_first(name: str, tmp_path: Path) -> None:
    with command(tmp_path, "saves", "0.1") as process:
        process.send_signal(signal.Signals[name])
        _, told = process.communicate(timeout=10)
    assert process.returncode == STATUS[name]
    assert told == "interrupted: saving first; once more ends it at once\n"
    assert (tmp_path / "saved").exists()


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    with command(tmp_path, "saves", "100") as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr
        told = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, more = process.communicate(timeout=10)
    assert process.returncode == 130
    assert (told.count("\n"), more) == (1, "")
    assert not (tmp_path / "saved").exists()


def test_what_nohup_ignores_stays_ignored(tmp_path: Path) -> None:
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    with command(tmp_path, "saves", "0", before=ignoring) as process:
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert process.returncode == 143


SCRIPT = str(Path(sys.executable).with_name("tts-distill"))
STARTS = {"module": ["-m", "eval.report"], "script": [SCRIPT, "eval"]}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("imported", ["speech", "psutil", "numpy.dtypes"])
def test_a_command_can_be_interrupted_while_it_imports(start: str, imported: str) -> None:
    line = [sys.executable, "-X", "importtime", *STARTS[start], "--help"]
    with subprocess.Popen(
        line, preexec_fn=heed, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        for shown in process.stderr:
            if shown.split()[-1] == imported:
                break
        process.send_signal(signal.SIGINT)
        told = [shown for shown in process.stderr if not shown.startswith("import time:")]
    assert process.returncode == 130
    assert told == ["interrupted: run the same command again to continue\n"]


def test_another_program_keeps_its_handler() -> None:
    line = "import student; from signal import *; assert getsignal(SIGINT) is default_int_handler"
    assert subprocess.run([sys.executable, "-c", line], preexec_fn=heed).returncode == 0
