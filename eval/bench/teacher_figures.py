"""What a comparison of ways to run a teacher measured, as a table and in JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console

from eval.bench.figures import markdown_table, terminal_table
from eval.bench.loop import Row
from eval.bench.trials import Trial

HEADINGS = (
    *("", "speech a second", "against first", "mels' max diff.", "mels' mean diff."),
    *("kernels a step", "waits a step", "GFLOP a step", "of peak"),
)


@dataclass(frozen=True)
class TeacherBench:
    """Ratios compare within it; kernels, waits and operations are those of a GPU everywhere."""

    machine: str
    threads: int
    teacher: str
    random_weights: bool
    steps: int
    lines: int
    turns: int
    rows: Sequence[Row]
    trials: Mapping[str, Trial]
    """by the name of their row"""

    @property
    def title(self) -> str:
        weights = ", random weights" if self.random_weights else ""
        return (
            f"{self.teacher}{weights}: {self.lines} lines in {self.turns} turns, NFE {self.steps}, "
            f"on {self.machine}"
        )

    @property
    def cells(self) -> list[tuple[str, ...]]:
        return [self._cells(row) for row in self.rows]

    def to_json(self) -> bytes:
        trials = {name: asdict(trial) for name, trial in self.trials.items()}
        rows = [{**asdict(row), "trial": trials.get(row.name)} for row in self.rows]
        found = {**vars(self), "rows": rows}
        del found["trials"]
        return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()

    def to_markdown(self) -> bytes:
        return markdown_table(self.title, HEADINGS, self.cells).encode()

    def show(self, console: Console) -> None:
        console.print(terminal_table(self.title, HEADINGS, self.cells))

    def _cells(self, row: Row) -> tuple[str, ...]:
        name = row.name.removeprefix(f"{self.teacher}, ")
        trial = self.trials.get(row.name)
        if row.missing is not None or row.speed is None or trial is None:
            return f"{name}: {row.missing}", *[""] * (len(HEADINGS) - 1)
        cost, share = trial.cost, trial.share_of_peak
        return (
            name,
            f"{row.speed:.3g} s",
            "" if row.ratio is None else f"{row.ratio:.3g}",
            f"{trial.max_difference:.1g}",
            f"{trial.mean_difference:.1g}",
            "" if cost is None else f"{cost.step_kernels:,}",
            "" if cost is None else f"{cost.step_waits:,}",
            "" if cost is None else f"{cost.step_flops / 1e9:,.0f}",
            "" if share is None else f"{share:.1%}",
        )
