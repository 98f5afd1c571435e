"""Ways to run a teacher, as ratios within one run, with random weights where its own are on a hub.

Upstream's `CFM.sample` at batch 1 in float32 is 1.00; then upstream's own ragged batch, and this
project's sampler at batch 1, 8 and auto_max, each of its switches changed once. Beside every speed how
far the mels are from float32 at batch 1, kernels, waits and operations of a step on a GPU (counted,
with or without one), and the share of the chip's peak. What a machine cannot do is a row with the
reason.

  device=cuda shape=f5_v1_base lines=100 turn_lines=50      a GPU; with steps=7, too
  device=cpu shape=f5_v1_base lines=4 turn_lines=4 steps=2  half an hour or more
  shape=f5_mini                                             its own weights
"""

import sys

from rich.console import Console

from eval.bench.config import BenchTeacherConfig, in_one_process
from eval.bench.lines import speakable_lines, split
from eval.bench.loading import load_for_race
from eval.bench.loop import race
from eval.bench.teacher_figures import TeacherBench
from eval.bench.teachers import ragged_ways, teacher_ways
from eval.bench.trials import Trials
from speech import storage
from speech.config import run_app
from speech.machine import device_name
from speech.progress import waiting
from speech.storage.outputs import Kind, check_folder
from speech.storage.temporaries import temporary_folder

TRIED = 8
"""lines whose mels are compared"""


def main(config: BenchTeacherConfig) -> None:
    console = Console()
    check_folder(config.output, Kind("benchmark", ("bench_teacher.json",)))
    with temporary_folder() as folder:
        bench = run_bench(config, str(folder), console)
    written = {"bench_teacher.json": bench.to_json(), "bench_teacher.md": bench.to_markdown()}
    for name, data in written.items():
        storage.write_bytes(storage.join(config.output, name), data)
    bench.show(console)
    console.print(f"written to {config.output}: {', '.join(written)}")


def run_bench(config: BenchTeacherConfig, folder: str, console: Console) -> TeacherBench:
    """`folder` is for weights that are drawn."""
    config = as_asked(in_one_process(config))
    with waiting("loading", console):
        config, context, teacher, random = load_for_race(config, folder)
    lines = speakable_lines(config, context)
    turns = split(lines, config.turn_lines)
    trials = Trials(teacher, turns[0][:: -(-len(turns[0]) // TRIED)])
    first, *ours = teacher_ways(teacher)
    entries = [trials.entry(way) for way in (first, *ragged_ways(), *ours)]
    rows = race(entries, turns, config.first_repeats, console)
    return TeacherBench(
        machine=device_name(teacher.device),
        threads=config.threads or 1,
        teacher=config.teacher.name,
        random_weights=random,
        steps=teacher.sampler.steps,
        lines=len(lines),
        turns=len(turns),
        rows=rows,
        trials=trials.found,
    )


def as_asked(config: BenchTeacherConfig) -> BenchTeacherConfig:
    """With `device`, `lines` and `steps` where they belong."""
    sampler = config.teacher.sampler
    steps = config.steps or sampler.steps
    changes = {"device": config.device, "sampler": sampler.model_copy(update={"steps": steps})}
    teacher = config.teacher.model_copy(update=changes)
    return config.model_copy(update={"teacher": teacher, "limit": config.lines})


if __name__ == "__main__":
    sys.exit(run_app(BenchTeacherConfig, "bench_teacher", main))
