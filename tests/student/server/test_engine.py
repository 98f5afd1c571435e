"""The engine by itself: who goes first, how much is computed ahead, limits, work nobody waits for."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager

import numpy as np
import pytest

import student.server.engine
from speech.audio.waveform import Wave
from speech.errors import Refused
from speech.synthesizer import SynthesisRequest
from student.server.engine import Engine
from student.server.errors import ApiError
from student.server.patience import patiently

SECOND = 24_000


class Scripted:
    """A synthesizer of so many pieces of a second; each step may wait."""

    def __init__(self, pieces: int = 3, step: Callable[[str, int], object] | None = None) -> None:
        self.pieces, self.step = pieces, step or (lambda text, number: None)
        self.steps: list[tuple[str, int]] = []
        self.closed: list[str] = []

    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:
        try:
            for number in range(self.pieces):
                self.steps.append((request.text, number))
                self.step(request.text, number)
                yield np.full(SECOND, number, np.float32)
        finally:
            self.closed.append(request.text)


def request(text: str) -> SynthesisRequest:
    return SynthesisRequest(text, None, "en")


@contextmanager
def running(threads: int = 1, queue: int = 64, deadline_s: float = 60) -> Iterator[Engine]:
    engine = Engine(threads, queue, deadline_s)
    yield engine
    engine.close()  # not after a failure: it would wait for a step that nobody lets go on


async def whole(engine: Engine, synthesizer: Scripted, text: str) -> list[Wave]:
    return [piece async for piece in engine.stream(synthesizer, request(text))]


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to that")


def test_pieces_come_as_they_are() -> None:
    with running() as engine:
        pieces = asyncio.run(whole(engine, Scripted(4), "a"))
    assert [piece[0] for piece in pieces] == [0, 1, 2, 3]


def test_new_requests_begin_while_others_go_on() -> None:
    gate = threading.Event()
    spoken = Scripted(3, lambda text, number: gate.wait() if (text, number) == ("old", 1) else None)

    async def ask() -> None:
        old = asyncio.create_task(whole(engine, spoken, "old"))
        await until(lambda: ("old", 1) in spoken.steps)  # whose thread is busy from now on
        new = asyncio.create_task(whole(engine, spoken, "new"))
        await until(lambda: ("new", 0) in spoken.steps and engine.waiting == 1)
        gate.set()
        await asyncio.gather(old, new)

    with running() as engine:
        asyncio.run(ask())
    assert spoken.steps[:3] == [("old", 0), ("old", 1), ("new", 0)]


@pytest.mark.parametrize(("ahead_s", "goes_first"), [(0.0, ("c", 1)), (6.0, ("a", 3))])
def test_whose_sound_runs_out_first_goes_first_beyond_what_a_short_text_lasts(
    ahead_s: float, goes_first: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to there who began first: else all short ones would end together."""
    assert student.server.engine.AHEAD_S == 6.0
    monkeypatch.setattr(student.server.engine, "AHEAD_S", ahead_s)
    gate = threading.Event()
    spoken = Scripted(4, lambda text, number: gate.wait() if (text, number) == ("b", 1) else None)

    async def ask() -> None:
        async with aclosing(engine.stream(spoken, request("a"))) as a:  # type: ignore[type-var]
            for _ in range(2):
                await anext(a)
            await until(lambda: ("a", 2) in spoken.steps)
            b = asyncio.create_task(whole(engine, spoken, "b"))
            await until(lambda: ("b", 1) in spoken.steps)
            await anext(a)  # three seconds of sound, and its fourth piece waits
            c = asyncio.create_task(whole(engine, spoken, "c"))
            await until(lambda: engine.waiting == 2)
            gate.set()
            await asyncio.gather(b, c)

    with running() as engine:
        asyncio.run(ask())
    assert min(("c", 1), ("a", 3), key=spoken.steps.index) == goes_first


def test_no_more_is_computed_than_one_piece_ahead() -> None:
    spoken = Scripted(100)

    async def ask() -> None:
        async with aclosing(engine.stream(spoken, request("slow"))) as pieces:  # type: ignore[type-var]
            await anext(pieces)
            await until(lambda: len(spoken.steps) == 2)
            await asyncio.sleep(0.05)
            assert len(spoken.steps) == 2

    with running() as engine:
        asyncio.run(ask())


