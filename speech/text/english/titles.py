"""Titles and abbreviations as the words they stand for, by what stands around them."""

import re
from collections.abc import Callable

from speech.text.english.numbers import spell_number
from speech.text.english.patterns import SENTENCE_STARTS, alternatives, table
from speech.text.english.romans import LOWER_FIRST, numeral_value
from speech.text.rules import compiled, substitute

_KINDS = (
    "title",
    "title-dot",
    "state",
    "number",
    "dot",
    "dot-lower",
    "dot-between",
    "day",
    "bare",
    "slash",
)
_WORDS = {
    kind: {
        short: spoken for short, spoken, of_kind in table("abbreviations.tsv") if of_kind == kind
    }
    for kind in _KINDS
}
_DAYS = {
    short: spoken
    for kind in ("dot", "day")
    for short, spoken in _WORDS[kind].items()
    if spoken.endswith("day")
}
_DAY = alternatives(_DAYS)
_MONTHS = {"January", "February", "March", "April", "June", "July", "August"}
_DAYS_AND_MONTHS = {
    short: spoken
    for kind in ("dot", "day")
    for short, spoken in _WORDS[kind].items()
    if spoken in _MONTHS or spoken.endswith(("day", "ber"))
}
_DAY_OR_MONTH = alternatives(_DAYS_AND_MONTHS)
PARTS_BY_LETTER = r"(?<![\w.])([Vv]ol|[Cc]h|[Cc]hap|[Bb]k)\. ?([ivx])\b(?!['.]\w)"
"""volumes and chapters with one letter for their number"""
NUMBERED_UNDOTTED = [
    *("vol", "Vol", "vols", "Vols", "pg", "pp", "fig", "Fig", "figs", "ch", "Ch", "chs", "Chs"),
    *("chap", "Chap", "eq", "Eq", "apt", "Ste", "ext", "Ext", "Rte"),
]
"""abbreviations that stand before a number without a full stop too; no words, as "no" and "art" are"""
OF_THE_MONTH = {"inst": "instant", "ult": "ultimo", "prox": "proximo"}
POSTAL_STATES = {row[0]: row[1] for row in table("states.tsv")}
_SEVERAL_TITLES = "Dr|Prof|Gen|Gov|Sen|Capt|Col|Lt|Sgt"
DIRECTIONS = {"N": "North", "S": "South", "E": "East", "W": "West"}
PARTED = (  # what has a north and a south
    "Korea|Ireland|Carolina|Dakota|Africa|America|Sudan|Vietnam|Virginia|Germany|Macedonia|Yemen|Timor"
)
_DAY_BEFORE = (
    "closed|open|noon|midnight|on|next|last|every|this|until|till|by|in|since|of|from|early|late|mid|"
    "and|through"
)
_SENTENCE = rf"[\"')\]]*$|[\"')\]]* [\"'(]*(?:{SENTENCE_STARTS})\b"
_NAME = (  # "A. Smith" and "Will Smith" start with what starts sentences too
    rf"(?:(?=[A-Z]\. ?[A-Z]|Will [A-Z][a-z])|(?!(?:{SENTENCE_STARTS})\b)"
    r"(?=(?:[A-Z]\.? ?){0,3}[A-Z][\w'-]|[A-Z]\.))"
)


def read_titles(text: str) -> str:
    """Abbreviations as words; a full stop that also ends the sentence stays."""
    return substitute(_RULES, text)


def _spoken(kind: str, ending: str = "") -> Callable[[re.Match[str]], str]:
    """A replacement that looks the first group up in one kind of abbreviation."""
    return lambda match: _WORDS[kind][match[1]] + _stop(match) + ending


def _stop(match: re.Match[str]) -> str:
    rest = match.string[match.end() : match.end() + 40]
    return "." if match.group().endswith(".") and re.match(_SENTENCE, rest) else ""


def _day_after(match: re.Match[str]) -> str:
    """ "on Sat." """
    return match[1] + _WORDS["day"][match[2]] + _stop(match)


def _part(match: re.Match[str]) -> str:
    """ "Vol. i" """
    return f"{_WORDS['number'][match[1]]} {spell_number(str(numeral_value(match[2])))}"


def _this_month(match: re.Match[str]) -> str:
    return f" {OF_THE_MONTH[match[1]]}{_stop(match)}"


def _of_a_state(match: re.Match[str], state: str) -> str:
    """ "D-N.Y.", "(R-TX)" """
    return f"{match[1]}, {POSTAL_STATES[state]}" if state in POSTAL_STATES else match.group()


def _two_days(match: re.Match[str]) -> str:
    return f"{_DAYS[match[1]]} {match[2]} {_DAYS[match[3]]}"


def _two_names(match: re.Match[str]) -> str:
    """ "Jan. to Mar." """
    first, last = (_DAYS_AND_MONTHS.get(match[group], match[group]) for group in (1, 3))
    return f"{first} {match[2]} {last}{_stop(match)}"


def _any(kind: str) -> str:
    return rf"(?<![\w./&-])(?<!\w')({alternatives(_WORDS[kind])})"


