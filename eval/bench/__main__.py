"""Speed and memory of the teacher and of students, as ratios within one run.

Upstream's `CFM.sample` at batch 1 in float32 is 1.00. Against it: this project's sampler in batches of
1, 8 and as many as fit (auto_max), then auto_max with one thing changed: precision, attention, compile,
offload; and students by torch and by their exports, beside hibari-tts. What a machine cannot do is a
row with the reason.

  students=[out/student]
  teacher=f5_base                  random weights and no download, unless random_weights=false
  turn_lines=64 limit=192          for a GPU
"""

import sys
from collections.abc import Iterator
from contextlib import suppress

from rich.console import Console

from eval.bench.config import BenchConfig, in_one_process
from eval.bench.figures import Bench, show
from eval.bench.loop import race
from eval.bench.picture import draw
from eval.bench.random_weights import wants_random_weights, with_random_weights
from eval.bench.stages import time_stages
from eval.bench.students import student_entries
from eval.bench.teachers import teacher_entries
from pipelines.utterances import plan_corpus, plan_line, read_part
from pipelines.worker_context import WorkerContext, load_models
from speech import storage
from speech.config import run_app
from speech.dataset.schema import Rejection, Utterance
from speech.errors import InputError, Refused
from speech.machine import device_name
from speech.storage.outputs import Kind, check_folder
from speech.storage.temporaries import temporary_folder
from teacher.f5.teacher import F5Teacher


def main(config: BenchConfig) -> None:
    console = Console()
    check_folder(config.output, Kind("benchmark", ("bench.json",)))
    with temporary_folder() as folder:
        bench = run_bench(config, str(folder), console)
    written = {
        "bench.json": bench.to_json(),
        "bench.md": bench.to_markdown(),
        "bench.png": draw(bench),
    }
    for name, data in written.items():
        storage.write_bytes(storage.join(config.output, name), data)
    show(bench, console)
    console.print(f"written to {config.output}: {', '.join(written)}")


def run_bench(config: BenchConfig, folder: str, console: Console) -> Bench:
    """`folder` is for exports and for weights that are drawn."""
    config, random = in_one_process(config), wants_random_weights(config)
    students = student_entries(config.students, folder, config.threads or 1)
    with console.status("loading"):
        if random:
            drawn = with_random_weights(config.teacher, folder)
            config = config.model_copy(update={"teacher": drawn})
        context = load_models(config)
    teacher = context.teacher
    if not isinstance(teacher, F5Teacher):
        raise InputError(f"teacher={config.teacher.name}: make bench compares F5-TTS alone")
    lines = speakable_lines(config, context)
    turns = split(lines, config.turn_lines)
    entries = teacher_entries(teacher)
    entries += students
    rows = race(entries, turns, config.first_repeats, console)
    stages = None
    if not random:
        with console.status("a whole run, by stage"):
            stages = time_stages(config, context, lines)
    return Bench(
        machine=device_name(context.teacher.device),
        threads=config.threads or 1,
        teacher=config.teacher.name,
        random_weights=random,
        lines=len(lines),
        turns=len(turns),
        rows=rows,
        stages=stages,
    )


def speakable_lines(config: BenchConfig, context: WorkerContext) -> list[Utterance]:
    """Those of the first `limit` lines that the teacher can speak, with their voices."""
    found = {line.id: line for line in _planned(config, context)}
    lines = []
    for line in found.values():
        with suppress(Refused):
            context.attempt(line)
            lines.append(line)
    if not lines:
        raise InputError("corpus.paths holds no line that can be spoken")
    return lines


def _planned(config: BenchConfig, context: WorkerContext) -> Iterator[Utterance]:
    for part in plan_corpus(config).parts:
        for line in read_part(part, config):
            for item in plan_line(line, config, context.bank):
                if not isinstance(item, Rejection):
                    yield item


def split(lines: list[Utterance], turn_lines: int) -> list[list[Utterance]]:
    """Into turns of about as many lines, long and short ones in each."""
    count = max(1, len(lines) // turn_lines)
    return [lines[turn::count] for turn in range(count)]


if __name__ == "__main__":
    sys.exit(run_app(BenchConfig, "bench", main))
