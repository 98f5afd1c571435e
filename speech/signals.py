"""Ctrl-C, SIGTERM and SIGHUP end a command with one line, whatever its threads are doing.

Python calls a signal's handler in the main thread, which may be waiting for a lock or a long call;
and a normal exit waits for threads, and runs C++ destructors under the feet of those that go on. So
a thread of our own reads the signals from the interpreter's wake-up descriptor and ends the process
at once. Nothing durable is lost: every file is written under a hidden name first and renamed.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

import psutil

from speech.interruption import CLEAR_LINE, ENDED, SHOW_CURSOR, is_command
from speech.library_noise import hush_process
from speech.storage import temporaries

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP = b"\0"
SAVING = b"interrupted: saving first; once more ends it at once\n"
ANSWERING = b"ending: what is begun is finished; once more ends it at once\n"


@dataclass
class _State:
    """Of this process: whether its signals are watched, who wants to finish first, what came."""

    watching: bool = False
    finishing: threading.Event | None = None
    received: int | None = None
    notice: bytes = SAVING


_state = _State()


def watch_command() -> None:
    """`watch`, from the first import of a package on, if this process is one of our commands."""
    if is_command():
        watch()


def watch() -> None:
    """Watch until the process ends, imports included, which take seconds, and hush libraries."""
    if not _state.watching:
        hush_process()
        _start()


@contextmanager
def watched() -> Iterator[None]:
    """Signals end the process with one line while the block runs. Nested blocks change nothing;
    neither do those in other threads than the main one, which cannot set handlers."""
    if _state.watching or threading.current_thread() is not threading.main_thread():
        yield
        return
    stop = _start()
    try:
        yield
    finally:
        stop()


@contextmanager
def finishing() -> Iterator[threading.Event]:
    """While the block runs, the first signal sets the event, so that it can save and return; the
    second ends the process."""
    with watched():
        _state.finishing, _state.notice = (event := threading.Event()), SAVING
        try:
            yield event
        finally:
            _state.finishing = None


@contextmanager
def serving() -> Iterator[threading.Event]:
    """As `finishing`, for what runs until it is told to end: its exit status is then 0."""
    with finishing() as event:
        _state.notice = ANSWERING
        yield event
        _state.received = None


def exit_status() -> int | None:
    """128 and the number of the signal that a `finishing` block heeded; None where none came."""
    return None if _state.received is None else 128 + _state.received


def _start() -> Callable[[], None]:
    """Take the signals over; returns what gives them back."""
    receiver, sender = os.pipe()
    os.set_blocking(sender, False)
    earlier_wakeup = signal.set_wakeup_fd(sender, warn_on_full_buffer=False)
    heard = [n for n in SIGNALS if signal.getsignal(n) is not signal.SIG_IGN]  # nohup's is
    earlier = {number: signal.signal(number, _on_signal) for number in heard}
    _state.watching, _state.received = True, None
    thread = threading.Thread(target=_follow, args=(receiver,), name="signals", daemon=True)
    thread.start()

    def stop() -> None:
        _state.watching = False
        for number, handler in earlier.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(earlier_wakeup)
        os.write(sender, STOP)
        thread.join()
        os.close(sender)
        os.close(receiver)

    return stop


def _on_signal(number: int, frame: FrameType | None) -> None:
    """Python's own handler: it keeps KeyboardInterrupt away; the thread does the rest."""
    if event := _state.finishing:
        event.set()


def _follow(receiver: int) -> None:
    while (byte := os.read(receiver, 1)) != STOP:
        number, event = byte[0], _state.finishing
        if number not in SIGNALS:
            continue
        if event is None or _state.received is not None:
            end(number)
            return
        _state.received = number
        event.set()
        with suppress(OSError):
            os.write(2, (CLEAR_LINE if os.isatty(2) else b"") + _state.notice)


def end(number: int) -> None:
    """End this process and its children with one line and the exit status of a signal."""
    shown = [os.dup(descriptor) for descriptor in (1, 2)]
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):  # nobody else has the last word
        os.dup2(null, descriptor)
    kill_children()
    temporaries.remove_own()
    for descriptor in shown:
        with suppress(OSError):  # a terminal that is gone
            if os.isatty(descriptor):
                os.write(descriptor, CLEAR_LINE + SHOW_CURSOR)
    if _state.received is None:
        with suppress(OSError):
            os.write(shown[1], ENDED)
    os._exit(128 + number)


def kill_children() -> None:
    """Kill every process below this one."""
    with suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()


def _leave_to_parent() -> None:
    """In a forked child: Ctrl-C and a closed terminal reach it too, and its parent ends it."""
    if not _state.watching:
        return
    _state.watching, _state.finishing = False, None
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


os.register_at_fork(after_in_child=_leave_to_parent)
