"""Latency and throughput of the server, from its clients' side.

Clients in a closed loop ask for sentences of ten words, none of them asked for before ("student"), then
for the same again ("kept": out of the cache); beside hibari-tts behind the same server, and /healthz,
which makes no speech. All take their turns in each round, so that a machine whose speed drifts drifts
for all; the ratio is of requests a second to the student's in the same round.

  student=out/student
  clients=[1,8,32] requests=256
"""

import asyncio
import platform
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import islice

from rich.console import Console

from eval.bench.serve.clients import Load, load
from eval.bench.serve.config import BenchServeConfig
from eval.bench.serve.figures import Bench, row_of
from eval.bench.serve.sentences import sentences
from eval.bench.serve.servers import Server, running
from speech import storage
from speech.config import run_app
from speech.machine import cores
from speech.progress import track, waiting
from speech.storage.outputs import Kind, check_folder

STUDENT, KEPT, PEER, SILENT = "student", "kept", "hibari-tts", "/healthz"
WARM_UP = 4


def main(config: BenchServeConfig) -> None:
    console = Console()
    check_folder(config.output, Kind("benchmark of a server", ("bench.json",)))
    with ExitStack() as stack:
        with waiting("loading", console):
            servers = [stack.enter_context(each) for each in started(config)]
        bench = run_bench(config, servers, console)
    for name, data in {"bench.json": bench.to_json(), "bench.md": bench.to_markdown()}.items():
        storage.write_bytes(storage.join(config.output, name), data)
    bench.show(console)
    console.print(f"written to {config.output}: bench.json, bench.md")


def started(config: BenchServeConfig) -> Iterator[AbstractContextManager[Server]]:
    """The student's server, and the peer's; all of a turn may wait."""
    shared = f"threads={config.threads or 'null'}", f"queue={max(64, *config.clients)}"
    yield running(STUDENT, "mini", "student.serve", [f"models.mini={config.student}", *shared])
    if config.peer:
        yield running(PEER, PEER, "eval.bench.serve.peer", shared)


def run_bench(config: BenchServeConfig, servers: list[Server], console: Console) -> Bench:
    texts = sentences(config.seed)
    for server in servers:
        asyncio.run(load(server, list(islice(texts, WARM_UP)), 1, WARM_UP))
    loads: dict[tuple[int, str], list[Load]] = defaultdict(list)
    turns = [clients for _ in range(config.rounds) for clients in config.clients]
    for clients in track(turns, "in turns", console, "turn"):
        for name, result in _turn(servers, list(islice(texts, config.requests)), clients):
            loads[clients, name].append(result)
    order = sorted(loads, key=lambda key: config.clients.index(key[0]))
    rows = [row_of(name, n, loads[n, name], loads[n, STUDENT]) for n, name in order]
    machine = f"{cores()} cores, {platform.machine()}"
    return Bench(machine, config.threads or cores(), config.rounds, rows)


def _turn(servers: list[Server], texts: list[str], clients: int) -> Iterator[tuple[str, Load]]:
    """Each system once."""
    student, *peers = servers

    def ask(server: Server, said: list[str] | None) -> Load:
        return asyncio.run(load(server, said, clients, len(texts)))

    yield student.name, ask(student, texts)
    for peer in peers:
        yield peer.name, ask(peer, texts)
    yield KEPT, ask(student, texts)
    yield SILENT, ask(student, None)


if __name__ == "__main__":
    sys.exit(run_app(BenchServeConfig, "bench_serve", main))
