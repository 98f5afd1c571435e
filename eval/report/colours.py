"""A system's colour, which is its own in every report."""

import hashlib
from collections.abc import Sequence

from eval.report.results import SystemResult

COLOURS = 7
"""of the style sheet (`--s0` to `--s6`): told apart by any eyes (`test_colours.py`)"""
ORDER = ("teacher", "recordings", "student")
SALT = "264"
"""with which f5_mini and the students that `make eval` measures have first choices far apart"""


def colours(systems: Sequence[SystemResult]) -> dict[str, int]:
    """The number of a colour by the system's name.

    It follows from what was asked for (`student:out/student`), not from the system's place. Where
    two would have the same, the latter in the order of kinds, then of hashes, takes its next
    choice; so only a system before it in that order, come anew, can move it. An eighth system
    shares a colour.
    """
    taken: set[int] = set()
    found = {}
    for system in sorted(systems, key=_rank):
        if len(taken) == COLOURS:
            taken.clear()
        choice = next(colour for colour in _choices(system) if colour not in taken)
        taken.add(choice)
        found[system.name] = choice
    return found


def _rank(system: SystemResult) -> tuple[int, bytes]:
    kind = ORDER.index(system.kind) if system.kind in ORDER else len(ORDER)
    return kind, _digest(system)


def _choices(system: SystemResult) -> list[int]:
    """All colours, the one that it likes best first."""
    digest = _digest(system)
    return sorted(
        range(COLOURS), key=lambda colour: hashlib.sha256(digest + bytes([colour])).digest()
    )


def _digest(system: SystemResult) -> bytes:
    return hashlib.sha256(f"{SALT} {system.specification}".encode("utf-8", "replace")).digest()
