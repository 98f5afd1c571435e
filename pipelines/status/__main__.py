"""How far is a run? From its output alone, wherever it runs, or died.

  output=out/dataset        a local folder or gs://bucket/path
  watch=true every_s=30     again and again, until it is finished
  prometheus=synth.prom     also as a text file that node_exporter's textfile collector reads
Exit status: 0 finished or at work, 1 not finished and nobody works at it, 2 there is no run.
"""

import json
import sys
import time
from dataclasses import asdict
from typing import Annotated

from pydantic import Field
from rich.console import Console
from rich.table import Table

from pipelines.status.prometheus import write_prometheus
from pipelines.status.state import State, read_state
from speech.config import Config, run_app


class StatusConfig(Config):
    output: str
    watch: bool
    every_s: Annotated[float, Field(ge=1)]
    prometheus: str | None


def main(config: StatusConfig, as_json: bool = False) -> int:
    console = Console(highlight=False)
    while True:
        state = read_state(config.output)
        if config.prometheus:
            write_prometheus(config.prometheus, state)
        if as_json:
            print(json.dumps(as_dict(state), indent=None if config.watch else 1), flush=True)
        else:
            show(state, config.output, console)
        if not config.watch or state.stage == "finished":
            return 0 if state.stage == "finished" or state.workers_alive else 1
        time.sleep(config.every_s)


def as_dict(state: State) -> dict[str, object]:
    return {
        **asdict(state),
        "reasons": dict(state.reasons),
        "accepted_share": state.accepted_share,
        "left_s": state.left_s,
    }


def show(state: State, output: str, console: Console) -> None:
    table = Table("of this run", "now", title=output)
    for name, value in _lines(state):
        table.add_row(name, value)
    console.print(table)


def _lines(state: State) -> list[tuple[str, str]]:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in state.reasons.items())
    units = f", {state.units_done:,} units of others, {state.units_left:,} to do"
    lines = [
        ("stage", state.stage),
        ("rows", f"{state.rows_done:,} of {'?' if state.rows is None else f'{state.rows:,}'}"),
        ("accepted", f"{state.accepted:,} ({state.accepted_share:.1%})"),
        ("rejected", reasons or "none"),
        ("audio", f"{state.audio_s / 3600:,.2f} h"),
        ("shards", f"{state.shards_done:,} of {state.shards:,}" + units * (not _is_done(state))),
    ]
    if _is_done(state):
        return lines
    left = "unknown" if state.left_s is None else f"{state.left_s / 60:,.0f} min"
    slow = "\n".join(f"{u.name}: {u.seconds:,.0f} s for {u.rows} rows" for u in state.slowest)
    return [
        *lines,
        ("workers", f"{state.workers_alive} at work, {len(state.workers)} seen"),
        ("rate", f"{state.rows_per_s * 3600:,.0f} rows an hour"),
        ("time left", left),
        ("slowest units", slow or "none made"),
    ]


def _is_done(state: State) -> bool:
    return state.stage == "finished"


if __name__ == "__main__":
    sys.exit(run_app(StatusConfig, "status", main, flags={"json": "print JSON"}))
