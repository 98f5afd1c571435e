"""Many clients at once, clients that go away, thousands of sentences."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import numpy as np
import psutil
import pytest

from speech.synthesizer import SynthesisRequest
from student.server.catalog import Catalog
from student.server.encode import pcm_16
from student.server.engine import Engine

TEXTS = ["Leave the blue parcel at noon.", "Nobody expected the old bridge to last."]
CLIENTS = 32
LONG = "The committee will meet again on Thursday to discuss the budget. " * 60


def asked(text: str, voice: str, form: str = "pcm") -> dict[str, str]:
    return {"model": "mini", "voice": voice, "input": text, "response_format": form}


@pytest.fixture(scope="module")
def cases(catalog: Catalog) -> list[tuple[str, str]]:
    return [(text, voice) for text in TEXTS for voice in catalog["mini"].voices]


@pytest.fixture(scope="module")
def unloaded(catalog: Catalog, cases: list[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """Each without a server, one after another."""
    model = catalog["mini"]
    waves = {
        case: np.concatenate(list(model.stream(SynthesisRequest(*case, "en")))) for case in cases
    }
    return {case: pcm_16(wave).tobytes() for case, wave in waves.items()}


def test_many_clients_at_once_get_what_one_alone_gets(
    address: str, cases: list[tuple[str, str]], unloaded: dict[tuple[str, str], bytes]
) -> None:
    async def ask() -> list[bytes]:
        limits = httpx.Limits(max_connections=CLIENTS)
        async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
            answers = await asyncio.gather(
                *(
                    client.post("/v1/audio/speech", json=asked(*cases[number % len(cases)]))
                    for number in range(CLIENTS)
                )
            )
        return [answer.raise_for_status().content for answer in answers]

    for number, answer in enumerate(asyncio.run(ask())):
        assert answer == unloaded[cases[number % len(cases)]], number
    assert len(set(unloaded.values())) == len(cases)


def test_a_client_that_goes_away_frees_its_work(
    address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch, catalog: Catalog
) -> None:
    closed, steps = [], []
    stream = catalog["mini"].stream

    def watched(request: SynthesisRequest) -> Iterator[np.ndarray]:
        try:
            for piece in stream(request):
                steps.append(len(piece))
                yield piece
        finally:
            closed.append(True)

    monkeypatch.setattr(catalog["mini"], "stream", watched)
    with httpx.stream("POST", f"{address}/v1/audio/speech", json=asked(LONG, "alloy")) as response:
        next(response.iter_bytes())
    wait_until(lambda: bool(closed))
    assert sum(steps) < 60 * 24_000  # of four minutes: what fits into the sockets
    count = len(steps)
    time.sleep(0.2)
    assert len(steps) == count
    assert engine.waiting == 0


def wait_until(condition) -> None:  # type: ignore[no-untyped-def]
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that")


def speak_many(address: str, requests: int) -> list[int]:
    """Short sentences, two at a time, in several formats by turns; the memory (bytes) of this process,
    which is the server's, ten times on the way."""
    formats, memory = ("pcm", "mp3", "opus", "wav"), []

    async def ask() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:

            async def one(number: int) -> None:
                body = asked(f"It is {number}.", "alloy", formats[number % 4])
                (await client.post("/v1/audio/speech", json=body)).raise_for_status()

            for begin in range(0, requests, 2):
                await asyncio.gather(one(begin), one(begin + 1))
                if begin % (requests // 10) == 0:
                    memory.append(psutil.Process().memory_info().rss)

    asyncio.run(ask())
    return memory


def test_memory_does_not_grow_with_a_few_sentences(address: str) -> None:
    speak_many(address, 20)
    memory = speak_many(address, 80)
    assert memory[-1] - memory[0] < 20e6


@pytest.mark.slow
@pytest.mark.long
def test_memory_does_not_grow_with_five_thousand_sentences(address: str) -> None:
    speak_many(address, 500)
    memory = speak_many(address, 5000)
    assert memory[-1] - memory[0] < 20e6
