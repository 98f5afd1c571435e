"""What the server's benchmark measured: as a table of 80 columns, in Markdown and in JSON."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from eval.bench.serve.clients import Load

HEADINGS = (
    *("", "at once", "first p50", "p95", "p99", "whole p50", "p95", "p99"),
    *("req/s", "real time", "ratio", "cores", "failed"),
)
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class Row:
    """One system under a number of clients, all rounds together."""

    name: str
    clients: int
    requests: int
    failed: int
    first_ms: Sequence[float | None]
    """p50, p95 and p99 to the first byte; None where no request was answered"""
    whole_ms: Sequence[float | None]
    requests_a_second: float
    times_real_time: float
    """seconds of sound received in a second"""
    ratio: float
    """of requests a second to the first system's in the same round, the median of the rounds"""
    server_cores: float
    """processor seconds of the server in a second"""
    client_ms: float
    """processor time of the client for a request"""

    def cells(self) -> tuple[str, ...]:
        times = [_told(ms) for ms in (*self.first_ms, *self.whole_ms)]
        rates = f"{self.requests_a_second:.0f}", f"{self.times_real_time:.0f}"
        ratios = f"{self.ratio:.2f}", f"{self.server_cores:.2f}"
        return self.name, str(self.clients), *times, *rates, *ratios, str(self.failed)


@dataclass(frozen=True)
class Bench:
    """Ratios compare within it; the other figures hold for this machine alone."""

    machine: str
    threads: int
    rounds: int
    rows: Sequence[Row]

    @property
    def title(self) -> str:
        return f"Ten words, PCM; ms; {self.threads} threads; {self.machine}"

    @property
    def client_line(self) -> str:
        costs = [row.client_ms for row in self.rows]
        return (
            f"A request costs the client {min(costs):.1f} to {max(costs):.1f} ms of a core, on the "
            "same machine; /healthz makes no speech: what HTTP and the client take by themselves."
        )

    def to_json(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, allow_nan=False) + "\n").encode()

    def to_markdown(self) -> bytes:
        lines = [
            HEADINGS,
            ["---", *(len(HEADINGS) - 1) * ["---:"]],
            *(r.cells() for r in self.rows),
        ]
        table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
        return f"{self.title}\n\n{table}\n{self.client_line}\n".encode()

    def show(self, console: Console) -> None:
        table = Table(title=self.title, box=None, pad_edge=False, padding=(0, 0, 0, 1))
        table.add_column(HEADINGS[0], no_wrap=True)
        for heading in HEADINGS[1:]:
            table.add_column(heading, justify="right", width=max(4, *map(len, heading.split())))
        for row in self.rows:
            table.add_row(*row.cells())
        console.print(table)
        console.print(self.client_line, highlight=False)


def row_of(name: str, clients: int, loads: Sequence[Load], first: Sequence[Load]) -> Row:
    """Of a system's turns, one a round, and those of the first system beside it."""
    ratios = [_rate(ours) / _rate(theirs) for ours, theirs in zip(loads, first, strict=True)]
    wall_s = sum(load.wall_s for load in loads)
    answered = sum(len(load.whole_s) for load in loads)
    failed = sum(load.failed for load in loads)
    return Row(
        name,
        clients,
        answered + failed,
        failed,
        _percentiles_ms([second for load in loads for second in load.first_s]),
        _percentiles_ms([second for load in loads for second in load.whole_s]),
        answered / wall_s,
        sum(load.audio_s for load in loads) / wall_s,
        statistics.median(ratios),
        sum(load.server_cpu_s for load in loads) / wall_s,
        1000 * sum(load.client_cpu_s for load in loads) / max(1, answered + failed),
    )


def _told(ms: float | None) -> str:
    if ms is None:
        return "–"
    return f"{ms:.0f}" if ms < 9999 else f"{ms / 1000:.0f} s"


def _rate(load: Load) -> float:
    return max(1, len(load.whole_s)) / load.wall_s


def _percentiles_ms(seconds: Sequence[float]) -> Sequence[float | None]:
    if not seconds:
        return len(PERCENTILES) * [None]
    return [float(1000 * value) for value in np.percentile(seconds, PERCENTILES)]
