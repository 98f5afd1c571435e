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
from pipelines.marker_progress import MarkerTotals
from pipelines.preflight import check_run
from pipelines.progress import Totals, show_progress
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


def build_pipeline(
    pipeline: "beam.Pipeline",
    run_plan: RunPlan,
    opener: "LoadModels | None" = None,
    folders: RunFolders | None = None,
) -> "beam.PCollection[dataset.Marker]":
    """Text is read, planned and grouped; audio never crosses a shuffle."""
    import apache_beam as beam

    from pipelines.text_grouping import group_by_shard
    from pipelines.worker import PlanText, WritePlan, WriteShards

    shards = pipeline | "List shards to do" >> beam.Create(run_plan.todo)
    text = (
        pipeline
        | "List corpus" >> beam.Create(run_plan.corpus.parts)
        | "Read and plan" >> beam.ParDo(PlanText(run_plan))
    )
    return (
        group_by_shard(shards, text, folders.text_folder if folders else None)
        | "Write counts" >> beam.ParDo(WritePlan(run_plan.config.output))
        | "Speak, judge, write" >> beam.ParDo(WriteShards(run_plan, opener, folders))
    )


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
    """Whether the pipeline has ended, rather than been submitted or written down."""
    runner = run_plan.config.runner
    expected = run_plan.lines_todo, len(run_plan.todo)
    if not isinstance(runner, DirectConfig):
        with show_progress(MarkerTotals(run_plan), *expected, console):
            elsewhere = runner.run(
                lambda pipeline: build_pipeline(pipeline, run_plan, opener), "speak"
            )
        if elsewhere:
            console.print(elsewhere)
        return elsewhere is None
    with (
        open_run_folders(run_plan.config.output, runner.count()) as folders,
        show_progress(Totals(Path(folders.progress_folder)), *expected, console),
    ):
        runner.run(lambda pipeline: build_pipeline(pipeline, run_plan, opener, folders), "speak")
    return True


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