_RULES = compiled(
    [
        (r"\be\.g\.,?|\beg,", "for example,"),
        (r"\bi\.e\.,?", "that is,"),
        (r"\band/or\b", "and or"),
        (r"(?<!\w)&c(?:\.(?=[,;:)]| [a-z])|\b)", "et cetera"),
        (r"\ba\.k\.a\.", "also known as"),
        (r"(?<=\d(?:st|nd|rd|th)) (inst|ult|prox)\b\.?", _this_month),
        (r"(?<=\d(?:st|nd|rd|th) )Cir\.", "Circuit"),
        (
            rf"(?<![\w-])([DRI])-({alternatives(_WORDS['state'])})\.",
            lambda m: f"{m[1]}, {_WORDS['state'][m[2]]}",
        ),
        (r"(?<![\w-])([DRI])-([A-Z])\. ?([A-Z])\.", lambda m: _of_a_state(m, m[2] + m[3])),
        (rf"(?<=\()([DRI])-({alternatives(POSTAL_STATES)})(?=\))", lambda m: _of_a_state(m, m[2])),
        (r"(?<=\()r\. ?(?=(?:c\. ?)?\d{3,4}\b)", "reigned "),
        (r"(?<![\w/])A/C(?![\w/])", "AC"),
        (
            r"(?<=[ &])Co\.(?= (?:Ltd|Inc|[a-z]))|(?<=& )Co\b\.?|(?<=[a-z] )Co\.(?=[,;:)]|$)",
            "Company",
        ),
        (rf"(?<=[a-z], )({alternatives(_WORDS['state'])})\.(?!\w)", _spoken("state")),
        (r"(?<=\d(?:st|nd|rd|th) )[Ee]d\.", "edition"),
        (  # these end no sentence
            r"(?<![\w./&-])(?<!\w')(Mr|Mrs|Ms)\. ?(?=[\"'(]*[^\W_])",
            lambda match: _WORDS["title"][match[1]] + " ",
        ),
        (r"\b[Pp]t\. ?(?=\d|[IVX]{1,4}\b)", "Part "),
        (r"(?<![\w.])b\. ?(?=(?:c\. ?)?(?:1\d{3}|20\d\d)(?!\w))", "born "),
        (r"(?<![\w.])d\. ?(?=(?:c\. ?)?(?:1\d{3}|20\d\d)(?!\w))", "died "),
        (rf"{_any('title')}(?:\. ?| ){_NAME}", _spoken("title", " ")),
        (rf"{_any('title-dot')}\. ?(?![IVXLC]{{2,}}\b){_NAME}", _spoken("title-dot", " ")),
        (r"\bD[Rr]\.? (?=[A-Z])", "Doctor "),
        (r"(?i:\b(the|an?|my|your|his|her|our|their) dr\.)(?= [a-z])", r"\1 doctor"),
        (r"\bProf\. (?=[B-HJ-Z]\b)", "Professor "),
        (
            rf"(?<![\w./&-])({alternatives(NUMBERED_UNDOTTED)}) (?=\d)",
            lambda m: f"{_WORDS['number'][m[1]]} ",
        ),
        (
            rf"{_any('number')}\. ?(?=~?\d|[IVXLC]{{2,}}\b|[VX]\b|{LOWER_FIRST})",
            _spoken("number", " "),
        ),
        (r"\b([Ee]q)\. ?(?=\(\d)", _spoken("number", " ")),
        (PARTS_BY_LETTER, _part),
        (rf"{_any('dot-between')}\. (?=[A-Z])", "versus "),
        (rf"{_any('dot-lower')}\.(?= [a-z\d(])", _spoken("dot-lower")),
        (rf"{_any('day')}\.(?=,|-| ?\d| [a-z])", _spoken("day")),
        (
            rf"\b((?i:{_DAY_BEFORE}) )({alternatives(_WORDS['day'])})\.(?!\w)",
            _day_after,
        ),
        (rf"\b({_DAY}) ?(&|/|and) ?({_DAY})\b", _two_days),
        (r"\b[Tt]el(?:\.(?=:? [a-z+])|(?=:))", "telephone"),
        (
            rf"\b({_SEVERAL_TITLES})\.(?= (?:&|and) (?:M[rs]s?|Mi(?:ster|ssus|ss|z)|Dr)\b)",
            _spoken("title"),
        ),
        (r"\bed\. (?=by\b)", "edited "),
        (rf"\b([NSEW])\. (?={PARTED}\b)", lambda match: DIRECTIONS[match[1]] + " "),
        (
            rf"\b({_DAY_OR_MONTH}|[A-Z][a-z]+(?:day|ber|y)|March|April|June|August)\.? "
            rf"(to|through) ({_DAY_OR_MONTH})\.(?!\w)",
            _two_names,
        ),
        (r"\bWW(?:2|II)\b", "World War two"),
        (r"\bWW(?:1|I)\b", "World War one"),
        (rf"{_any('dot')}\.(?!\w)", _spoken("dot")),
        (rf"{_any('bare')}(?![\w'/&])(?:\.(?!\w))?", _spoken("bare")),
        (rf"{_any('slash')}(?: |(?=\w{{3}}))", _spoken("slash", " ")),
        (r"(?<= )Am(?= [A-Za-z])(?<![.!?] Am)", "am"),
    ]
)
