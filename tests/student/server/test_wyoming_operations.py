"""Wyoming in a running server: counted and logged as HTTP is, and finished when the server ends."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis_process import free_port
from server_process import Served, server_process
from wyoming.audio import AudioChunk, AudioStop
from wyoming.error import Error
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
)
from wyoming_client import Server, pcm, until

LONG = 40 * "The morning train was late again, and nobody on the platform was surprised. "
OF_SPEECH = 'format="wyoming",model="mini"'


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Served, Server]]:
    """For the tests in their order: the last one ends it."""
    port = free_port()
    patient = "drain_s=300", "deadline_s=300"  # on a machine that is busy
    with server_process(f"wyoming_port={port}", "cache.bytes=0", *patient) as process:
        yield process, Server(port)


def metric(served: Served, line: str) -> float:
    lines = served.http.get("/metrics").text.splitlines()
    return sum(float(each.rpartition(" ")[2]) for each in lines if each.startswith(f"{line} "))


def requests(served: Served, status: int) -> float:
    return metric(served, f'tts_requests_total{{{OF_SPEECH},status="{status}"}}')


async def say_in_chunks(server: Server, *parts: str) -> list[Any]:
    async with server.client() as client:
        await client.write_event(SynthesizeStart().event())
        for part in parts:
            await client.write_event(SynthesizeChunk(part).event())
        await client.write_event(SynthesizeStop().event())
        return await until(client, SynthesizeStopped)


async def leave_early(server: Server) -> None:
    async with server.client() as client:
        await client.write_event(Synthesize(LONG).event())
        await until(client, AudioChunk)


def test_texts_are_counted_by_status_and_timed_to_first_and_last_sound(
    served: tuple[Served, Server],
) -> None:
    process, server = served
    assert asyncio.run(server.say("Hello there."))
    assert asyncio.run(say_in_chunks(server, "Hello ", "there. And", " then."))
    assert "unsupported_script" in asyncio.run(server.refuse("Привет", name="mini"))
    assert "'nobody'" in asyncio.run(server.refuse("Hello.", name="nobody"))
    asyncio.run(leave_early(server))
    until_s = time.monotonic() + 30
    while requests(process, 499) < 1 and time.monotonic() < until_s:
        time.sleep(0.05)
    assert [requests(process, status) for status in (200, 400, 499)] == [2, 1, 1]
    unknown = 'tts_requests_total{format="wyoming",model="",status="400"}'
    assert metric(process, unknown) == 1
    assert metric(process, "tts_cancelled_requests_total") == 1
    for name in ("tts_first_byte_seconds", "tts_last_byte_seconds"):
        assert metric(process, f"{name}_count{{{OF_SPEECH}}}") == 2
    assert metric(process, "tts_running_requests") == 0


def test_sigterm_lets_what_is_begun_finish_and_refuses_what_comes_after(
    served: tuple[Served, Server],
) -> None:
    process, server = served

    async def scenario() -> tuple[list[Any], list[Any]]:
        async with server.client() as client, server.client() as late:
            await client.write_event(Synthesize(LONG).event())
            begun = await until(client, AudioChunk)
            process.process.terminate()
            while process.state() == 200:
                await asyncio.sleep(0.02)
            await late.write_event(Synthesize("Too late.").event())
            refused = await until(late, Error, AudioStop)
            return [*begun, *await until(client, AudioStop)], refused

    spoken, refused = asyncio.run(scenario())
    assert len(pcm(spoken)) > 2 * 24_000 * 60  # the whole of it
    assert Error.from_event(refused[-1]).code == "server_draining"
    assert process.ended() == 0
    assert process.told.count("wyoming, 200, ") == 3
    assert "wyoming, 503, " in process.told
    assert "morning train" not in process.told
    assert "Traceback" not in process.told
