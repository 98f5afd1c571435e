"""Equal requests are made once, sound the same, and what was cut off is made anew."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import aclosing
from typing import Any

import numpy as np
import pytest
from beeps import PIECE, PIECES, Beeps, config_of, metric, serving, speech_of

from speech.audio.waveform import Wave
from speech.errors import InputError
from speech.synthesizer import SynthesisRequest
from student.server.cache import SpeechCache, cache_key, open_store
from student.server.cache_stores import MemoryStore
from student.server.engine import Engine
from student.server.errors import ApiError

HELLO = SynthesisRequest("Hello.", "high", "en")


class Gated(Beeps):
    """Its second piece waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:
        for number, piece in enumerate(super().stream(request)):
            if number == 1:
                assert self.gate.wait(10)
            yield piece


def run(work: Coroutine[Any, Any, None], engine: Engine) -> None:
    try:
        asyncio.run(work)
    finally:
        engine.close()


def an_engine() -> Engine:
    return Engine(threads=2, queue=8, deadline_s=10)


async def heard(pieces: AsyncIterator[Wave]) -> Wave:
    return np.concatenate([piece async for piece in pieces])


def test_the_second_of_two_equal_requests_is_not_made_and_sounds_the_same() -> None:
    model = Beeps()
    with serving(model=model) as client:
        first = speech_of(client)
        made = model.made
        assert first[0] == 200
        assert len(first[1]) == 2 * PIECES * PIECE
        assert speech_of(client) == first
        wav = speech_of(client, response_format="wav")[1]  # encoded of what was kept
        assert wav[44:] == first[1]
        assert model.made == made
        assert metric(client, 'tts_cache_requests_total{answer="hit"}') == 2
        assert metric(client, 'tts_cache_requests_total{answer="miss"}') == 1
        assert metric(client, "tts_cache_bytes") == len(first[1])


@pytest.mark.parametrize("other", [{"input": "Hello!"}, {"voice": "low"}, {"speed": 1.5}])
def test_what_differs_in_anything_that_is_heard_is_made(other: dict[str, object]) -> None:
    model = Beeps()
    with serving(model=model) as client:
        first = speech_of(client)
        body = {"text": "Hello.", **({"text": other["input"]} if "input" in other else other)}
        assert speech_of(client, **body) != first  # type: ignore[arg-type]
        assert model.made == 2 * PIECES


def test_the_key_says_all_that_sound_depends_on_and_not_the_text() -> None:
    model, newer = Beeps(), Beeps()
    newer.revision = "2"
    other = [
        SynthesisRequest("Hello!", "high", "en"),
        SynthesisRequest("Hello.", None, "en"),
        SynthesisRequest("Hello.", "high", "zh"),
        SynthesisRequest("Hello.", "high", "en", seed=1),
        SynthesisRequest("Hello.", "high", "en", speed=1.25),
    ]
    keys = [cache_key(model, request) for request in (HELLO, *other)] + [cache_key(newer, HELLO)]
    assert len(set(keys)) == len(keys)
    assert cache_key(Beeps(), HELLO) == keys[0]
    assert len(keys[0]) == 64


def test_concurrent_equal_requests_are_made_once_and_all_hear_the_whole() -> None:
    model, engine = Gated(), an_engine()

    async def work() -> None:
        cache = SpeechCache(MemoryStore(10**6), engine)
        all_of_them = [asyncio.create_task(heard(cache.stream(model, HELLO))) for _ in range(8)]
        await asyncio.sleep(0.05)
        late = asyncio.create_task(heard(cache.stream(model, HELLO)))  # after the first piece
        await asyncio.sleep(0)
        model.gate.set()
        waves = await asyncio.gather(*all_of_them, late)
        assert model.made == PIECES
        assert all(np.array_equal(wave, waves[0]) for wave in waves)
        assert cache.requests == {"hit": 0, "joined": 8, "miss": 1}

    run(work(), engine)


def test_a_request_that_is_cut_off_half_way_is_not_kept_and_frees_its_work() -> None:
    model, engine = Gated(), an_engine()

    async def work() -> None:
        cache = SpeechCache(MemoryStore(10**6), engine)
        async with aclosing(cache.stream(model, HELLO)) as pieces:  # type: ignore[type-var]
            assert len(await anext(pieces)) == PIECE
        await asyncio.sleep(0.05)
        model.gate.set()
        await asyncio.sleep(0.05)
        assert engine.waiting == 0
        assert model.made < PIECES
        assert cache.store.held_bytes == 0
        assert len(await heard(cache.stream(model, HELLO))) == PIECES * PIECE
        assert cache.requests["hit"] == 0

    run(work(), engine)


def test_one_of_two_listeners_leaves_and_the_other_hears_all() -> None:
    model, engine = Gated(), an_engine()

    async def work() -> None:
        cache = SpeechCache(MemoryStore(10**6), engine)
        stays = asyncio.create_task(heard(cache.stream(model, HELLO)))
        async with aclosing(cache.stream(model, HELLO)) as pieces:  # type: ignore[type-var]
            await anext(pieces)
        model.gate.set()
        assert len(await stays) == PIECES * PIECE
        assert model.made == PIECES

    run(work(), engine)


def test_what_is_refused_is_told_to_all_who_wait_and_not_kept() -> None:
    engine = an_engine()

    async def work() -> None:
        cache = SpeechCache(MemoryStore(10**6), engine)
        silence = SynthesisRequest(" ", "high", "en")
        asked = [heard(cache.stream(Beeps(), silence)) for _ in range(3)]
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in told] == 3 * [ApiError]
        assert cache.store.held_bytes == 0

    run(work(), engine)


def test_memory_is_bounded_and_what_was_asked_for_last_stays() -> None:
    async def work() -> None:
        store = MemoryStore(most_bytes=1000)
        for name in "abc":
            await store.put(name, bytes(300))
        assert await store.get("a")
        await store.put("d", bytes(300))  # b has waited for longest
        assert [name for name in "abcd" if await store.get(name)] == ["a", "c", "d"]
        await store.put("a", bytes(100))
        assert store.held_bytes == 700
        await store.put("e", bytes(1001))
        assert await store.get("e") is None
        assert store.held_bytes == 700

    asyncio.run(work())


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    model = Beeps()
    with serving("cache.bytes=0", model=model) as client:
        assert speech_of(client) == speech_of(client)
        assert model.made == 2 * PIECES


class Silent(Beeps):
    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:
        self.made += 1
        return iter(())


def test_speech_without_a_sample_is_not_kept() -> None:
    model = Silent()
    with serving("cache.bytes=0", model=model) as client:
        assert speech_of(client) == speech_of(client) == (200, b"")
        assert model.made == 2


def test_what_is_no_address_of_a_redis_is_told() -> None:
    with pytest.raises(InputError, match=r"cache\.redis"):
        open_store(config_of("cache.redis=localhost").cache)
