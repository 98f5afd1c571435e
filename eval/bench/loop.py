"""All take turns over the same lines, so that a machine whose speed drifts drifts for all."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import torch
from rich.console import Console

from eval.bench.candidate import Candidate, Entry
from eval.metrics.memory import MemoryWatch
from speech.dataset.schema import Utterance
from speech.progress import track

T = TypeVar("T")

WARM_UP = 2
SHORT_CHARS = 50
"""about ten words"""
BATCHES_A_TURN = 16
"""what speaks line by line gains nothing from hundreds of them"""


@dataclass(frozen=True)
class Row:
    """Medians of one contestant; `missing` says why there are none."""

    name: str
    device: str | None = None
    parameters: int | None = None
    weights_bytes: int | None = None
    first_s: float | None = None
    """from a short line to its first sound"""
    speed: float | None = None
    """seconds of sound made in a second"""
    ratio: float | None = None
    """its speed over the first contestant's in the same turn"""
    peak_bytes: int | None = None
    """weights, and the most that was added to them at work; None where the system does not tell"""
    missing: str | None = None


@dataclass
class Runner:
    """A contestant's figures as they come; what goes wrong ends its race and no other."""

    entry: Entry
    contestant: Candidate | None = None
    missing: str | None = None
    speeds: list[float] = field(default_factory=list)
    firsts_s: list[float] = field(default_factory=list)
    added_bytes: list[int] = field(default_factory=list)

    def warm_up(self, longest: Utterance, short: Utterance) -> None:
        self._run(lambda contestant: (contestant.speak([longest]), contestant.begin(short)))

    def take_turn(self, lines: Sequence[Utterance]) -> None:
        def speak(contestant: Candidate) -> None:
            seconds, audio_s = timed(contestant, lambda: contestant.speak(share(lines, contestant)))
            self.speeds.append(audio_s / seconds)

        self._run(speak)

    def begin(self, short: Utterance) -> None:
        def first(contestant: Candidate) -> None:
            self.firsts_s.append(timed(contestant, lambda: contestant.begin(short))[0])

        self._run(first)

    def _run(self, work: Callable[[Candidate], object]) -> None:
        if self.missing:
            return
        try:
            self.contestant = self.contestant or self.entry.enter()
            memory = MemoryWatch(self.contestant.device)
            work(self.contestant)
            if (added := memory.added_bytes()) is not None:
                self.added_bytes.append(added)
        except Exception as error:  # a device out of memory, a compiler that is not there
            lines = str(error).strip().splitlines() or [type(error).__name__]
            self.missing, self.contestant = f"{lines[0]:.100}", None
            if torch.cuda.is_available():
                torch.cuda.empty_cache()


def race(
    entries: Sequence[Entry],
    turns: Sequence[Sequence[Utterance]],
    first_repeats: int,
    console: Console,
) -> list[Row]:
    """Two warm-ups, then the turns, then the short line again and again; the first is the measure."""
    lines = [line for turn in turns for line in turn]
    longest = max(lines, key=_chars)
    short = min(lines, key=lambda line: abs(_chars(line) - SHORT_CHARS))
    legs: list[Callable[[Runner], None]] = [
        *WARM_UP * [partial(Runner.warm_up, longest=longest, short=short)],
        *(partial(Runner.take_turn, lines=turn) for turn in turns),
        *first_repeats * [partial(Runner.begin, short=short)],
    ]
    lanes = [Runner(entry) for entry in entries]
    steps = [(leg, lane) for leg in legs for lane in lanes]
    for leg, lane in track(steps, "in turns", console, "turn"):
        leg(lane)
    return [_row(lane, lanes[0]) for lane in lanes]


def share(turn: Sequence[Utterance], contestant: Candidate) -> Sequence[Utterance]:
    """What a contestant speaks of a turn: all, or some from all over it."""
    most = len(turn) if contestant.batch is None else BATCHES_A_TURN * contestant.batch
    return turn[:: -(-len(turn) // most)]


def timed(contestant: Candidate, work: Callable[[], T]) -> tuple[float, T]:
    """Seconds by the clock, and what came of the work."""
    on_gpu = contestant.device.type == "cuda"
    if on_gpu:
        torch.cuda.synchronize()
    started = time.perf_counter()
    result = work()
    if on_gpu:
        torch.cuda.synchronize()
    return time.perf_counter() - started, result


def _row(lane: Runner, base: Runner) -> Row:
    contestant = lane.contestant
    if contestant is None:
        return Row(lane.entry.name, missing=lane.missing)
    ratios = [ours / theirs for ours, theirs in zip(lane.speeds, base.speeds, strict=False)]
    added = max(lane.added_bytes, default=None)
    return Row(
        lane.entry.name,
        contestant.device.type,
        contestant.parameters,
        contestant.weights_bytes,
        statistics.median(lane.firsts_s),
        statistics.median(lane.speeds),
        None if base.missing else statistics.median(ratios),
        None if added is None else contestant.weights_bytes + added,
    )


def _chars(line: Utterance) -> int:
    return len(line.text_normalized)
