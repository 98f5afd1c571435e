"""Speed of a student on one CPU thread beside hibari-tts, in one run: text in, wave out.

  checkpoint=out/student   output=out/student/bench.json
Torch, its exports to ONNX and hibari-tts take turns line by line, so that a machine whose speed drifts
drifts for all. On a machine that is busy with something else, wall time says little: CPU time is what
a quiet one would take.
"""

import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import hibari
import onnx
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from speech import storage
from speech.audio import Wave
from speech.config import Config, run_app
from speech.machine import device_name
from speech.rows import SAMPLE_RATE
from student.export import export
from student.runtime import OnnxStudent
from student.student import Student, open_student

LINES = Path(__file__).parent / "testset/english.txt"
FIRST_LINE = "Please leave the blue parcel with our neighbor at noon."
"""ten words"""
WARM_UP = 2
PEER = "hibari-tts"


class StudentBenchConfig(Config):
    checkpoint: str
    output: str
    lines: int
    first_repeats: int


@dataclass(frozen=True)
class Contestant:
    """`speak` gives a line's wave, `begin` its first piece."""

    name: str
    parameters: int
    bytes: int
    speak: Callable[[str], Wave]
    begin: Callable[[str], Wave]


class Took(NamedTuple):
    """Seconds of the clock, of the processor, and of audio."""

    wall_s: float
    cpu_s: float
    audio_s: float


@dataclass(frozen=True)
class Figures:
    """Medians; those with `wall` by the clock, the others by CPU time."""

    name: str
    parameters: int
    bytes: int
    times_real_time: float
    times_real_time_wall: float
    ratio_to_peer: float
    """the peer's CPU seconds for a second of audio over these, the median of the lines' own ratios"""
    first_audio_ms: float
    first_audio_wall_ms: float


def main(config: StudentBenchConfig) -> None:
    console = Console()
    torch.set_num_threads(1)
    lines = LINES.read_text("utf-8").splitlines()[: config.lines]
    with tempfile.TemporaryDirectory() as folder:
        contestants = line_up(open_student(config.checkpoint), folder)
        figures = compare(contestants, lines, config.first_repeats, console)
    device = device_name(torch.device("cpu"))
    written = {"device": device, "lines": len(lines), "figures": [asdict(f) for f in figures]}
    storage.write_bytes(config.output, (json.dumps(written, indent=1) + "\n").encode())
    show(figures, f"{len(lines)} lines on {device}", console)
    console.print(f"written to {config.output}")


def line_up(student: Student, folder: str) -> list[Contestant]:
    """Torch, where a student is exported its exports, and the peer, the last."""
    voice = student.voices[0]
    speak = lambda text: student.speak(text, voice)  # noqa: E731
    found = [Contestant("torch", student.parameters, student.bytes, speak, speak)]
    if student.description.student["kind"] == "nar":
        found += [_exported(student, folder, int8) for int8 in (False, True)]
    return [*found, _peer()]


def _exported(student: Student, folder: str, int8: bool) -> Contestant:
    output = storage.join(folder, "int8" if int8 else "float32")
    export(student, output, int8)
    exported = OnnxStudent(output)
    voice = exported.voices[0]
    return Contestant(
        f"ONNX {exported.description.precision}",
        student.parameters,
        exported.bytes,
        lambda text: exported.speak(text, voice),
        lambda text: next(exported.stream(text, voice)),
    )


def _peer() -> Contestant:
    """Its stream gives whole sentences."""
    peer = hibari.Hibari()
    path = Path(peer.model_path)
    weights = onnx.load(path).graph.initializer
    matrices = [tensor.dims for tensor in weights if len(tensor.dims) > 1]
    parameters = sum(int(torch.Size(dims).numel()) for dims in matrices)
    first = lambda text: next(iter(peer.stream(text, seed=0)))  # noqa: E731
    return Contestant(PEER, parameters, path.stat().st_size, lambda text: peer(text, seed=0), first)


def compare(
    contestants: Sequence[Contestant], lines: Sequence[str], repeats: int, console: Console
) -> list[Figures]:
    """Line by line, each in its turn."""
    for contestant, line in itertools.product(contestants, lines[:WARM_UP]):
        contestant.speak(line)
        contestant.begin(line)
    spoken: dict[str, list[Took]] = {contestant.name: [] for contestant in contestants}
    begun: dict[str, list[Took]] = {contestant.name: [] for contestant in contestants}
    turns = [*((line, False) for line in lines), *((FIRST_LINE, True) for _ in range(repeats))]
    for line, is_first in track(turns, "in turns", console=console, transient=True):
        for contestant in contestants:
            work, kept = (contestant.begin, begun) if is_first else (contestant.speak, spoken)
            kept[contestant.name].append(took(work, line))
    return [_figures(c, spoken[c.name], spoken[PEER], begun[c.name]) for c in contestants]


def took(work: Callable[[str], Wave], line: str) -> Took:
    wall, cpu = time.perf_counter(), time.process_time()
    wave = work(line)
    return Took(time.perf_counter() - wall, time.process_time() - cpu, len(wave) / SAMPLE_RATE)


def _figures(
    contestant: Contestant, spoken: Sequence[Took], peer: Sequence[Took], begun: Sequence[Took]
) -> Figures:
    return Figures(
        contestant.name,
        contestant.parameters,
        contestant.bytes,
        statistics.median(t.audio_s / t.cpu_s for t in spoken),
        statistics.median(t.audio_s / t.wall_s for t in spoken),
        statistics.median(_ratios(spoken, peer)),
        1000 * statistics.median(t.cpu_s for t in begun),
        1000 * statistics.median(t.wall_s for t in begun),
    )


def _ratios(spoken: Sequence[Took], peer: Sequence[Took]) -> Iterator[float]:
    for ours, theirs in zip(spoken, peer, strict=True):
        yield (theirs.cpu_s / theirs.audio_s) / (ours.cpu_s / ours.audio_s)


def show(figures: Sequence[Figures], title: str, console: Console) -> None:
    table = Table(title=f"one CPU thread, {title}")
    for heading in ("", "parameters", "MB", "times real time", f"against {PEER}", "first audio"):
        table.add_column(heading, justify="left" if not heading else "right")
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.parameters / 1e6:.1f} M",
            f"{figure.bytes / 1e6:.1f}",
            f"{figure.times_real_time:.0f} ({figure.times_real_time_wall:.0f} by the clock)",
            f"{figure.ratio_to_peer:.2f}",
            f"{figure.first_audio_ms:.0f} ms ({figure.first_audio_wall_ms:.0f})",
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(run_app(StudentBenchConfig, "student_bench", main))
