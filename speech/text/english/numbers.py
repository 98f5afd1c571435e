"""Numbers in English text as words, the American way: "one thousand two hundred fifty".

Without commas and "and", because that is how the embedded teacher's lexicon reads them and
because a comma would be spoken as a pause.
"""

import re

from hibari.g2p import numbers

_LAST_NAMED = 10**33  # longer numbers are read digit by digit
_LONGEST_WITHOUT_COMMAS = 6  # digits; what is longer and not round is a code
_NUMBER = re.compile(
    r"(?P<whole>\d{1,3}(?:,\d{3}(?!\d))+|\d+)(?P<decimals>(?:\.\d+)*)"
    r"(?:\s?(?P<percent>[%‰])|(?P<suffix>(?:st|nd|rd|th|ST|ND|RD|TH|'?s)(?![^\W_])))?"
)
_OPENING_A = re.compile(r"(?:^(?:, )?|[.!?:] )[\"']?A$")
_SIGNS = {"%": "percent", "‰": "per mille"}


def spell_numbers(text: str) -> str:
    """Every number becomes words: cardinals, years, decades, ordinals, decimals, percents.

    1100 to 2099 without a comma read as years ("1500 people": "fifteen hundred people", as people
    say); a leading zero, more than 33 digits, or 7 digits that are not round and have no commas
    read digit by digit, and so does what follows a letter ("ab9453").
    """
    return _NUMBER.sub(_spoken, text)


def spell_digits(digits: str) -> str:
    return " ".join(numbers.ONES[int(digit)] for digit in digits)


def spell_number(number: str, years: bool = False) -> str:
    """The words of a number such as "1,250", ".5", "3.14" or "2.0.1"."""
    whole, _, decimals = number.partition(".")
    if decimals:
        return _decimal(whole or "0", "." + decimals)
    return _integer(whole, years)


def spell_ordinal(number: str) -> str:
    """The words of "21" as in "21st"; digit by digit where it has too many digits to be named."""
    value = _value(number)
    if value >= _LAST_NAMED:
        return spell_digits(number.replace(",", ""))
    return _plain(numbers.ordinal(value))


def spell_year(year: int) -> str:
    return _plain(numbers.year(year))


def spell_pairs(digits: str) -> str:
    """As house numbers and aircraft are said: "747" seven forty-seven, "2788" twenty-seven..."""
    if digits[-2:] == "00" or digits[0] == "0" or len(digits) not in (3, 4):
        return spell_number(digits, years=True)
    first, last = digits[:-2], digits[-2:]
    rest = f"oh {numbers.ONES[int(last[1])]}" if last[0] == "0" else _cardinal(int(last))
    return f"{_cardinal(int(first))} {rest}"


def plural(words: str) -> str:
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith("x") else "s")


def _spoken(match: re.Match[str]) -> str:
    whole, decimals, suffix = match.group("whole", "decimals", "suffix")
    ordinal = suffix and suffix.lower() in ("st", "nd", "rd", "th")
    if decimals:
        words = _decimal(whole, decimals)
    elif ordinal and _value(whole) < _LAST_NAMED:
        words = spell_ordinal(whole)
    elif not suffix and match.string[: match.start()][-1:].isalpha():
        words = _code(whole)
    else:
        words = _integer(whole, years=True)
    if match["percent"]:
        words += f" {_SIGNS[match['percent']]}"
    elif suffix in ("s", "'s"):
        words = plural(words)
    return _apart(match, words)


def _apart(match: re.Match[str], words: str) -> str:
    """The words, a space between them and a letter or number that touched the digits: "MP3".

    "A4 paper" begins a sentence as "A-four paper": "A four" would begin with an article.
    """
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    following = match.string[match.end() + 1 : match.end() + 2]
    spaced = after.isalnum() or (after in (".", ",") and following.isalnum())
    if _OPENING_A.search(match.string[max(0, match.start() - 5) : match.start()]):
        return f"-{words}" + " " * spaced
    return " " * before.isalnum() + words + " " * spaced


def _code(digits: str) -> str:
    """Digits that follow a letter: "A320" three twenty, "t2000" two thousand, "ab9453" by digit."""
    if len(digits) == 3:
        return spell_pairs(digits)
    if len(digits) == 4 and digits[:2] in ("19", "20"):  # FY2020
        return _integer(digits, years=True)
    if len(digits) > 3 and not digits.endswith("000"):
        return spell_digits(digits.replace(",", ""))
    return _integer(digits)


def _decimal(whole: str, decimals: str) -> str:
    """3.14 digit by digit after the point; 2.0.1 part by part."""
    parts = decimals.split(".")[1:]
    read = [spell_digits(parts[0])] if len(parts) == 1 else [_integer(part) for part in parts]
    return " point ".join([_integer(whole), *read])


def _integer(digits: str, years: bool = False) -> str:
    plain = digits.replace(",", "")
    if (plain[0] == "0" and len(plain) > 1) or _value(plain) >= _LAST_NAMED:
        return spell_digits(plain)
    if plain == digits and len(plain) > _LONGEST_WITHOUT_COMMAS and not plain.endswith("000"):
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
