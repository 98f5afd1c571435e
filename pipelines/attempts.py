"""What is to be spoken in a shard: its admitted lines, each prepared, at its next try."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from speech.dataset.schema import Rejection, Utterance
from teacher.base import Prepared, Request, Teacher

FIRST_PARTS = 3
"""of a long line: where none of them passes, the others are not spoken"""


@dataclass(frozen=True)
class Attempt:
    """An utterance as its teacher prepared it, at its `attempt`-th try."""

    utterance: Utterance
    prepared: Prepared
    attempt: int


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


def admit(
    items: Iterable[Utterance | Rejection], reject: Callable[[Rejection], None]
) -> list[Utterance]:
    """Utterances in order of their ids; rejections go to `reject`, and of utterances with one id all
    but the first in the corpus."""
    admitted: list[Utterance] = []
    for item in sorted(items, key=_order):
        if isinstance(item, Rejection):
            reject(item)
        elif admitted and admitted[-1].id == item.id:
            same = admitted[-1].text == item.text
            reason = "duplicate" if same else "duplicate_id"
            reject(rejection(item, reason, "corpus", f"first seen at {admitted[-1].source}"))
        else:
            admitted.append(item)
    return admitted


def _order(item: Utterance | Rejection) -> tuple[str, tuple[int, ...], str, str]:
    place = item.place if isinstance(item, Utterance) else ()
    return item.id, place, item.source, item.text


def rejection(utterance: Utterance, reason: str, stage: str, detail: str) -> Rejection:
    return Rejection(
        id=utterance.id,
        text=utterance.text,
        reason=reason,
        stage=stage,
        detail=detail,
        source=utterance.source,
        text_normalized=utterance.text_normalized,
        language=utterance.language,
        speaker_id=utterance.voice,
        seed=utterance.seed,
    )
