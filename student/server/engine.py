"""Threads that compute speech piece by piece: first pieces at once, then for whom the sound runs out
first.

A request is a generator of pieces (`Synthesizer.stream`), and a thread takes one step of one of them at
a time. At most one piece of a request is computed ahead of its client; one whose client is gone is
closed. Needs no torch.
"""

import asyncio
import heapq
import itertools
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Generator
from contextlib import suppress
from dataclasses import dataclass, field

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.errors import Refused
from speech.synthesizer import SynthesisRequest, Synthesizer
from student.server.errors import SERVER, ApiError, refused

RETRY_AFTER_S = 1
LATER = 10
"""niceness of threads that compute later pieces"""
AHEAD_S = 6.0
"""of sound, up to which a request is computed as if its client had heard none: short ones end in the
order in which they began, where else all would wait for each other's last pieces and end together"""
LEAST_SOUND_S, SOUND_S_A_CHAR = 10.0, 1.0
"""what a text may sound at most, at speed 1: one of ten digits takes seven seconds"""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Job:
    """One request."""

    pieces: Generator[Wave, None, None]
    most_samples: float
    loop: asyncio.AbstractEventLoop
    begun: float | None = None
    """when its first piece was there"""
    samples: int = 0
    running: bool = False
    closed: bool = False
    ready: "asyncio.Future[Wave | None]" = field(init=False)
    """the next piece; None after the last"""

    @property
    def due(self) -> float:
        """Smallest first: when its client has heard all but `AHEAD_S` of what is there."""
        if self.begun is None:
            return 0.0
        return self.begun + max(0.0, self.samples / SAMPLE_RATE - AHEAD_S)


class _Waiting:
    """Requests that wait for a thread of one kind, by `due`."""

    def __init__(self, lock: threading.Lock) -> None:
        self.heap: list[tuple[float, int, _Job]] = []
        self.changed = threading.Condition(lock)
        self._numbers = itertools.count()

    def push(self, job: _Job) -> None:
        heapq.heappush(self.heap, (job.due, next(self._numbers), job))
        self.changed.notify()

    def pop(self) -> _Job:
        return heapq.heappop(self.heap)[2]

    def remove(self, job: _Job) -> None:
        self.heap = [entry for entry in self.heap if entry[2] is not job]
        heapq.heapify(self.heap)


class Engine:
    """What computes for all of a server's requests."""

    def __init__(self, threads: int, queue: int, deadline_s: float) -> None:
        """`threads` that compute first pieces, and as many that give way to them for all others, so
        that nobody waits for the end of another's long piece. `queue`: most requests that wait for a
        thread; `deadline_s`: that one may wait and be computed in all, without the time in which it
        waits for its client.
        """
        self.queue, self.deadline_s = queue, deadline_s
        self._lock = threading.Lock()
        self._first, self._later = _Waiting(self._lock), _Waiting(self._lock)
        self._stopped = False
        self.running = 0
        """requests that a thread computes"""
        self.sound_s = self.busy_s = 0.0
        """made so far, and the threads' time for it"""
        self._threads = [
            threading.Thread(target=self._work, args=(waiting,), daemon=True)
            for waiting in (self._first, self._later)
            for _ in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread."""
        return len(self._first.heap) + len(self._later.heap)

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
                done, _ = await asyncio.wait([job.ready], timeout=left_s)
                if not done:
                    raise self._late()
                piece = job.ready.result()
                if piece is None:
                    return
                left_s = max(0.0, left_s - (time.monotonic() - asked))
                self._enqueue(job)
                yield piece
        finally:
            self._release(job)

    def close(self) -> None:
        """End the threads, each after its piece."""
        with self._lock:
            self._stopped = True
            for waiting in (self._first, self._later):
                waiting.changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _late(self) -> ApiError:
        return ApiError(504, f"not done within {self.deadline_s:g} s", SERVER, "deadline_exceeded")

    def _admit(self, synthesizer: Synthesizer, request: SynthesisRequest) -> _Job:
        if self.waiting >= self.queue:
            raise ApiError(
                429,
                f"{self.queue} requests wait already; try again in {RETRY_AFTER_S} s",
                "rate_limit_error",
                "queue_full",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        most_s = (LEAST_SOUND_S + SOUND_S_A_CHAR * len(request.text)) / min(1.0, request.speed)
        pieces = _pieces(synthesizer, request)
        job = _Job(pieces, most_s * SAMPLE_RATE, asyncio.get_running_loop())
        self._enqueue(job)
        return job

    def _enqueue(self, job: _Job) -> None:
        job.ready = job.loop.create_future()
        with self._lock:
            (self._first if job.begun is None else self._later).push(job)

    def _release(self, job: _Job) -> None:
        """Forget a job; where a thread is at it, that will close it."""
        if not job.ready.cancel():
            job.ready.exception()  # which was looked at, or nobody wants any more
        with self._lock:
            job.closed = True
            for waiting in (self._first, self._later):
                waiting.remove(job)
            if job.running:
                return
        job.pieces.close()

    def _work(self, waiting: _Waiting) -> None:
        if waiting is self._later:
            _give_way()
        while job := self._next(waiting):
            began, samples = time.monotonic(), job.samples
            try:
                answer: Wave | None | ApiError = _step(job)
            except ApiError as error:
                answer = error
            except Refused as refusal:
                answer = refused(refusal)
            except Exception:
                log.exception("a model failed")
                answer = ApiError(500, "the model failed on this text", SERVER, "model_failed")
            with self._lock:
                job.running = False
                self.running -= 1
                self.busy_s += time.monotonic() - began
                self.sound_s += (job.samples - samples) / SAMPLE_RATE
                gone = job.closed
            if gone:
                job.pieces.close()
                continue
            with suppress(RuntimeError):  # its loop has ended
                job.loop.call_soon_threadsafe(_answer, job.ready, answer)

    def _next(self, waiting: _Waiting) -> _Job | None:
        """Wait for something to do; None at the end."""
        with self._lock:
            waiting.changed.wait_for(lambda: waiting.heap or self._stopped)
            if self._stopped:
                return None
            job = waiting.pop()
            job.running = True
            self.running += 1
            return job


def _give_way() -> None:
    """Let threads with first pieces, and the event loop, have the processor before this one."""
    with suppress(OSError, AttributeError):  # only Linux has priorities of threads
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LATER)


def _pieces(synthesizer: Synthesizer, request: SynthesisRequest) -> Generator[Wave, None, None]:
    """The whole of it in a generator, so that nothing is computed before its turn."""
    yield from synthesizer.stream(request)


def _step(job: _Job) -> Wave | None:
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


def _answer(ready: "asyncio.Future[Wave | None]", answer: Wave | None | ApiError) -> None:
    if ready.done():
        return
    if isinstance(answer, ApiError):
        ready.set_exception(answer)
    else:
        ready.set_result(answer)
