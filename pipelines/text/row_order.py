"""The rows of a shard: which are admitted, in which order they stand, and how they are cut into units.

The order follows from what the corpus says, never from who makes a row or when, and a unit is a run of
neighbours. So a shard is its units one after the other, and how it was cut does not show in it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Literal

from speech.dataset.schema import Rejection, Utterance
from speech.reasons import Reason

Item = Utterance | Rejection
UNIT_ROWS = 128
"""minutes of work for a GPU or a core"""
MIN_UNITS = 8
"""a small shard is cut into these, so that a crash costs it an eighth at most"""
REFERENCE_CHARS = 40
"""what an utterance costs beside its own text, in characters: the voice's reference"""


def in_order(items: Iterable[Item]) -> list[Item]:
    """Duplicates rejected, the parts of a long line side by side."""
    rows: list[Item] = []
    rows += admit(items, rows.append)
    return sorted(rows, key=_place)


def _place(item: Item) -> tuple[str, int, str, bool, str, str]:
    if isinstance(item, Utterance):
        return _group(item), item.part, item.id, False, item.source, item.text
    return item.id, 0, item.id, True, item.source, item.text


def _group(item: Item) -> str:
    """What must be in one unit: of a long line, the first parts decide about the others."""
    return item.line or item.id if isinstance(item, Utterance) else item.id


def cut(items: Sequence[Item], rows_per_unit: int | Literal["auto"]) -> list[list[Item]]:
    """Runs of neighbours of about equal cost, none of them empty."""
    units = units_for(len(items), rows_per_unit)
    groups = [list(group) for _, group in groupby(items, _group)]
    costs = [sum(map(_cost, group)) for group in groups]
    total, before = sum(costs), 0
    found: dict[int, list[Item]] = {}
    for group, cost in zip(groups, costs, strict=True):
        middle = before + cost / 2
        found.setdefault(int(middle * units / total), []).extend(group)
        before += cost
    return list(found.values())


def units_for(rows: int, rows_per_unit: int | Literal["auto"]) -> int:
    """Into how many a shard of so many rows is cut."""
    if rows_per_unit != "auto":
        return -(-rows // rows_per_unit)
    return max(-(-rows // UNIT_ROWS), min(MIN_UNITS, -(-rows // MIN_UNITS)))


def _cost(item: Item) -> int:
    if isinstance(item, Rejection):
        return 1
    return REFERENCE_CHARS + len(item.text_normalized)


def admit(items: Iterable[Item], reject: Callable[[Rejection], None]) -> list[Utterance]:
    """The first item of each id, in the corpus' order; what is rejected is handed to `reject`."""
    admitted: list[Utterance] = []
    for item in sorted(items, key=_first):
        if isinstance(item, Rejection):
            reject(item)
        elif admitted and admitted[-1].id == item.id:
            same = admitted[-1].text == item.text
            reason = Reason.DUPLICATE if same else Reason.DUPLICATE_ID
            reject(item.rejected("corpus", reason, f"first seen at {admitted[-1].source}"))
        else:
            admitted.append(item)
    return admitted


def _first(item: Item) -> tuple[str, tuple[int, ...], str, str]:
    place = item.place if isinstance(item, Utterance) else ()
    return item.id, place, item.source, item.text
