"""Threads that compute speech piece by piece: first pieces before all others, then whose client's sound
runs out first.

A request is a generator of pieces (`Synthesizer.stream`), and a thread takes one step of one of them at
a time. At most one piece of a request is computed ahead of its client; one whose client is gone is
closed. Needs no torch.
"""

import asyncio
import heapq
import itertools
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from speech.audio.waveform import Wave
from speech.dataset.schema import SAMPLE_RATE
from speech.errors import Refused
from speech.synthesizer import SynthesisRequest, Synthesizer
from student.server.errors import SERVER, ApiError, refused

RETRY_AFTER_S = 1
LEAST_SOUND_S, SOUND_S_A_CHAR = 10.0, 1.0
"""the most sound of a text at its slowest: a number of ten digits takes seven seconds"""


@dataclass(eq=False)
class _Job:
    """One request."""

    pieces: Iterator[Wave]
    most_samples: float
    loop: asyncio.AbstractEventLoop
    begun: float | None = None
    """when its client began to hear it"""
    samples: int = 0
    closed: bool = False
    running: bool = False
    ready: "asyncio.Future[Wave | None]" = field(init=False)
    """the next piece; None after the last"""

    def due(self) -> tuple[bool, float]:
        """What goes first: whoever hears nothing yet, then whoever has heard all that is there."""
        if self.begun is None:
            return False, 0.0
        return True, self.begun + self.samples / SAMPLE_RATE


class Engine:
    """What computes for all of a server's requests."""

    def __init__(self, threads: int, queue: int, deadline_s: float) -> None:
        """`queue`: most requests that wait for a thread; `deadline_s`: that one may wait and be
        computed in all, without the time in which it waits for its client."""
        self.queue, self.deadline_s = queue, deadline_s
        self._jobs: list[tuple[tuple[bool, float], int, _Job]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self.running = 0
        """requests that a thread computes"""
        self.sound_s = self.busy_s = 0.0
        """made so far, and the threads' time for it"""
        self._threads = [
            threading.Thread(target=self._work, name=f"speech-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread."""
        return len(self._jobs)

    async def stream(
        self, synthesizer: Synthesizer, request: SynthesisRequest
    ) -> AsyncIterator[Wave]:
        """The pieces of `synthesizer.stream(request)`, as they are.

        Raises:
            ApiError: 429 where too many wait, 400 for what the synthesizer refuses, 504 after the
                deadline, 500 where it failed or did not end.
        """
        left_s = self.deadline_s
        job = self._admit(synthesizer, request)
        try:
            while True:
                asked = time.monotonic()
                try:
                    piece = await asyncio.wait_for(asyncio.shield(job.ready), left_s)
                except asyncio.TimeoutError as error:
                    told = f"not done within {self.deadline_s:g} s"
                    raise ApiError(504, told, SERVER, "deadline_exceeded") from error
                if piece is None:
                    return
                left_s -= time.monotonic() - asked
                self._enqueue(job)
                yield piece
        finally:
            self._release(job)

    def close(self) -> None:
        """End the threads, each after its piece."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _admit(self, synthesizer: Synthesizer, request: SynthesisRequest) -> _Job:
        most_s = LEAST_SOUND_S + SOUND_S_A_CHAR * len(request.text)
        pieces = synthesizer.stream(request)
        most_samples = most_s * SAMPLE_RATE / min(1.0, request.speed)
        job = _Job(pieces, most_samples, asyncio.get_running_loop())
        if self.waiting >= self.queue:
            raise ApiError(
                429,
                f"{self.queue} requests wait already; try again in {RETRY_AFTER_S} s",
                "rate_limit_error",
                "queue_full",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        self._enqueue(job)
        return job

    def _enqueue(self, job: _Job) -> None:
        job.ready = job.loop.create_future()
        with self._changed:
            heapq.heappush(self._jobs, (job.due(), next(self._numbers), job))
            self._changed.notify()

    def _release(self, job: _Job) -> None:
        """Forget a job: the thread that computes it will close it, else here and now."""
        with self._changed:
            job.closed = True
            self._jobs = [entry for entry in self._jobs if entry[2] is not job]
            heapq.heapify(self._jobs)
            if job.running:
                return
        _close(job.pieces)

    def _work(self) -> None:
        while job := self._next():
            began, samples = time.monotonic(), job.samples
            try:
                answer: Wave | None | BaseException = self._step(job)
            except Refused as refusal:
                answer = refused(refusal)
            except Exception as error:
                answer = error
            with self._changed:
                job.running = False
                self.running -= 1
                self.busy_s += time.monotonic() - began
                self.sound_s += (job.samples - samples) / SAMPLE_RATE
                gone = job.closed
            if gone:
                _close(job.pieces)
            else:
                with suppress(RuntimeError):  # its loop has ended
                    job.loop.call_soon_threadsafe(_answer, job.ready, answer)

    def _next(self) -> _Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._stopped)
            if self._stopped:
                return None
            job = heapq.heappop(self._jobs)[2]
            job.running = True
            self.running += 1
            return job

    def _step(self, job: _Job) -> Wave | None:
        piece = next(job.pieces, None)
        if piece is None:
            return None
        job.begun = job.begun or time.monotonic()
        job.samples += len(piece)
        if job.samples > job.most_samples:
            most_s = job.most_samples / SAMPLE_RATE
            told = f"the speech did not end within {most_s:.0f} s of sound"
            raise ApiError(500, told, SERVER, "endless_speech")
        return piece


def _answer(ready: "asyncio.Future[Wave | None]", answer: Wave | None | BaseException) -> None:
    if ready.done():
        return
    if isinstance(answer, BaseException):
        ready.set_exception(answer)
    else:
        ready.set_result(answer)


def _close(pieces: Iterator[Wave]) -> None:
    if close := getattr(pieces, "close", None):
        close()
