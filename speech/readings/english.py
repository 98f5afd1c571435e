"""Readings of written English, by rules of which the first that matches counts."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from speech.readings import numbers
from speech.readings.abbreviations import (
    abbreviation_rules,
    by_place,
    day_rules,
    initials,
    numeral_rules,
)
from speech.readings.fractions import fraction
from speech.readings.meanings import CURRENCY_NAMES, UNIT_NAMES
from speech.readings.notation import notation_rules, number_rules, power_rules
from speech.readings.plain_text import plain_text
from speech.readings.spoken_forms import english_form
from speech.readings.tokens import (
    Rule,
    Token,
    joined_readings,
    looked_up,
    read_tokens,
    said,
    with_frontend,
)
from speech.readings.trades import trade_rules
from speech.readings.written_forms import (
    ABBREVIATIONS,
    BEFORE_NUMBERS,
    BY_PLACE,
    DAYS,
    MONTH_OF,
    NAME_OF,
    OPERATORS,
    PER,
    SIGNS,
    UNDOTTED,
    UNITS,
)
from speech.text.dictionaries import checked_words
from speech.text.english.patterns import alternatives
from speech.text.english.service_numbers import CALLED_LINE, TOLL_FREE

_MARKS = r"""[\s.,;:!?'"()\[\]{}…—*~=_^«»-]*"""
_ORDINARY = re.compile(  # words as such, numbers, and punctuation; letters without a vowel are none
    rf"""{_MARKS}(?:(?=[^\W\d_]*[aeiouyAEIOUYà-ɏ])(?:[^\W\d_]{{2,}}|[aioAIO](?![^\W\d_]))
    (?:['-][^\W\d_]+)*'?|\d[\d,]*(?:\.\d+)?(?:%|st|nd|rd|th)?)?{_MARKS}""",
    re.VERBOSE,
)


def english_tokens(text: str, spoken: str | None = None) -> list[Token]:
    """The text in order; `spoken` is a frontend's reading, for what the rules do not know."""
    found = _tokens(plain_text(text, spoken))
    return found if spoken is None else with_frontend(found, spoken.split(), " ", english_form)


def _tokens(text: str) -> list[Token]:
    return read_tokens(text, _rules(), _words)


def _words(text: str) -> Iterator[Token]:
    for word in text.split():
        yield Token(word, (word,), bool(_ORDINARY.fullmatch(word)))


# ---- readings that look at words -------------------------------------------------------------


def _range(match: re.Match[str]) -> list[str]:
    """ "5 to 7"; a score or the end of a telephone number may also be said without "to"."""
    first, last = match[1], match[2]
    starts, ends = (joined_readings(_tokens(end), " ") for end in (first, last))
    sign = re.match(r"\D*", first)[0]  # type: ignore[index]
    if sign:
        starts = [*starts, first.removeprefix(sign)]
        ends = joined_readings(_tokens(sign + last.removeprefix(sign)), " ")
    elif first.isdigit() and re.fullmatch(r"\d+(?:st|nd|rd|th)", last):
        starts = [numbers.ordinal(int(first)), first]
    elif last.endswith("%") and first[-1].isdigit():  # as some ASRs write it
        starts = [first, f"{first}%"]
    elif first.isdigit() and last.isdigit() and (len(first), len(last)) == (4, 2):
        ends += [first[:2] + last]
    readings = [f"{a} {to} {b}" for to in ("to", "through") for a in starts for b in ends]
    if first.isdigit() and last.isdigit():
        is_round = first.endswith("0") and last.endswith("00")
        if (len(first), len(last)) == (3, 4) and not is_round:
            return [f"{first} {last}"]  # a telephone's
        readings = _score(first, last) * (int(last) <= int(first) < 100) + readings
    return readings


def _score(first: str, last: str) -> list[str]:
    """ "Two one", "two nil", "two all"."""
    nil = [f"{first} {word}" for word in ("nil", "nothing")] * (last == "0")
    nils = ["nil nil"] * (first == last == "0")
    return [f"{first} {last}", *nil, *nils, *[f"{first} all"] * (first == last)]


def _address(match: re.Match[str]) -> list[str]:
    """Web and e-mail addresses and file names by their signs, with or without "www"."""
    signs = {".": "dot", "/": "slash", "@": "at", "_": "underscore", ":": "colon"}
    whole = match.group()
    without = re.sub(r"^\w+://", "", whole)
    spelled = re.sub(r"^www(?=\.)", "w w w", without)
    return [
        " ".join({**signs, "-": hyphen}.get(part, part) for part in re.split(r"([\W_])", text))
        for text in dict.fromkeys((without.removeprefix("www."), without, spelled, whole))
        for hyphen in ("dash", "hyphen", " ")
    ]


def _named_range(match: re.Match[str]) -> list[str]:
    """ "Mon-Fri"."""
    first, last = (NAME_OF[name.lower()] for name in match.groups())
    return [f"{first} {to} {last}" for to in ("to", "through")]


def _acronym(match: re.Match[str]) -> list[str]:
    """As one word and by its letters; not for a word in capitals, nor for one that is spelled out."""
    letters = re.sub(r"[^A-Za-z]", "", match.group())
    spelled = " ".join(letters)
    if _is_acronym(letters.upper()):
        return [letters, spelled]
    return [spelled] if "." in match.group() else []


def _is_acronym(capitals: str) -> bool:
    """Whether the lexicon has these capitals (US, NASA), or no word that they may stand for."""
    return capitals in checked_words() or capitals.lower() not in checked_words()


def _slash(match: re.Match[str]) -> list[str]:
    signs = ("", "slash") if match[0].lower() == "and/or" else ("or", "", "slash", "and", "per")
    return [f"{match[1]} {word} {match[2]}" for word in signs]


# ---- rules -----------------------------------------------------------------------------------


_TLD = "com|org|net|edu|gov|io|co|uk|de|fr|cn|jp|ai|info|tv|me|us|ca|au"
_FILE = "txt|pdf|csv|json|py|zip|html?|docx?|xlsx?|jpe?g|png|mp[34]|exe|md|sh"
_PATH = r"(?:/[\w./?=&%#-]*\w)?"
_NUMBER = r"\d(?:[\d,]*\d)?(?:\.\d+)*"
_SIGN = f"(?-i:{alternatives(sign for sign in CURRENCY_NAMES if not sign.isalpha())})"
_CODE = f"(?-i:{alternatives(code for code in CURRENCY_NAMES if code.isalpha())})"
_LONG_UNIT = alternatives(unit for unit in UNIT_NAMES if len(unit) > 1)  # "a 10-yr-old"
_UNIT = rf"{alternatives(UNITS)}|(?-i:{alternatives(UNIT_NAMES)})"
_MONTH = rf"(?:{alternatives(MONTH_OF)})\b\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b"
_HALF_DAY = r"[AaPp]\.?[Mm]\b\.?"
_SCALE = " ?(?:k|m|b|bn)\\b|[ -](?:thousand|million|billion|trillion|(?:lakh|crore)s?)\\b"
_AMOUNT = (  # an end of a range
    rf"{_SIGN}?(?:\d{{1,2}}[:.]\d\d(?::\d\d)?|{_NUMBER})"
    rf"(?: ?(?:{_HALF_DAY}|%|(?:{_UNIT})(?![\w/])|st|nd|rd|th|'?s\b|[mb]illion\b))?"
)


def _numbers() -> Iterator[tuple[str, Callable[[re.Match[str]], list[str]], bool]]:
    yield (
        r"\b(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:T(?=\d\d:)|\b(?!/|-))",
        numbers.numeric_date,
        True,
    )
    after_clock = r"(?:(?<=T\d\d:\d\d)|(?<=T\d\d:\d\d:\d\d)|(?<=:\d\d\.\d{3}))"
    yield rf"{after_clock} ?(Z|[+-]\d\d:?\d\d)\b", numbers.zone, True
    date = r"(?<!\d[-/.])\b(\d\d?)([-/.])(\d\d?)\2(\d{4}|\d\d)\b(?!/|-|\.\d)"
    yield date, numbers.numeric_date, True
    dash, on = r" ?[-—] ?", rf"(?={_MONTH} \d)"
    yield rf"(?:(?<=\d)|(?<=\d[a-z]{{2}})){dash}{on}", said(" to ", " through "), True
    yield rf"(?<=[a-z]{{3}}){dash}(?={_DAY} {_MONTH})", said(" to ", " through "), True
    span = rf"(?P<first>{_DAY}) ?- ?(?P<last>{_DAY})"
    yield rf"\b(?P<before>{_MONTH}) {span}(?P<after>)", numbers.days, True
    yield rf"\b(?P<before>){span} (?:of )?(?P<after>{_MONTH})", numbers.days, True
    yield rf"\b(?:the )?({_DAY}) (?:of )?({_MONTH})", lambda m: numbers.day(m[1], m[2]), True
    yield rf"\b({_MONTH}) (?:the )?({_DAY})(?![:.,]\d)", lambda m: numbers.day(m[2], m[1]), True
    area = r"(?:\(\d{3}\) ?|\d{3}[ .-])"
    yield rf"(?<![\w.-])(?:\+?1[ .-]?)?{area}\d{{3}}[ .-]\d{{4}}(?!\w)", numbers.code, True
    yield rf"(?<![\w.-])1-{TOLL_FREE}{CALLED_LINE}", numbers.code, True
    yield r"(?<![\w.+-])0800 \d{3} \d{3,4}(?!\w|[.-]\d)", numbers.code, True
    group = r"\(?[A-Z0-9]+\)?"
    yield (
        rf"(?<![\w-])(?!\d+-(?-i:{_LONG_UNIT})-|\d+-an?-)"
        rf"\+?\(?\d+\)?(?:[- ]{group}){{0,3}}(?:-{group}){{2}}(?![\w-])",
        numbers.code,
        True,
    )
    yield r"(?<![\w.,-])(\d+) ?- ?(\d+)(?= ?=)", said(r"\1 minus \2"), True
    yield r"(?<=[\d\"']) ?x ?(?=\d)", said(" by ", " times ", " x "), True
    yield r"(?<=\d[\"']) ?[-—] ?(?=\d)", said(" to "), True
    end = rf"(?![\w-]|/(?!(?:{alternatives(PER)})\b))"
    yield rf"(?<![\w.,/-])({_AMOUNT}) ?[-—~] ?({_AMOUNT}){end}", _range, True
    yield rf"(?<![\w.:])(\d\d?)[:.](\d\d)(?::(\d\d))? ?({_HALF_DAY})", numbers.time, True
    clock = r"(?:(?<![\w.:])|(?<=\dT))(\d\d?):(\d\d)(?::(\d\d))?"
    yield rf"{clock}(?:\.\d+(?=Z))?(?!(?!Z\b)\w|:)()", numbers.time, True
    yield (
        r"(?<![\w.:/-])(\d{1,3}):(\d)(?!\w|[:/-]|[.,]\d)",
        said(r"\1 to \2", r"\1 \2", r"\1 by \2"),
        True,
    )
    yield r"(?<=\d) ?([ap])\.? ?m\b\.?|\b([ap])\.m\b\.?", said(r" \1\2m"), True
    part = r"(\d+) ?/ ?(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)?(?![\w/])"
    yield rf"(?<![\w/.])(\d+(?: +|-))?{part}", fraction, True
    before = rf"(?<!\w)(?P<sign>{_SIGN}|{_CODE}\.?) ?"
    yield rf"{before}(?P<amount>{_NUMBER})(?P<scale>{_SCALE})", numbers.money, True
    cents = r"\d[\d,]*(?:\.\d\d)?(?!\.?\d)"
    yield rf"{before}(?P<amount>{cents})(?P<scale>)", numbers.money, True
    after = rf"(?P<sign>{_CODE}(?!\w)|[$£€¥₹₩](?![\w.]*\d))"
    scale = rf"(?P<scale>(?:{_SCALE})?)"
    yield rf"(?<![\w.,])(?P<amount>{_NUMBER}){scale} ?{after}", numbers.money, True
    yield (
        r"(?<![\w.$£€¥])(\d\d?)\.([0-5][05])(?!\w|\.\d|%)",
        said(r"\1.\2", r"\1 \2", r"\1 point \2"),
        True,
    )
    yield r"(?<![\w.$£€¥])(\d+)\.(0\d*|\d*0)(?!\w|\.\d)", said(r"\1.\2", r"\1 point \2"), True
    yield r"(?<![\w.])\d+(?:\.\d+){2,}(?!\w)", numbers.version, False
    yield r"(?<![\w'])'?(\d{1,3}0)'?s\b", said(r"\1s"), True
    yield (
        r"(?:(?<![\w'])|(?<=[\d'\"]x))(\d\d?)'(?: ?(\d{1,2}(?:\.\d+)?)(?:\"|'')?)?(?!\w(?<!x))",
        numbers.height,
        True,
    )
    yield r"(?<=\d)\"(?!\w)", said(" inches", " inch", " "), True
    rate = rf"(/(?:{alternatives(PER)})\b)?(?![\w/'])"
    yield rf"(?<![A-WYZ\d.])({_NUMBER})[ -]?({_UNIT})([23²³]?){rate}", numbers.measure, False
    yield r"\b(wks?|tbsp|tsp|yrs?|hrs?|lbs?|kg|kwh|mph|k[mp]h|km/h)\b", numbers.unit, True
    yield rf"(?<=\w)/({alternatives(PER)})\b\.?", lambda m: numbers.rates(m[1]), False
    yield rf"\b({alternatives(BEFORE_NUMBERS)})\. ?(?=\d)", looked_up(BEFORE_NUMBERS), True


def _signs() -> Iterator[tuple[str, Callable[[re.Match[str]], list[str]], bool]]:
    yield r"&{2,}", said(" and "), True
    yield r"\b[A-Z]{1,3}&[A-Z]{1,3}\b", initials, True
    yield r"(?-i:(?<!the )\bUS)(?= \$\d)", said("US", ""), True
    yield r"(?<=\d)\+", said(" plus", " or more"), False
    yield r"(?<!\w)~ ?(?=[$£€]?\d)", said("about ", "approximately ", "around "), True
    yield r"(?<![\w.])-(?=[$£€]?\.?\d)", said("minus ", "negative "), True
    yield r"(?<!\w)#(?=\d)", said("number ", "hashtag ", "hash "), True
    between = r"(?<=[\dA-Za-z)²³]) ?[+=<>*] ?(?=[\dA-Za-z(√-]|\.\d)"
    yield rf"{between}|(?<!\w)[<>] ?(?=\d)|(?<=\d) - (?=\d)", looked_up(OPERATORS), True
    yield f"[{''.join(SIGNS)}]", looked_up(SIGNS), True


def _addresses() -> Iterator[tuple[str, Callable[[re.Match[str]], list[str]], bool]]:
    yield r"\b(?:https?|ftp)://[^\s<>\"]*\w|\bwww\.[^\s<>\"]*\w", _address, False
    yield r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _address, False
    yield rf"\b[a-z][\w-]*(?:\.[\w-]+)*\.(?:{_TLD}|{_FILE})\b{_PATH}", _address, False
    yield rf"(?<![\w.])\.(?:{_TLD}|{_FILE})\b", _address, False


def _abbreviations() -> Iterator[tuple[str, Callable[[re.Match[str]], list[str]], bool]]:
    yield rf"\b({alternatives(NAME_OF)})\.? ?- ?({alternatives(NAME_OF)})\b", _named_range, True
    yield rf"\b({_MONTH})(?= \d)", lambda m: [MONTH_OF[m[1].lower().rstrip(".")]], True
    yield (
        rf"\b({alternatives(DAYS)})(?:\.,?|,)? ?(?=(?:{_MONTH}) \d|\d{{1,2}}(?:[a-z]{{2}})? {_MONTH})",
        lambda m: [f"{NAME_OF[m[1].lower()]} "],
        True,
    )
    verbs = "he|she|it|that|this|let|what|who|where|how|when|there|here"
    yield rf"\b(?!(?:{verbs})')([a-z]+)'s\b", said(r"\1's", r"\1s"), True  # sounds as a plural
    yield r"\be\.g\.,?", said("for example", "e g", "for instance"), True
    yield r"\bi\.e\.,?", said("that is", "i e"), True
    yield rf"\b({alternatives(BY_PLACE)})\b\.?", by_place, True
    yield rf"\b({alternatives(ABBREVIATIONS)})\.", looked_up(ABBREVIATIONS), True
    yield rf"\b({alternatives(UNDOTTED)})\b", looked_up(ABBREVIATIONS), True


def _cased() -> Iterator[tuple[str, Callable[[re.Match[str]], list[str]], bool]]:
    yield r"(?<=\s)n(?=\s)", said("and", "n"), True
    yield r"\b([A-Za-z][a-z]+)/([A-Za-z][a-z]+)\b", _slash, True
    yield r"(?<![\w.])(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?", _acronym, False
    yield r"\b[A-Z]{2,6}(?=s?\b|\d)", _acronym, False


@lru_cache(maxsize=1)
def _rules() -> list[Rule]:
    cased = re.NOFLAG
    return [
        Rule(re.compile(pattern, flags), read, known)
        for rules, flags in (
            (_addresses, re.IGNORECASE),
            (notation_rules, cased),
            (trade_rules, cased),
            (number_rules, re.IGNORECASE),
            (_numbers, re.IGNORECASE),
            (power_rules, re.IGNORECASE),
            (day_rules, re.NOFLAG),
            (_signs, re.IGNORECASE),
            (numeral_rules, cased),
            (_abbreviations, re.IGNORECASE),
            (abbreviation_rules, cased),
            (_cased, cased),
        )
        for pattern, read, known in rules()
    ]
