"""What speaking a little tells: how fast this machine is, how many clips pass, which voices do not.

Torch and the teacher's libraries are imported here, when it comes to speaking.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.planning.config import PlanConfig
from pipelines.planning.intervals import Interval, wilson
from pipelines.text.utterances import CorpusPlan
from speech.dataset.schema import Utterance
from speech.errors import InputError
from speech.progress import Bar, waiting
from teacher.packing import BatchLimit
from teacher.voices import VoiceBank

if TYPE_CHECKING:
    from pipelines.speak.audition import ClipScores
    from pipelines.speak.worker_context import WorkerContext

BATCH = 16
"""utterances that are spoken for the speed alone"""
UNMEASURED = BatchLimit(20_000)
"""of a batch, where the teacher is not loaded to measure it"""


@dataclass(frozen=True)
class Pilot:
    """What became of utterances that were spoken and judged as a run would."""

    utterances: int
    accepted: int
    reasons: dict[str, int]
    """of those that were turned down, at their last try"""
    tries_an_utterance: float

    @property
    def accepted_share(self) -> Interval:
        return wilson(self.accepted / self.utterances, self.utterances)


@dataclass(frozen=True)
class Heard:
    """Nothing where no teacher is at hand, or none is needed."""

    limit: BatchLimit = UNMEASURED
    device: str | None = None
    times_real_time: float | None = None
    """seconds of audio made and judged in a second"""
    pilot: Pilot | None = None
    voices: dict[str, "ClipScores"] = field(default_factory=dict)
    """those that are new to the teacher, in their first lines"""


def listen(
    config: PlanConfig,
    bank: VoiceBank,
    corpus: CorpusPlan,
    utterances: Sequence[Utterance],
    console: Console,
) -> Heard:
    """Speak some of the sample's utterances, and the first lines of new voices; raises no InputError,
    which is told instead."""
    from pipelines.speak.audition import audition, first_lines, new_voices
    from pipelines.speak.worker_context import load_models

    voices = new_voices(config, bank) if config.voices.audition else []
    lines = first_lines(config, corpus, bank, voices) if voices else []
    if config.plan.times_real_time and not config.plan.pilot and not lines:
        return Heard()
    try:
        with waiting("opening the teacher and the judges", console):
            context = load_models(config)
        spoken = _spread(utterances, config.plan.pilot or BATCH)
        attempts = config.gate.attempts if config.plan.pilot else 1
        told = "a pilot" if config.plan.pilot else "one batch to measure this machine"
        pilot, speed = _speak(context, spoken, attempts, config.gate.candidates, told, console)
        heard = audition(context, lines, console)
    except InputError as error:
        console.print(f"not measured: {error}", style="yellow")
        return Heard()
    device = str(context.teacher.device)
    return Heard(context.limit, device, speed, pilot if config.plan.pilot else None, heard)


def _spread(utterances: Sequence[Utterance], count: int) -> list[Utterance]:
    """As many of them, evenly."""
    count = min(count, len(utterances))
    return [utterances[i * len(utterances) // count] for i in range(count)]


def _speak(
    context: "WorkerContext",
    utterances: Sequence[Utterance],
    attempts: int,
    candidates: int,
    told: str,
    console: Console,
) -> tuple[Pilot | None, float | None]:
    """Each round speaks what is left, as the rounds of a run do; also the speed of all rounds."""
    from pipelines.planning.rounds import speak_round

    takes = [context.attempt(utterance) for utterance in utterances]
    started, accepted, audio_s, tries = time.perf_counter(), 0, 0.0, 0
    refused, turned_down = Counter[str](), Counter[str]()
    for number in range(attempts):
        with Bar(f"speaking {told}, round {number + 1}", len(takes), console, "clip") as bar:
            found = speak_round(context, takes, candidates, bar.advance)
        accepted, audio_s = accepted + found.accepted, audio_s + found.audio_s
        tries += len(takes) * candidates
        refused += found.refused
        takes, turned_down = found.again, found.turned_down
        if not takes:
            break
    if not tries or not audio_s:
        return None, None
    reasons = dict(refused + turned_down)
    pilot = Pilot(len(utterances), accepted, reasons, tries / len(utterances))
    return pilot, audio_s / (time.perf_counter() - started)
