"""Numbers in English text as words, the American way: "one thousand two hundred fifty".

Without commas and "and", because that is how the embedded teacher's lexicon reads them and
because a comma would be spoken as a pause.
"""

import re

from hibari.g2p import numbers

_LAST_NAMED = 10**15  # longer numbers are read digit by digit
_CURRENCY = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
_IRREGULAR = {"penny": "pence"}
_NUMBER = re.compile(
    r"(?P<sign>[$£€])?\s?"
    r"(?P<whole>\d+(?:,\d{3})*)(?P<decimals>(?:\.\d+)*)"
    r"(?:\s?(?P<percent>%)|(?P<suffix>(?:st|nd|rd|th|'?s)(?![^\W_])))?"
)


def spell_numbers(text: str) -> str:
    """Every number becomes words: cardinals, years, decades, ordinals, decimals, money, percents.

    1100 to 2099 without a comma read as years ("1500 people": "fifteen hundred people", as people
    say); a leading zero or more than 15 digits read digit by digit.
    """
    return _NUMBER.sub(_spoken, text)


def spell_digits(digits: str) -> str:
    return " ".join(numbers.ONES[int(digit)] for digit in digits)


def _spoken(match: re.Match[str]) -> str:
    sign, whole, decimals, suffix = match.group("sign", "whole", "decimals", "suffix")
    if sign:
        words = _money(sign, whole, decimals)
    elif decimals:
        words = _decimal(whole, decimals)
    elif suffix in ("st", "nd", "rd", "th") and _value(whole) < _LAST_NAMED:
        words = _plain(numbers.ordinal(_value(whole)))
    else:
        words = _integer(whole, years=True)
    if match["percent"]:
        words += " percent"
    elif suffix in ("s", "'s"):
        words = _plural(words)
    return _apart(match, words)


def _apart(match: re.Match[str], words: str) -> str:
    """The words, a space between them and a letter or number that touched the digits: "MP3"."""
    before = match.string[: match.start()][-1:]
    after = match.string[match.end() :][:1]
    spaced = match.group()[0].isspace() or before.isalnum()
    return " " * spaced + words + " " * (after.isalnum() or after in "$£€.,")


def _money(sign: str, whole: str, decimals: str) -> str:
    unit, cent = _CURRENCY[sign]
    if len(decimals) != 3 or not decimals[1:].isdigit():
        amount = _decimal(whole, decimals) if decimals else _integer(whole)
        return _counted(amount, unit)
    amounts = [(_integer(whole), unit), (_cardinal(int(decimals[1:])), cent)]
    spoken = [_counted(*amount) for amount in amounts if amount[0] != "zero"]
    return " and ".join(spoken) or f"zero {unit}s"


def _decimal(whole: str, decimals: str) -> str:
    """3.14 digit by digit after the point; 2.0.1 and 192.168.0.1 part by part."""
    parts = decimals.split(".")[1:]
    read = [spell_digits(parts[0])] if len(parts) == 1 else [_integer(part) for part in parts]
    return " point ".join([_integer(whole), *read])


def _integer(digits: str, years: bool = False) -> str:
    plain = digits.replace(",", "")
    if (plain[0] == "0" and len(plain) > 1) or _value(plain) >= _LAST_NAMED:
        return spell_digits(plain)
    if years and plain == digits and 1100 <= int(plain) < 2100:
        return _plain(numbers.year(int(plain)))
    return _cardinal(int(plain))


def _value(digits: str) -> int:
    """The number, or, where it has more digits than Python will read, one that is too large."""
    return int(digits.replace(",", "")[:100])


def _cardinal(value: int) -> str:
    return _plain(numbers.cardinal(value))


def _plain(words: str) -> str:
    return words.replace(",", "").replace(" and ", " ")


def _counted(amount: str, unit: str) -> str:
    return f"{amount} {unit if amount == 'one' else _IRREGULAR.get(unit, unit + 's')}"


def _plural(words: str) -> str:
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith("x") else "s")
