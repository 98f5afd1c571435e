"""What the frontend's tables say that abbreviations, units and currencies stand for.

Meanings only: which of them a sentence has is the frontend's finding, which is what is judged here.
"""

from speech.text.english.patterns import table

UNIT_NAMES = {symbol: one for symbol, one, _ in table("units.tsv")}
"""of one, by the unit as it is written"""

CURRENCY_NAMES = {sign: (one, *cents[:1]) for sign, one, _, *cents in table("currencies.tsv")}
"""of one unit and, where it has such, of its hundredth, by sign or code"""

PLURALS = {
    one: many
    for _, *names in (*table("units.tsv"), *table("currencies.tsv"))
    for one, many in zip(names[::2], names[1::2], strict=True)
}


def abbreviations(kind: str) -> dict[str, list[str]]:
    """By how they are written: what those of this kind stand for."""
    found: dict[str, list[str]] = {}
    for short, words, of_kind in table("abbreviations.tsv"):
        if of_kind == kind:
            found.setdefault(short, []).append(words)
    return found
