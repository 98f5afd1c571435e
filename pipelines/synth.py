"""Text corpora -> plan -> shards -> [pack -> teacher -> gate -> write] -> dataset.

Overrides are key=value, for instance:
  corpus.paths=[lines.txt,gs://b/c.jsonl]   voices.per_text=2   seed=2   limit=100
  output=gs://bucket/dataset   runner=dataflow   teacher=f5_base license.allow=[CC-BY-NC-4.0,MIT]
Run it again to continue after a crash; a finished dataset says so in seconds.
"""

import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.config import SynthConfig
from pipelines.preflight import check_run
from pipelines.progress import show_progress
from pipelines.run_folders import RunFolders, open_run_folders
from pipelines.run_plan import RunPlan, prepare
from pipelines.runners.direct import DirectConfig
from pipelines.summary import print_summary
from pipelines.verify.last_verified import forget_verified, last_verified
from speech.config import run_app
from speech.dataset import layout as dataset

if TYPE_CHECKING:  # Beam takes seconds to import, and a finished dataset does not need it
    import apache_beam as beam

    from pipelines.worker_context import LoadModels


def main(config: SynthConfig, opener: "LoadModels | None" = None) -> int:
    started, console = time.monotonic(), Console()
    check_run(config)
    run_plan = prepare(config, console, opener)
    if not run_plan.todo:
        console.print(f"everything is done already in {config.output}")
    elif not run(run_plan, console, opener):
        return 0
    return finish(run_plan, console, time.monotonic() - started)


def run(run_plan: RunPlan, console: Console, opener: "LoadModels | None") -> bool:
    """Plan the text, then speak it; whether both have ended, rather than been submitted.

    Audio never crosses a shuffle: text is grouped by shard in the first job, and a unit of the second
    ends in files.
    """
    if run_plan.unplanned and not plan_text(run_plan, console):
        return False
    check_plan(run_plan.config.output, run_plan.corpus, run_plan.unplanned)
    return speak(run_plan, console, opener)


def plan_text(run_plan: RunPlan, console: Console) -> bool:
    from pipelines.planner import build_planning

    with open_run_folders(run_plan.config, run_plan.corpus) as folders:
        build = partial(build_planning, run_plan=run_plan, folders=folders)
        with show_planning(folders, run_plan.corpus.lines, console):
            return _run(run_plan.config, build, "plan", console)


def speak(run_plan: RunPlan, console: Console, opener: "LoadModels | None") -> bool:
    from pipelines.worker import build_speaking

    with open_run_folders(run_plan.config) as folders:
        build = partial(build_speaking, run_plan=run_plan, opener=opener, folders=folders)
        with show_speaking(folders, rows_to_do(run_plan), console):
            return _run(run_plan.config, build, "speak", console)


def _run(config: SynthConfig, build: Build, stage: Stage, console: Console) -> bool:
    elsewhere = config.runner.run(build, stage)
    if elsewhere:
        console.print(elsewhere)
    return elsewhere is None


def finish(run_plan: RunPlan, console: Console, wall_s: float) -> int:
    """Write manifest and card once every row is there; the exit status says if it is."""
    config = run_plan.config
    markers = dataset.finished(config.output, run_plan.corpus.shards)
    missing = run_plan.corpus.shards - len(markers)
    if missing:
        console.print(
            f"{missing} of {run_plan.corpus.shards} shards are not done yet; run it again"
        )
        return 1
    is_whole = _describe(run_plan, markers, console, wall_s)
    summary = dataset.summarize(markers)
    print_summary(summary, config, wall_s if run_plan.todo else None, console)
    return 0 if is_whole and summary.total.accepted else 1


def _describe(
    run_plan: RunPlan, markers: Mapping[int, dataset.Marker], console: Console, wall_s: float
) -> bool:
    """Write manifest and card; of a dataset that was finished before, say what is wrong with it."""
    from pipelines.description import describe, look_over
    from pipelines.row_counts import check_rows

    output = run_plan.config.output
    if run_plan.todo:
        check_rows(run_plan.config, run_plan.corpus, markers)
        forget_verified(output)
        check_rows(run_plan.config, run_plan.corpus, markers)
        describe(run_plan, markers, wall_s)
        return True
    damaged, wrong = look_over(run_plan, markers)
    if damaged:
        check_rows(run_plan.config, run_plan.corpus, markers)
        describe(run_plan, markers, wall_s)
    say = partial(console.print, soft_wrap=True, markup=False, highlight=False)
    for line in [
        *(f"{name} was missing or damaged, and is written again" for name in damaged),
        *wrong,
    ]:
        say(line)
    when = last_verified(output)
    say(f"last verified {when}" if when else f'never verified: make verify ARGS="output={output}"')
    return not wrong


if __name__ == "__main__":
    sys.exit(run_app(SynthConfig, "synth", main))
