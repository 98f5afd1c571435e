"""Two numbers with a slash between: a fraction, a date, a score, a season or a pressure."""

import re

from speech.text.english.dates import MEASURED, month_named, spell_month_day
from speech.text.english.numbers import plural, spell_number, spell_ordinal, spell_year
from speech.text.english.patterns import END, START
from speech.text.rules import compiled, substitute

FRACTION = r"(?:(?P<mixed>\d{1,4})(?: and | |-))?(?P<above>\d{1,4})/(?P<below>\d{1,4})"
"""2 3/4 and 2-3/4 too"""
_MEASURED = re.compile(MEASURED)
_ARTICLE = re.compile(r"(?i:\ban? )$")
_OF_AN_INCH = (12, 16)  # also days; "a 5/16 nail"
_MUSIC = re.compile(
    r"(?i:\b(?:music|songs?|tempo|rhythms?|beats?|bpm|waltz(?:es)?|drums?|bars?|melody|grooves?)\b)"
)
_PRESSURE = range(80, 260)
_SEASONS = range(1700, 2100)
_DATED = range(11, 32)  # days that are no everyday denominator


def read_fractions(text: str) -> str:
    """Whatever still has a slash between two numbers, in words."""
    return substitute(_RULES, text)


def spell_fraction(whole: str | None, above: str, below: str) -> str:
    """ "2 3/4" is "two and three quarters"."""
    spoken = f"{spell_number(above)} {_parts(above, below)}"
    return f"{spell_number(whole)} and {spoken}" if whole else spoken


def _parts(above: str, below: str) -> str:
    denominator = below.lstrip("0")
    if denominator in ("", "1"):
        return f"over {spell_number(below)}"
    if denominator == "2":
        return "half" if above == "1" else "halves"
    part = "quarter" if denominator == "4" else spell_ordinal(denominator)
    return part if above == "1" else plural(part.removeprefix("one ") if _is_round(below) else part)


def _is_round(denominator: str) -> bool:
    """Whether it is a power of ten: "three hundredths", but "three one hundred firsts"."""
    return denominator.strip("0") == "1" and denominator.endswith("00")


def _fraction(match: re.Match[str]) -> str:
    whole, above, below, ordinal = match[1], match[2], match[3].replace(",", ""), match[4]
    measured = _MEASURED.match(match.string, match.end())
    article = _ARTICLE.search(match.string[max(0, match.start() - 4) : match.start()])
    is_part = measured or (article and int(below) in _OF_AN_INCH)
    if whole or ordinal or is_part:
        return spell_fraction(whole, above, below)
    return _bare(above, below)


def _bare(above: str, below: str) -> str:
    first, second = int(above), int(below)
    if second == first + 1 and first in _SEASONS:  # 1999/2000
        return f"{spell_year(first)} {spell_year(second)}"
    if first == second and second in (5, 10, 100):
        return f"{spell_number(above)} out of {spell_number(below)}"
    if 0 < first < second <= 10:
        return spell_fraction(None, above, below)
    is_split = first + second == 100 and first % 5 == 0 and min(first, second) > 5  # 80/20
    if first == second > 12 or is_split:  # 20/20
        return f"{spell_number(above)} {spell_number(below)}"
    is_date = second in _DATED or 0 < second <= first
    if is_date and (date := spell_month_day(above, below)):
        return date
    if len(above) == 4 and len(below) == 2 and first % 100 + 1 == second:  # the season 2012/13
        return f"{spell_number(above, years=True)} {spell_number(below)}"
    if first in _PRESSURE and second >= 40 and first > second:
        return f"{spell_number(above)} over {spell_number(below)}"
    if first < second or 2 <= second <= 20:
        return spell_fraction(None, above, below)
    return f"{spell_number(above)} slash {spell_number(below)}"


def _metre(match: re.Match[str]) -> str:
    """ "in 4/4", where the line speaks of music."""
    is_music = _MUSIC.search(match.string) and not _MEASURED.match(match.string, match.end())
    return f"{spell_number(match[1])} {spell_number(match[2])}" if is_music else match.group()


def _month_of_year(match: re.Match[str]) -> str:
    """10/2024 on a card"""
    return f"{month_named(match[1])} {spell_number(match[2], years=True)}"


_RULES = compiled(
    [
        (rf"{START}(0[1-9]|1[0-2])/((?:19|20)\d\d){END}", _month_of_year),
        (
            rf"{START}(\d{{1,2}})/(\d{{1,2}})(?= time\b)",
            lambda m: f"{spell_number(m[1])} {spell_number(m[2])}",
        ),
        (rf"(?<=\b[Ii]n )([2-9]|12)/([248]){END}", _metre),
        (
            rf"{START}(\d{{1,6}}(?:\.\d+)?)/(\d{{1,6}})(?= stars?\b)|"
            rf"{START}(\d{{1,6}}\.\d+)/(5|10|20|100){END}",
            lambda m: f"{spell_number(m[1] or m[3])} out of {spell_number(m[2] or m[4])}",
        ),
        (
            rf"(?i:\b(odds (?:of|at|are|were) ))(\d{{1,3}})/(\d{{1,3}}){END}",
            lambda m: f"{m[1]}{spell_number(m[2])} to {spell_number(m[3])}",
        ),
        (
            rf"{START}(?<![A-Za-z]-)(?:(\d{{1,6}})(?: and | |-))?(\d{{1,7}})(?:/| / )"
            rf"(\d{{1,3}}(?:,\d{{3}}(?!\d))+|\d{{1,7}})((?i:th|rd|nd)s?)?{END}(?!/)",
            _fraction,
        ),
    ]
)
