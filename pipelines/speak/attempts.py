"""What is to be spoken in a shard: its admitted lines, each prepared, at its next try."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from speech.dataset.schema import Utterance
from teacher.base import Prepared, Request, Teacher

FIRST_PARTS = 3
"""of a long line: where none of them passes, the others are not spoken"""


@dataclass(frozen=True)
class Attempt:
    """An utterance as its teacher prepared it, at its `attempt`-th try."""

    utterance: Utterance
    prepared: Prepared
    attempt: int

    @property
    def columns(self) -> dict[str, Any]:
        """What a row says of it."""
        said = self.utterance
        return {
            "id": said.id,
            "text": said.text,
            "text_normalized": said.text_normalized,
            "language": said.language,
            "speaker_id": said.voice,
            "seed": said.seed,
            "attempt": self.attempt,
        }


def prepare(utterance: Utterance, teacher: Teacher[Any], number: int = 0) -> Attempt:
    """At its `number`-th try; raises Refused where this teacher cannot say it."""
    request = Request(
        utterance.text_normalized, utterance.language, utterance.voice, utterance.phonemes
    )
    return Attempt(utterance, teacher.prepare(request), number)


def noise_key(take: Attempt) -> str:
    """What the noise of a take depends on, and nothing else."""
    utterance = take.utterance
    return f"{utterance.seed}/{utterance.id}/{utterance.voice}/{take.attempt}"


def first_parts(takes: Sequence[Attempt]) -> tuple[list[Attempt], list[Attempt]]:
    """(what is spoken at once, the later parts of long lines), each in the order of `takes`."""
    begun: dict[str, set[int]] = {}
    first, later = [], []
    for take in takes:
        line, part = take.utterance.line, take.utterance.part
        parts = begun.setdefault(line, set())
        if line and part not in parts and len(parts) == FIRST_PARTS:
            later.append(take)
        else:
            parts.add(part)
            first.append(take)
    return first, later
