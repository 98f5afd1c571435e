"""What a run on this machine has beside its output: threads, and folders that go when it ends."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipelines.dataset import scratch_root
from speech import storage
from speech.local_files import explained
from speech.storage import Location


@dataclass(frozen=True)
class Workplace:
    workers: int
    """shards made at a time"""
    text_folder: str
    """where planned text waits for its shard: on the output's disk, it is as large as the corpus"""
    progress_folder: str


@contextmanager
def open_workplace(output: Location, workers: int) -> Iterator[Workplace]:
    text = scratch_root(output) / storage.temporary_name("text")
    with explained("write", text):
        text.mkdir(parents=True)
    try:
        with tempfile.TemporaryDirectory() as progress:
            yield Workplace(workers, str(text), progress)
    finally:
        shutil.rmtree(text, ignore_errors=True)
