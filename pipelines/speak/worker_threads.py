"""Threads that make one thing each at a time, handed out as they become free."""

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


class Stopped(Exception):
    """The work is not wanted any more: another thread has failed."""


class WorkerThreads(Generic[Job, Result]):
    """`size` threads over `task`. What one of them raises stops all, and is raised to who waits.

    No more jobs are taken than there are threads, so that what waits is not held here.
    """

    def __init__(self, size: int, task: Callable[[Job], Result]) -> None:
        self._size = size
        self._task = task
        self._pool = ThreadPoolExecutor(size, "worker")
        self._running: set[Future[Result]] = set()
        self._stopped = threading.Event()

    def give(self, job: Job) -> list[Result]:
        """Begin a job as soon as a thread is free; returns what was finished meanwhile."""
        finished = self._wait(self._size - 1)
        self._running.add(self._pool.submit(self._task, job))
        return finished

    def finish(self) -> list[Result]:
        """Wait for all that was begun."""
        return self._wait(0)

    def check(self) -> None:
        """Called by a task now and then; raises `Stopped` once it works for nothing."""
        if self._stopped.is_set():
            raise Stopped

    def close(self) -> None:
        self._pool.shutdown(wait=False)

    def _wait(self, most: int) -> list[Result]:
        """Until no more than `most` jobs run."""
        finished: list[Result] = []
        try:
            while len(self._running) > most:
                done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
                finished += [future.result() for future in done]
        except BaseException:
            self._stopped.set()
            wait(self._running)
            self._running = set()
            raise
        return finished
