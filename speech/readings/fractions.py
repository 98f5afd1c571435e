"""What two English numbers with a slash between them may be said as: 3/4, 9/11, 24/7."""

import re

from speech.readings.numbers import day, ordinal, plural
from speech.readings.written_forms import MONTHS
from speech.text.english.dates import DATE_WORD, MEASURED
from speech.text.english.numbers import spell_ordinal

_DENOMINATORS = {
    3: "third",
    4: "fourth",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    10: "tenth",
}
_MEASURED = re.compile(MEASURED)
_DATE_BEFORE = re.compile(rf"{DATE_WORD}$")
_ODDS_BEFORE = re.compile(r"(?i:\bodds (?:of|at|are|were) )$")


def fraction(match: re.Match[str]) -> list[str]:
    """A fraction, a month and a day, or two numbers that are a name: 9/11, 24/7.

    Groups: the whole number before it or None, and the two numbers.
    """
    whole, above, below = match[1], match[2], match[3].replace(",", "")
    top, bottom = int(above), int(below)
    before, is_part = match.string[: match.start()], _MEASURED.match(match.string, match.end())
    if match.string.startswith(" time", match.end()):
        return [f"{above} {below}"]
    if not whole and not is_part and _DATE_BEFORE.search(before) and (date := _dates(top, bottom)):
        return date
    said = _parts(top, bottom)
    if is_part:
        said += [f"{part} of {article}" for part in said if top > 1 for article in ("a", "an")]
    if whole:
        whole = f"{whole.strip(' -')} "
        decimal = [f"{whole}point 5"] * (top * 2 == bottom)  # as the normaliser writes a half
        return [*decimal, *(f"{whole}and {reading}" for reading in said)]
    if is_part:
        return said
    said.append(f"{above} out of {below}")
    is_name = bottom > 10 and len(below) == 2 and bottom not in (12, 16, 32, 64)
    is_season = len(above) == len(below) == 4 and bottom == top + 1  # 1999/2000
    is_metre = bottom in (2, 4, 8) and bool(re.search(r"\b[Ii]n $", before))  # of music
    said += [f"{above} {below}"] * (top >= bottom or is_name or is_season or is_metre)
    said += [f"{above} over {below}"] * (top >= bottom or bottom > 10)
    said += [f"{above} slash {below}"] * (top > bottom)
    said += [f"{above} to {below}"] * bool(_ODDS_BEFORE.search(before))
    return said + _dates(top, bottom)


def _dates(first: int, second: int) -> list[str]:
    """Of a month and a day, in either order."""
    return [
        reading
        for number, month in ((second, first), (first, second))
        if 1 <= month <= 12 and 1 <= number <= 31
        for reading in day(str(number), MONTHS[month - 1])
    ]


def _parts(top: int, bottom: int) -> list[str]:
    """ "1 half", "a half", "half", "3 quarters", "3 fourths"."""
    names = {2: ["half"], 4: ["quarter", "fourth"]}.get(bottom)
    names = names or [_DENOMINATORS.get(bottom, ordinal(bottom))]
    if top != 1:
        parts = spell_ordinal(str(bottom)) + "s"
        spelled = dict.fromkeys((parts, parts.removeprefix("one ")))
        many = [
            *map(plural, names),
            *(spelled if bottom not in _DENOMINATORS and bottom > 1 else ()),
        ]
        return [f"{top} {name}" for name in many]
    said = [f"{one}{name}" for name in names for one in ("1 ", "a ", "")]
    if bottom not in _DENOMINATORS and bottom > 2:
        said += [f"one {spell_ordinal(str(bottom))}{of}" for of in ("", " of a", " of an")]
    if bottom == 2:  # "1/2 mile"
        return [*said, "half a", "half an"]
    return [*said, *(f"a {name} of {article}" for name in names for article in ("a", "an"))]
