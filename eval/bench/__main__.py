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

from rich.console import Console

from eval.bench.config import BenchConfig, in_one_process
from eval.bench.figures import Bench, show
from eval.bench.lines import speakable_lines, split
from eval.bench.loading import load_for_race
from eval.bench.loop import race
from eval.bench.picture import draw
from eval.bench.stages import time_stages
from eval.bench.students import student_entries
from eval.bench.teachers import teacher_entries
from speech import storage
from speech.config import run_app
from speech.machine import device_name
from speech.progress import waiting
from speech.storage.outputs import Kind, check_folder
from speech.storage.temporaries import temporary_folder


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
    config = in_one_process(config)
    students = student_entries(config.students, folder, config.threads or 1)
    with waiting("loading", console):
        config, context, teacher, random = load_for_race(config, folder)
    lines = speakable_lines(config, context)
    turns = split(lines, config.turn_lines)
    rows = race([*teacher_entries(teacher), *students], turns, config.first_repeats, console)
    stages = None
    if not random:
        with waiting("a whole run, by stage", console):
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


if __name__ == "__main__":
    sys.exit(run_app(BenchConfig, "bench", main))