def test_a_client_that_leaves_as_its_bytes_are_taken_is_noticed() -> None:
    """`asyncio.wait_for` of Python 3.10 and 3.11 would go on."""

    async def ask() -> None:
        taken = asyncio.Event()
        sending = asyncio.create_task(patiently(taken.wait()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        taken.set()
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    asyncio.run(ask())


def test_who_goes_away_frees_the_work() -> None:
    spoken = Scripted(100)

    async def ask() -> None:
        async with aclosing(engine.stream(spoken, request("gone"))) as pieces:  # type: ignore[type-var]
            await anext(pieces)
        await until(lambda: spoken.closed == ["gone"])
        steps = len(spoken.steps)
        await asyncio.sleep(0.05)
        assert len(spoken.steps) == steps
        assert engine.waiting == 0

    with running() as engine:
        asyncio.run(ask())


def test_who_goes_away_while_waiting_is_never_begun() -> None:
    gate = threading.Event()
    spoken = Scripted(1, lambda text, number: text == "gate" and gate.wait())

    async def ask() -> None:
        held = [asyncio.create_task(whole(engine, spoken, "gate"))]
        await until(lambda: len(spoken.steps) == 1)
        gone = asyncio.create_task(whole(engine, spoken, "gone"))
        await until(lambda: engine.waiting == 1)
        gone.cancel()
        await until(lambda: engine.waiting == 0)
        gate.set()
        await asyncio.gather(*held)

    with running() as engine:
        asyncio.run(ask())
    assert ("gone", 0) not in spoken.steps


def test_the_queue_is_bounded() -> None:
    gate = threading.Event()
    spoken = Scripted(1, lambda text, number: gate.wait())

    async def ask() -> None:
        tasks = [asyncio.create_task(whole(engine, spoken, "busy"))]
        await until(lambda: len(spoken.steps) == 1)
        tasks += [asyncio.create_task(whole(engine, spoken, "waits")) for _ in range(3)]
        await until(lambda: engine.waiting == 3)
        with pytest.raises(ApiError, match="3 requests wait already") as refused:
            await whole(engine, spoken, "too many")
        assert refused.value.status == 429
        assert refused.value.headers == {"Retry-After": "1"}
        gate.set()
        assert all(await asyncio.gather(*tasks))

    with running(queue=3) as engine:
        asyncio.run(ask())


def test_a_request_has_a_deadline() -> None:
    gate = threading.Event()
    spoken = Scripted(9, lambda text, number: number and gate.wait())
    heard: list[Wave] = []

    async def listen() -> None:
        async for piece in engine.stream(spoken, request("long")):
            heard.append(piece)

    async def ask() -> None:
        with pytest.raises(ApiError, match="not done within 1 s") as late:
            await listen()
        assert (late.value.status, len(heard)) == (504, 1)
        gate.set()
        await until(lambda: spoken.closed == ["long"])
        assert len(spoken.steps) == 2

    with running(deadline_s=1) as engine:
        asyncio.run(ask())


def test_a_slow_client_does_not_use_up_its_deadline() -> None:
    async def ask() -> int:
        heard = 0
        async for _ in engine.stream(spoken, request("slow")):
            heard += 1
            await asyncio.sleep(0.45)  # 0.05 s less than a piece takes
        return heard

    spoken = Scripted(5, lambda text, number: time.sleep(0.5))
    with running(deadline_s=1.5) as engine:
        assert asyncio.run(ask()) == 5


def test_speech_that_does_not_end_is_cut() -> None:
    heard: list[Wave] = []

    async def listen() -> None:
        async for piece in engine.stream(Scripted(10**9), request("Hello")):
            heard.append(piece)

    with running() as engine, pytest.raises(ApiError, match="did not end within 15 s") as endless:
        asyncio.run(listen())
    assert (endless.value.status, len(heard)) == (500, 15)


def fail(error: Exception) -> Callable[[str, int], object]:
    def step(text: str, number: int) -> None:
        raise error

    return step


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused("unsupported_script", "'П'"), 400, "unsupported_script"),
        (Refused("unknown_voice", "nobody"), 400, "unknown_voice"),
        (MemoryError(), 500, "model_failed"),
    ],
)
def test_a_failure_is_one_requests_own(error: Exception, status: int, code: str) -> None:
    async def ask() -> None:
        with pytest.raises(ApiError) as told:
            await whole(engine, Scripted(1, fail(error)), "bad")
        assert (told.value.status, told.value.code) == (status, code)
        assert len(await whole(engine, Scripted(2), "good")) == 2

    with running() as engine:
        asyncio.run(ask())


def test_it_needs_no_torch() -> None:
    code = "import sys, student.serve; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
