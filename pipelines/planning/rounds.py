"""One round of speaking and judging, as a shard's, with nothing written."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from pipelines.speak.attempts import Attempt
from pipelines.speak.worker_context import WorkerContext
from pipelines.verdict import rank
from speech.errors import Refused
from teacher.packing import pack


@dataclass
class Round:
    accepted: int = 0
    audio_s: float = 0.0
    """seconds of all that was spoken"""
    again: list[Attempt] = field(default_factory=list)
    turned_down: Counter[str] = field(default_factory=Counter)
    """why these are tried again"""
    refused: Counter[str] = field(default_factory=Counter)
    """why others are not"""


def speak_round(
    context: WorkerContext,
    takes: Sequence[Attempt],
    candidates: int,
    advance: Callable[[int], None],
) -> Round:
    """Speak each take in as many candidates and judge them; the best of them counts."""
    found = Round()
    limit = context.limit.shared_by(candidates)
    for batch in pack([take.prepared.cost for take in takes], limit):
        tries = [
            replace(takes[i], attempt=takes[i].attempt + n)
            for i in batch
            for n in range(candidates)
        ]
        speeches = context.speak(tries)
        verdicts = context.judge(tries, speeches)
        found.audio_s += sum(verdict.duration_s for verdict in verdicts)
        for first in range(0, len(tries), candidates):
            best = min(range(first, first + candidates), key=lambda j: rank(verdicts[j]))
            reason = verdicts[best].reason
            if reason is None:
                found.accepted += 1
            elif isinstance(speeches[best], Refused):
                found.refused[reason] += 1
            else:
                found.turned_down[reason] += 1
                found.again.append(replace(tries[first], attempt=tries[first].attempt + candidates))
        advance(len(batch))
    return found
