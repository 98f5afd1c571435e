"""Text corpora -> plan -> units -> [pack -> teacher -> gate -> write] -> files -> dataset.

Overrides are key=value, for instance:
  corpus.paths=[lines.txt,gs://b/c.jsonl]   voices.per_text=2   limit=100
  mode=extend   new lines or voices for a finished dataset, whose files stay as they are
  teacher=f5_base license.allow=[CC-BY-NC-4.0,MIT]   runner=dataflow
  output=gs://bucket/dataset
Run it again to continue after a crash; a finished dataset says so in seconds.
"""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.config import SynthConfig
from pipelines.progress.heartbeat import sweep_heartbeats
from pipelines.progress.progress import Totals, show_planning, show_speaking
from pipelines.progress.run_folders import open_run_folders
from pipelines.run.claims import PLAN_CLAIM, Claims, sweep_plan_claim
from pipelines.run.extension import is_empty, withdraw
from pipelines.run.marker_progress import MarkerTotals
from pipelines.run.preflight import check_run
from pipelines.run.preparation import prepare
from pipelines.run.row_counts import check_rows, planned_rows, unplanned
from pipelines.run.run_plan import RunPlan
from pipelines.run.summary import print_summary
from pipelines.runners.base import Stage
from speech.config import run_app
from speech.dataset.last_verified import forget_verified, last_verified
from speech.dataset.markers import Marker, finished, summarize
from speech.dataset.merge import sweep_units

ASK_AGAIN_S = 1.0

if TYPE_CHECKING:  # Beam takes seconds to import, and a finished dataset does not need it
    import apache_beam as beam

    from pipelines.speak.worker_context import LoadModels


def main(config: SynthConfig, opener: "LoadModels | None" = None) -> int:
    started, console = time.monotonic(), Console()
    check_run(config)
    run_plan = prepare(config, console, opener)
    if not run_plan.todo:
        console.print(f"everything is done already in {config.output}")
    elif not run(run_plan, console, opener):
        return 0
    return finish(run_plan, console, time.monotonic() - started)


def run(run_plan: RunPlan, console: Console, opener: "LoadModels | None" = None) -> bool:
    """Plan the text, then speak it; whether both have ended, rather than been submitted.

    Audio never crosses a shuffle: the first job groups text by shard, and what the second makes of a
    unit ends in files.
    """
    config, runner = run_plan.config, run_plan.config.runner
    if not plan_text(run_plan, console) and not runner.is_rehearsal:
        return False
    if is_empty(run_plan):
        withdraw(run_plan)
        sweep_plan_claim(config.output)
        sweep_heartbeats(config.output)
        console.print(
            "nothing is new: the dataset has every line already, in voices.per_text="
            f"{config.voices.per_text} of this run's voices or as a rejected row"
        )
        return False
    while speak(run_plan, console, opener):
        done = finished(config.output, run_plan.corpus.shards, run_plan.tag)
        run_plan = replace(run_plan, todo=tuple(i for i in run_plan.todo if i not in done))
        if not run_plan.todo or runner.shared_lease_s is None:
            return True
    return False


def plan_text(run_plan: RunPlan, console: Console) -> bool:
    """Whether all text is planned: by this process or, where several share the work, by one of them."""
    from pipelines.jobs.planner import build_planning

    config, lines = run_plan.config, run_plan.corpus.lines
    claims = Claims(config.output, config.runner.shared_lease_s)
    while unplanned(run_plan):
        with claims.of(PLAN_CLAIM) as claim:
            if claim is None:
                time.sleep(ASK_AGAIN_S)
                continue
            with (
                open_run_folders(config.output, config.runner.workers_here) as folders,
                show_planning(folders, lines, console),
            ):
                build = partial(build_planning, run_plan, folders)
                if not _run(config, build, "plan", console):
                    return False
    return True


def speak(run_plan: RunPlan, console: Console, opener: "LoadModels | None") -> bool:
    from pipelines.jobs.worker import build_speaking

    config = run_plan.config
    rows = 0 if config.runner.is_rehearsal else planned_rows(run_plan)
    with open_run_folders(config.output, config.runner.workers_here) as folders:
        totals = Totals(Path(folders.progress_folder)) if folders else MarkerTotals(run_plan)
        shown = show_speaking(totals, rows, console)
        with nullcontext() if config.runner.is_rehearsal else shown:
            build = partial(build_speaking, run_plan, opener, folders)
            return _run(config, build, "speak", console)


def _run(
    config: SynthConfig, build: "Callable[[beam.Pipeline], object]", stage: Stage, console: Console
) -> bool:
    """Whether the job has ended."""
    elsewhere = config.runner.run(build, stage)
    if elsewhere:
        console.print(elsewhere)
    return elsewhere is None


def finish(run_plan: RunPlan, console: Console, wall_s: float) -> int:
    """Write manifest and card once every row is there; the exit status says if it is."""
    config = run_plan.config
    markers = finished(config.output, run_plan.corpus.shards, run_plan.tag)
    missing = run_plan.corpus.shards - len(markers)
    if missing:
        console.print(
            f"{missing} of {run_plan.corpus.shards} shards are not done yet; run it again"
        )
        return 1
    is_whole = _describe(run_plan, markers, console, wall_s)
    sweep_plan_claim(config.output)
    sweep_heartbeats(config.output)
    sweep_units(config.output, markers, run_plan.corpus.shards, run_plan.tag)
    summary = summarize(markers)
    print_summary(summary, config, wall_s if run_plan.todo else None, console)
    return 0 if is_whole and summary.total.accepted else 1


def _describe(
    run_plan: RunPlan, markers: Mapping[int, Marker], console: Console, wall_s: float
) -> bool:
    """Write manifest and card; of a dataset that was finished before, say what is wrong with it."""
    from pipelines.run.description import describe, look_over

    output = run_plan.config.output
    if run_plan.todo:
        counts = check_rows(run_plan, markers)
        forget_verified(output)
        describe(run_plan, markers, counts, wall_s)
        return True
    damaged, wrong = look_over(run_plan, markers)
    if damaged:
        describe(run_plan, markers, check_rows(run_plan, markers), wall_s)
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
