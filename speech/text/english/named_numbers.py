"""Numbers that one trade has its own way with: runways, screens, errors of servers, dockets, oils."""

import re

from speech.text.english.numbers import spell_digits, spell_number, spell_ordinal, spell_pairs
from speech.text.english.patterns import END, START
from speech.text.rules import Rule

_SIDES = {"L": " left", "R": " right", "C": " center"}
_STATUS = r"(?:[1-5]0\d|4[1-5]\d)"
_LETTERS = "US|AH|UH|OH|EH"  # words too, as of "US-1" and "AH-64"
NUMBERED = (
    "model|part|item|serial|style|cat|catalog|case|order|invoice|docket|lot|batch|policy|account|"
    "tracking|job|ticket"
)


def _runway(match: re.Match[str]) -> str:
    """ "runway 27L" """
    return f"{match[1]} {spell_digits(match[2])}{_SIDES.get(match[3], '')}"


def _screen(match: re.Match[str]) -> str:
    """1080p is ten eighty p, 720p60 seven twenty p sixty."""
    rate = f" {spell_number(match[3])}" if match[3] else ""
    return f"{spell_pairs(match[1])} {match[2]}{rate}"


def _status(match: re.Match[str]) -> str:
    """ "HTTP 404" is four oh four."""
    return match[1] + spell_pairs(match[2])


def _every(match: re.Match[str]) -> str:
    """ "q4-6h" of a prescription"""
    hours = " to ".join(spell_number(number) for number in match.groups() if number)
    return f"every {hours} hours"


def _docket(match: re.Match[str]) -> str:
    """ "No. 12-345" of a court"""
    return f"{match[1]}umber {spell_digits(match[2])}, {spell_digits(match[3])}"


def _preprint(match: re.Match[str]) -> str:
    return f"{match[1]} {spell_digits(match[2])} dot {spell_digits(match[3])}"


RULES: list[Rule] = [
    (rf"\b([Rr]unways?|RWY|[Rr]wy) (\d{{1,2}})([LRC])?{END}", _runway),
    (rf"(?i:\b(squawk(?:ing|ed)? ))(\d{{4}}){END}", lambda m: m[1] + spell_digits(m[2])),
    (rf"\bFL(\d{{3}}){END}", lambda m: f"flight level {spell_digits(m[1])}"),
    (rf"{START}(480|540|576|720|1080|1440|2160|4320)([pi])(\d\d)?(?!\w)", _screen),
    (rf"(\b(?:HTTP|[Ee]rror|[Ss]tatus)(?: code)? )({_STATUS}){END}", _status),
    (rf"{START}()({_STATUS})(?= (?:errors?|page|Not Found|Forbidden)\b)", _status),
    (r"\bq\.? ?(\d{1,2})(?:[-–](\d{1,2}))? ?h(?:rs?|ours)?\b(?:\.(?= [a-z]))?", _every),
    (  # an oil
        rf"{START}(\d{{1,2}})W-(\d{{2}}){END}",
        lambda m: f"{spell_number(m[1])} W {spell_number(m[2])}",
    ),
    (rf"(?i:\b({NUMBERED})) [Nn]os?\.:? ?(?=[A-Z\d])", r"\1 number "),
    (r"(?<![\w&])#(?=[A-Z]{1,6}-\d)", "number "),
    (rf"\b([Nn])o\. (\d\d)-(\d{{3,5}}){END}", _docket),
    (rf"\b(arXiv): ?(\d{{4}})\.(\d{{4,5}})(?:v\d{{1,2}})?{END}", _preprint),
    (
        rf"(?<![\w-])(?=(?:{_LETTERS})-)([A-Z])([A-Z])-(?=\d{{1,2}}(?:[A-Z]{{1,2}}|s)?(?!\w))",
        r"\1 \2-",
    ),
    (  # the 2d Regiment, 22d Infantry
        r"(?<![\w.])(?:(?<=[Tt]he )|(?<=[Oo]ur )|(?=\d\d))(\d?[23])d(?= [A-Z][a-z])",
        lambda m: spell_ordinal(m[1]),
    ),
    (r"\b(F|Supp)\. ?([234])d(?!\w)", lambda m: f"{m[1]} {spell_ordinal(m[2])}"),
]
