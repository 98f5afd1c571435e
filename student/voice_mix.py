"""What a voice is asked for by: its name, or several names with weights, as in `ada(2)+ben`."""

import re
from collections.abc import Sequence

from speech.errors import Refused

WEIGHTED = re.compile(r"(?P<name>.+?)\s*(?:\(\s*(?P<weight>\d{1,4}(?:\.\d{1,6})?)\s*\))?")
LONGEST, SHOWN = 1000, 300
"""characters of what is asked for, and of the names that a refusal lists"""


def read_voice(asked: str, voices: Sequence[str]) -> dict[str, float]:
    """The share of each voice in what is asked for; together they are 1.

    A name alone, whatever its characters, is that voice. Otherwise names are joined by `+`, each
    with a weight above 0 in brackets, or 1; a name that comes twice has both weights.

    Raises:
        Refused: `unknown_voice`, with what is allowed.
    """
    if asked in voices:
        return {asked: 1.0}
    if len(asked) > LONGEST:
        raise Refused("unknown_voice", _told(asked, asked, voices))
    weights: dict[str, float] = {}
    for part in asked.split("+"):
        found = WEIGHTED.fullmatch(part.strip())
        weight = float(found["weight"] or 1) if found else 0.0
        if not found or found["name"] not in voices or weight == 0:
            raise Refused("unknown_voice", _told(asked, part.strip(), voices))
        weights[found["name"]] = weights.get(found["name"], 0.0) + weight
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _told(asked: str, part: str, voices: Sequence[str]) -> str:
    at = "" if part == asked else f" at {part!r:.40}"
    allowed = ", ".join(voices)
    return f"{asked!r:.80}{at}; allowed: {allowed:.{SHOWN}}, or a mix as a(2)+b(1)"
