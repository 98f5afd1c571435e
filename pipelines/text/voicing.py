"""Who speaks a text, and under which ids: the voices of the bank that it prefers and that have not
tried it yet. A rank in an id counts the voices of a text, and does not say which they are."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import count

from pipelines.config import SynthConfig
from pipelines.text.row_order import Item
from speech.dataset.schema import Rejection, Utterance
from speech.errors import Refused
from speech.seeds import stable_hash
from teacher.voices import VoiceBank, choose_voices

Tried = Callable[[str], Collection[str] | None]
"""id -> voices that its row was tried in, none where it was rejected before it had one; None: there is
no such row"""


def untried(_: str) -> None:
    """Of a dataset that has no row yet."""


@dataclass(frozen=True)
class Growth:
    """What a run makes of a text, beside what a run without a dataset before it would make."""

    new: list[Item]
    known: list[Item]
    """left alone: enough voices have tried the text, under these ids or others"""
    further: list[Item]
    """those that are new and have a later rank, since theirs is another voice's"""


def grow(text: Item, config: SynthConfig, bank: VoiceBank, tried: Tried) -> Growth:
    alone, new = rows_of(text, config, bank), rows_of(text, config, bank, tried)
    alone_ids, new_ids = {item.id for item in alone}, {item.id for item in new}
    return Growth(
        new,
        [item for item in alone if item.id not in new_ids],
        [item for item in new if item.id not in alone_ids],
    )


def rows_of(text: Item, config: SynthConfig, bank: VoiceBank, tried: Tried = untried) -> list[Item]:
    """The rows of a text that are not there: each with a voice and a seed, or one that is rejected."""
    if isinstance(text, Rejection):
        return [text] if tried(text.id) is None else []
    seed, asked = config.seed, text.voice or None
    try:
        preferred = choose_voices(bank, text.id, text.language, asked, len(bank), seed)
    except Refused as refused:
        return rows_of(text.rejected("voice", refused.reason, refused.detail), config, bank, tried)
    wanted = min(config.voices.per_text, len(preferred))
    return [
        replace(text, id=name, voice=voice, seed=stable_hash("seed", seed, name))
        for name, voice in _missing(text, preferred, wanted, tried)
    ]


def _missing(
    text: Utterance, preferred: Collection[str], wanted: int, tried: Tried
) -> Iterator[tuple[str, str]]:
    """(id, voice) until `wanted` of the preferred have tried the text; a row that was rejected before
    it had a voice counts as one of them."""
    had, rank = list[Collection[str]](), 0
    while (voices := tried(_ranked(text.id, rank))) is not None or rank < wanted:
        had += [] if voices is None else [voices]
        rank += 1
    left = [voice for voice in preferred if not any(voice in voices for voices in had)]
    there = len(preferred) - len(left) + sum(not voices for voices in had)
    free = (name for rank in count() if tried(name := _ranked(text.id, rank)) is None)
    return ((next(free), voice) for voice in left[: max(0, wanted - there)])


def _ranked(text_id: str, rank: int) -> str:
    return text_id if rank == 0 else f"{text_id}-v{rank + 1}"
