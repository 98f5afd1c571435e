"""What one run measured, as a table on the terminal, in Markdown and in JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from eval.bench.loop import Row
from eval.bench.stages import Stages

HEADINGS = ("", "size", "weights", "first sound", "speech a second", "against first", "peak memory")


@dataclass(frozen=True)
class Bench:
    """Ratios compare within it; the other figures hold for this machine alone."""

    machine: str
    threads: int
    """of each on a CPU"""
    teacher: str
    random_weights: bool
    lines: int
    turns: int
    rows: Sequence[Row]
    stages: Stages | None
    """None where random weights say nothing"""

    @property
    def title(self) -> str:
        weights = ", random weights" if self.random_weights else ""
        return f"{self.lines} lines in {self.turns} turns on {self.machine}{weights}"

    def to_json(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n").encode()

    def to_markdown(self) -> bytes:
        table = markdown_table(self.title, HEADINGS, map(cells, self.rows))
        stages = f"\nA whole run: {stages_line(self.stages)}.\n" if self.stages else ""
        return (table + stages).encode()


def show(bench: Bench, console: Console) -> None:
    console.print(terminal_table(bench.title, HEADINGS, map(cells, bench.rows)))
    if bench.stages:
        console.print(f"A whole run: {stages_line(bench.stages)}", highlight=False)


def markdown_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [title, "", _line(headings), "|---" + (len(headings) - 1) * "|---:" + "|"]
    return "".join(f"{line}\n" for line in (*lines, *map(_line, rows)))


def terminal_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """The first column gets what the others leave of the terminal's width."""
    room = 2 if len(headings) <= len(HEADINGS) else 1
    table = Table(title=title, box=None, pad_edge=False, padding=(0, room, 0, 0))
    table.add_column(headings[0], overflow="fold")
    for heading in headings[1:]:
        table.add_column(heading, justify="right", width=max(6, *map(len, heading.split())))
    for row in rows:
        table.add_row(*row)
    return table


def cells(row: Row) -> tuple[str, ...]:
    if row.missing is not None or row.first_s is None or row.speed is None:
        return f"{row.name}: {row.missing}", *[""] * (len(HEADINGS) - 1)
    return (
        row.name,
        "" if row.parameters is None else f"{row.parameters / 1e6:.1f} M",
        _megabytes(row.weights_bytes),
        f"{row.first_s:.2f} s" if row.first_s >= 1 else f"{1000 * row.first_s:.0f} ms",
        f"{row.speed:.3g} s",
        "" if row.ratio is None else f"{row.ratio:.3g}",
        _megabytes(row.peak_bytes),
    )


def _megabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:,.0f} MB"


def stages_line(stages: Stages) -> str:
    spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.seconds.items())
    return (
        f"{spent}; {stages.share_outside_teacher:.0%} outside the teacher, "
        f"{stages.times_real_time:.1f} s of accepted speech a second"
    )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
