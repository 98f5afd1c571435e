"""Clients that each ask for the next sentence once they have heard the last (a closed loop)."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from eval.bench.serve.servers import Server
from speech.audio import SAMPLE_RATE

BYTES_A_SECOND = 2 * SAMPLE_RATE
TIMEOUT_S = 120


@dataclass
class Load:
    """What came of one turn of requests."""

    first_s: list[float] = field(default_factory=list)
    """to the first byte of each"""
    whole_s: list[float] = field(default_factory=list)
    """to the last byte of each"""
    audio_s: float = 0
    failed: int = 0
    wall_s: float = 0
    server_cpu_s: float = 0
    client_cpu_s: float = 0


async def load(server: Server, texts: Sequence[str] | None, clients: int, requests: int) -> Load:
    """`clients` at once until all are answered; texts None: GET /healthz, which makes no speech."""
    result, turns = Load(), iter(range(requests))
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(
        base_url=server.url, timeout=TIMEOUT_S, limits=limits, trust_env=False
    ) as http:
        began = time.perf_counter(), server.cpu_s(), time.process_time()
        await asyncio.gather(*(_ask(http, server, texts, turns, result) for _ in range(clients)))
        ended = time.perf_counter(), server.cpu_s(), time.process_time()
    spent = (after - before for before, after in zip(began, ended, strict=True))
    result.wall_s, result.server_cpu_s, result.client_cpu_s = spent
    return result


async def _ask(
    http: httpx.AsyncClient,
    server: Server,
    texts: Sequence[str] | None,
    turns: Iterator[int],
    result: Load,
) -> None:
    for turn in turns:
        began, first_s, size = time.perf_counter(), None, 0
        if texts is None:
            request = http.build_request("GET", "/healthz")
        else:
            spoken = {"model": server.model, "voice": "alloy", "response_format": "pcm"}
            body = {**spoken, "input": texts[turn]}
            request = http.build_request("POST", "/v1/audio/speech", json=body)
        try:
            answer = await http.send(request, stream=True)
            async for data in answer.aiter_raw():
                first_s = first_s or time.perf_counter() - began
                size += len(data)
            await answer.aclose()
        except httpx.HTTPError:
            result.failed += 1
            continue
        if not answer.is_success or first_s is None:
            result.failed += 1
            continue
        result.first_s.append(first_s)
        result.whole_s.append(time.perf_counter() - began)
        result.audio_s += 0 if texts is None else size / BYTES_A_SECOND
