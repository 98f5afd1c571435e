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

from pipelines import dataset
from pipelines.config import DataflowConfig, SynthConfig
from pipelines.launch import Launch, prepare
from pipelines.preflight import check_run
from pipelines.progress import show_progress
from pipelines.summary import print_summary
from pipelines.verified import forget_verified, last_verified
from pipelines.workplace import Workplace, open_workplace
from speech.config import run_app

if TYPE_CHECKING:  # Beam takes seconds to import, and a finished dataset does not need it
    import apache_beam as beam

    from pipelines.studio import OpenStudio


def build_pipeline(
    pipeline: "beam.Pipeline",
    launch: Launch,
    opener: "OpenStudio | None" = None,
    workplace: Workplace | None = None,
) -> "beam.PCollection[dataset.Marker]":
    """Text is read, planned and grouped; audio never crosses a shuffle."""
    import apache_beam as beam

    from pipelines.counts import total
    from pipelines.spool import group_by_shard
    from pipelines.worker import COUNTS, PlanText, WritePlan, WriteShards

    shards = pipeline | "List shards to do" >> beam.Create(launch.todo)
    planned = (
        pipeline
        | "List corpus" >> beam.Create(launch.corpus.parts)
        | "Read and plan" >> beam.ParDo(PlanText(launch)).with_outputs(COUNTS, main="text")
    )
    _ = (
        planned[COUNTS]
        | "Add counts" >> beam.CombineGlobally(total)
        | "Write counts" >> beam.ParDo(WritePlan(launch.config.output))
    )
    grouped = group_by_shard(shards, planned.text, workplace.text_folder if workplace else None)
    return grouped | "Speak, judge, write" >> beam.ParDo(WriteShards(launch, opener, workplace))


def main(config: SynthConfig, opener: "OpenStudio | None" = None) -> int:
    started, console = time.monotonic(), Console()
    check_run(config)
    launch = prepare(config, console, opener)
    if not launch.todo:
        console.print(f"everything is done already in {config.output}")
    elif not run(launch, console, opener):
        return 0
    return finish(launch, console, time.monotonic() - started)


def run(launch: Launch, console: Console, opener: "OpenStudio | None") -> bool:
    """Whether the pipeline has ended, rather than been submitted or written down."""
    from pipelines.runners import direct_workers, run_dataflow, run_direct

    runner = launch.config.runner
    if isinstance(runner, DataflowConfig):
        console.print(run_dataflow(lambda pipeline: build_pipeline(pipeline, launch), runner))
        return runner.wait and runner.template_location is None
    with (
        open_workplace(launch.config.output, direct_workers(runner)) as workplace,
        show_progress(
            Path(workplace.progress_folder), launch.lines_todo, len(launch.todo), console
        ),
    ):
        run_direct(lambda pipeline: build_pipeline(pipeline, launch, opener, workplace))
    return True


def finish(launch: Launch, console: Console, wall_s: float) -> int:
    """Write manifest and card once every row is there; the exit status says if it is."""
    config = launch.config
    markers = dataset.finished(config.output, launch.corpus.shards)
    missing = launch.corpus.shards - len(markers)
    if missing:
        console.print(f"{missing} of {launch.corpus.shards} shards are not done yet; run it again")
        return 1
    is_whole = _describe(launch, markers, console, wall_s)
    summary = dataset.summarize(markers)
    print_summary(summary, config, wall_s if launch.todo else None, console)
    return 0 if is_whole and summary.total.accepted else 1


def _describe(
    launch: Launch, markers: Mapping[int, dataset.Marker], console: Console, wall_s: float
) -> bool:
    """Write manifest and card; of a dataset that was finished before, say what is wrong with it."""
    from pipelines.counts import check_rows
    from pipelines.description import describe, look_over

    output = launch.config.output
    if launch.todo:
        check_rows(launch.config, launch.corpus, markers)
        forget_verified(output)
        check_rows(launch.config, launch.corpus, markers)
        describe(launch, markers, wall_s)
        return True
    damaged, wrong = look_over(launch, markers)
    if damaged:
        check_rows(launch.config, launch.corpus, markers)
        describe(launch, markers, wall_s)
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
