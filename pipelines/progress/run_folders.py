"""What a run on this machine has beside its output: threads, and folders that go when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from speech.dataset.layout import scratch_root
from speech.storage import Location
from speech.storage.temporaries import temporary_folder


@dataclass(frozen=True)
class RunFolders:
    workers: int
    """units made at a time"""
    text_folder: str
    """where planned text waits for its shard: on the output's disk, it is as large as the corpus"""
    progress_folder: str


@contextmanager
def open_run_folders(output: Location, workers: int | None) -> Iterator[RunFolders | None]:
    """Args:
    workers: threads of this process; None where other processes work, which share no folder.
    """
    if workers is None:
        yield None
        return
    with temporary_folder(scratch_root(output)) as text, temporary_folder() as progress:
        yield RunFolders(workers, str(text), str(progress))
