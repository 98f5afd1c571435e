"""Plan a synth run before anything is spent: audio, batches, storage, time and cost, from a sample.

A sample of the corpus is read as `make synth` would read it and some of it is spoken, to learn how
fast this machine is; plan.pilot=200 speaks 200 lines and tells how many would be accepted.
"""

import json
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.planning.config import PlanConfig
from speech.config import run_app

if TYPE_CHECKING:
    from pipelines.planning.estimate import Estimate


def main(config: PlanConfig, as_json: bool = False) -> None:
    from pipelines.planning.estimate import estimate
    from pipelines.run.preflight import check_request

    console = Console(stderr=as_json)
    check_request(config)
    found = estimate(config, console)
    _tell_voices(config, found, console)
    if as_json:
        from pipelines.planning.table import as_json as jsonable

        json.dump(jsonable(found), sys.stdout, indent=1)
        print()
        return
    _print(config, found, console)


def _tell_voices(config: PlanConfig, found: "Estimate", console: Console) -> None:
    from pipelines.speak.audition import complaint, warn

    if told := complaint(config, found.heard.voices):
        console.print(f"make synth will stop here: {told}", style="yellow")
    else:
        warn(config, found.heard.voices, console)


def _print(config: PlanConfig, found: "Estimate", console: Console) -> None:
    from pipelines.planning.table import cost_table, run_table

    console.print(run_table(found))
    console.print(cost_table(found, config.plan.workers))
    console.print(f"prices: {found.prices}", highlight=False, soft_wrap=True)
    if any(cost.times_real_time is None for cost in found.profiles):
        told = "speed unknown: give prices.profiles.PROFILE.times_real_time=... or measure it there"
        console.print(told, highlight=False, soft_wrap=True)
    for warning in found.warnings:
        console.print(warning, style="yellow", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(run_app(PlanConfig, "plan", main, flags={"json": "print JSON"}))
