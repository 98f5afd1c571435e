"""Text corpora -> plan -> shards -> [pack -> teacher -> gate -> write] -> dataset.

Overrides are key=value, for instance:
  corpus.paths=[lines.txt,gs://b/c.jsonl]   voices.per_text=2   seed=2   limit=100
  output=gs://bucket/dataset   runner=dataflow   teacher=f5_base license.allow=[CC-BY-NC-4.0,MIT]
Run it again to continue after a crash; a finished dataset says so in seconds.
"""

import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines import dataset
from pipelines.config import DataflowConfig, SynthConfig
from pipelines.launch import Launch, prepare
from pipelines.preflight import check_run
from pipelines.progress import show_progress
from pipelines.summary import print_summary
from speech import storage
from speech.config import run_app
from speech.temporaries import temporary_folder

if TYPE_CHECKING:  # Beam takes seconds to import, and a finished dataset does not need it
    import apache_beam as beam

    from pipelines.studio import OpenStudio


def build_pipeline(
    pipeline: "beam.Pipeline",
    launch: Launch,
    progress_folder: str | None = None,
    opener: "OpenStudio | None" = None,
) -> "beam.PCollection[dataset.Marker]":
    """Text is read, planned and grouped; audio never crosses a shuffle."""
    import apache_beam as beam

    from pipelines.worker import PlanLines, ReadPart, WriteShards

    keys = pipeline | "List shards to do" >> beam.Create([(i, None) for i in launch.todo])
    lines = (
        pipeline
        | "List corpus" >> beam.Create(launch.corpus.parts)
        | "Read lines" >> beam.ParDo(ReadPart(launch.config))
        | "Plan utterances" >> beam.ParDo(PlanLines(launch))
    )
    return (
        (keys, lines)
        | "With empty shards" >> beam.Flatten()
        | "Group text by shard" >> beam.GroupByKey()
        | "Speak, judge, write" >> beam.ParDo(WriteShards(launch, progress_folder, opener))
    )


def main(config: SynthConfig, opener: "OpenStudio | None" = None) -> int:
    started, console = time.monotonic(), Console()
    check_run(config)
    launch = prepare(config, console)
    if not launch.todo:
        console.print(f"everything is done already in {config.output}")
    elif not run(launch, console, opener):
        return 0
    return finish(launch, console, time.monotonic() - started)


def run(launch: Launch, console: Console, opener: "OpenStudio | None") -> bool:
    """Whether the pipeline has ended, rather than been submitted or written down."""
    from pipelines.runners import run_dataflow, run_direct

    runner = launch.config.runner
    if isinstance(runner, DataflowConfig):
        console.print(run_dataflow(lambda pipeline: build_pipeline(pipeline, launch), runner))
        return runner.wait and runner.template_location is None
    with temporary_folder() as folder, show_progress(folder, launch.lines_todo, console):
        run_direct(lambda pipeline: build_pipeline(pipeline, launch, str(folder), opener), runner)
    return True


def finish(launch: Launch, console: Console, wall_s: float) -> int:
    """Write manifest and card once every shard is there; the exit status says if it is."""
    config = launch.config
    markers = dataset.finished(config.output, launch.corpus.shards)
    missing = launch.corpus.shards - len(markers)
    if missing:
        console.print(f"{missing} of {launch.corpus.shards} shards are not done yet; run it again")
        return 1
    if launch.todo or not storage.exists(storage.join(config.output, "manifest.json")):
        from pipelines.description import describe

        describe(launch, markers, wall_s)
    summary = dataset.summarize(markers)
    print_summary(summary, config, wall_s if launch.todo else None, console)
    return 0 if summary.total.accepted else 1


if __name__ == "__main__":
    sys.exit(run_app(SynthConfig, "synth", main))
