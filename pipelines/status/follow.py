"""Follow a run whose workers are other processes, by what they leave under its output."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from pipelines.status.state import State, read_state
from speech.errors import InputError
from speech.storage import Location

EVERY_S = 30.0


@contextmanager
def follow(output: Location, console: Console) -> Iterator[None]:
    """Print a line now and then until the block ends."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(EVERY_S):
            try:
                console.print(line(read_state(output)), soft_wrap=True, highlight=False)
            except (InputError, OSError) as error:  # the storage may come back
                console.print(f"not known: {error}", soft_wrap=True, markup=False)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def line(state: State) -> str:
    rows = "?" if state.rows is None else state.rows
    left = "" if state.left_s is None else f", {state.left_s / 60:.0f} min left"
    return (
        f"{state.rows_done}/{rows} lines, {state.accepted} clips, {state.audio_s / 3600:.2f} h, "
        f"{state.workers_alive} workers{left}"
    )
