"""Telephone numbers, card numbers, postcodes, serials, flights and rooms: digit by digit."""

import re

from speech.text.english import named_numbers
from speech.text.english.numbers import spell_digits, spell_number, spell_pairs
from speech.text.english.patterns import END, START, table
from speech.text.english.service_numbers import (
    CALLED_LINE,
    SERVICE_NUMBERS,
    TOLL_FREE,
    spelled_service_numbers,
)
from speech.text.rules import compiled, substitute

_ALWAYS = (
    "flight|room|rm\\.|suite|apt\\.?|apartment|gate|extension|ext\\.?|passcode|locker|area code|zip|"
    "code|pin|otp|isbn|issn|sku|cvv|pnr|ssn|plate|postcode|password"
)
_WITH_A_WORD_BETWEEN = (
    "account|acct\\.?|order|serial|ticket|badge|invoice|tracking|confirmation|id|reference|ref\\.?|"
    "booking|policy|case|passport|unit|bus|model|part|license|licence|routing|phone|telephone|"
    "tel\\.?|fax|mobile|card|number"
)
_LINK = r"(?:(?: (?:number|code|no\.?|plate|ending in))+(?: (?:is|was|reads))?:?|:| ?#) ?"
SECRET = "pin|otp|cvv|passcode|password|code|postcode|zip|plate|locker"
_PLACE = "phone|account|extension|flight|room|gate|suite"
_OF_A_UNIT = r"(?! ?(?:%|percent|[kcm]?m|ft|feet|foot|miles?|square|dollars|pounds|euros)\b)"
_VERSIONED = (
    "version|release|v\\.|ver\\.|Python|iOS|Android|macOS|PHP|Java|Ubuntu|Firmware|firmware"
)
_EXCHANGE = r"\d{3}[ .-]\d{4}"
_COUNTRY = r"\+?\d{1,3}"
_ELEMENTS = "(?:Cl|Na|Ca|Mg|Fe|Si|Al|Cu|Zn|H|C|N|O|S|P|F|K|B|I)"
_PAIRED = "RTX|GTX|RX|RFC|Ryzen \\d|Nokia|Form|Xbox"  # read by pairs, as aircraft are
_ROMANS = {"ii": "two", "iii": "three", "iv": "four", "vi": "six", "vii": "seven", "ix": "nine"}
_KEYWORDS = {
    short: spoken
    for short, spoken, _ in table("abbreviations.tsv")
    if short in ("ext", "apt", "acct", "ref", "rm")
}
_SHORT = re.compile(rf"\b({'|'.join(_KEYWORDS)})\b\.?", re.IGNORECASE)
_PREFIX = r"[A-Z]{1,4}[ -]?"


def read_codes(text: str) -> str:
    """Numbers that name something, digit by digit, with a pause where they are grouped."""
    return substitute(_RULES, text)


def _phone(match: re.Match[str]) -> str:
    """Groups as they are written, a pause between: "one, eight hundred, five five five, ..."."""
    groups = re.findall(r"\d+|[A-Za-z]+", match.group())
    spoken = [_group(group) for group in groups]
    joined = ", ".join(spoken).replace("extension, ", "extension ")
    return "plus " * match.group().startswith("+") + joined


def _group(group: str) -> str:
    if group in ("800", "900"):
        return spell_number(group)
    if group.isdecimal():
        return spell_digits(group)
    return "extension" if group in ("x", "ext") else group


def _vanity(match: re.Match[str]) -> str:
    """1-800-GO-U-HAUL: the numbers with pauses, the words as a phrase."""
    groups = re.findall(r"\d+|[A-Z]+", match.group())
    first_word = next(index for index, group in enumerate(groups) if group.isupper())
    numbers = [_group(group) for group in groups[:first_word]]
    return ", ".join([*numbers, " ".join(_group(group) for group in groups[first_word:])])


def _formula(match: re.Match[str]) -> str:
    """CO2: C O two; the elements' letters one by one."""
    pieces = re.findall(r"[A-Z]|[a-z]|\d+", match.group())
    return " ".join(spell_number(p) if p.isdecimal() else p.upper() for p in pieces)


def _chain(match: re.Match[str]) -> str:
    """Numbers joined by hyphens: 4-4-2 as a line-up, 978-0-13-468599-1 digit by digit."""
    groups = match.group().split("-")
    if all(len(group) < 3 for group in groups):
        return " ".join(spell_number(group) for group in groups)
    spelled = [spell_digits(group) if group.isdecimal() else group for group in groups]
    return ", ".join(spelled)


def _keyed(match: re.Match[str]) -> str:
    return match[1] + spell_digits(match[2])


def _local(match: re.Match[str]) -> str:
    """555-1234 is a number to call, 100-1000 a range."""
    first, second = match.group().split("-")
    if first.endswith("0") and second.endswith("00"):
        return match.group()
    return f"{spell_digits(first)}, {spell_digits(second)}"


def _version(match: re.Match[str]) -> str:
    parts = [spell_number(part) for part in match[2].split(".")]
    return f"{match[1]} " + " point ".join(parts)


def _clause(match: re.Match[str]) -> str:
    """501(c)(3) of a law: five oh one C three."""
    number, steps = match[1], re.findall(r"\w+", match[2])
    spoken = spell_pairs(number) if len(number) == 3 and number.isdecimal() else number
    return " ".join([spoken, *(_ROMANS.get(step, step.upper()) for step in steps)])


def _team(match: re.Match[str]) -> str:
    """The 49ers and the 76ers."""
    words = spell_number(match[1])
    if words.endswith(("y", "n")):
        return match.group()
    return f"{words}{'r' if words.endswith('e') else 'er'}{match[2]}"


_RULES = compiled(
    [
        (
            rf"\b(?=[A-Za-z\d]{{0,12}}\d)(?![A-Z]{{4}})(?:{_ELEMENTS}(?:[2-9]|1\d|2[0-4])?){{2,6}}{END}",
            _formula,
        ),
        *named_numbers.RULES,
        (r"\b401 ?\(?[kK]\)?(?!\w)", "four oh one K"),
        (
            rf"{START}(\d{{1,5}}(?:\.\d{{1,3}})?)((?:\((?:[A-Za-rt-z]|\d{{1,2}}|[ivx]{{2,4}})\))+)"
            r"(?![\w:])",
            _clause,
        ),
        (r"\bH\.(26[1-6])(?!\w)", lambda m: f"H {spell_pairs(m[1])}"),
        (
            r"(?<![\w.])802\.11([a-z]{0,2})(?!\w)",
            lambda m: f"eight oh two dot eleven {m[1].upper()}",
        ),
        (rf"\b({_PAIRED}) (\d{{3,4}})(?!\d){END}", lambda m: f"{m[1]} {spell_pairs(m[2])}"),
        (r"(?<![\w.,-])(\d\d)er(s?)(?!\w)", _team),
        (
            r"(?<![\w.])\.(\d\d\d?)(?=[ -](?i:cal\b|calib(?:er|re)|magnum|rifles?|revolvers?|pistols?|"
            r"handguns?|special|acp)\b)",
            lambda m: spell_pairs(m[1]) if len(m[1]) > 2 else spell_number(m[1]),
        ),
        (
            rf"(?<![\w.+-])(?:(?:{_COUNTRY}[ .-]?)?\(\d{{3}}\)[ .-]?|(?:{_COUNTRY}[ .-])?\d{{3}}[ .-])"
            rf"{_EXCHANGE}(?:[ -]\d{{1,4}}(?![\d,.-]\d))?"
            r"(?:,? ?(?:x|ext\.?) ?\d{1,6})?(?!\w|[.-]\d)",
            _phone,
        ),
        (r"(?<![\w.+-])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?!\w|[.-]\d)", _phone),
        (r"(?<![\w.+-])\(?0\d{1,4}\)? \d{3,4}[ -]?\d{3,4}(?!\w|[.-]\d)", _phone),
        (
            rf"(?<![\w.-])(?:1-)?{TOLL_FREE}(?=[A-Z\d-]{{0,30}}[A-Z])"
            r"(?:-[A-Z\d]{1,12}){1,5}(?![\w-])",
            _vanity,
        ),
        (rf"{START}\d{{4}}([ -])\d{{4}}\1\d{{4}}\1\d{{3,4}}{END}", _phone),
        (rf"{START}(?:\d{{3}}-\d{{2}}|\d{{5}})-\d{{4}}{END}", _phone),
        (rf"{START}\d{{1,7}}(?:-\d{{1,7}}){{2,6}}(?:-X)?{END}", _chain),
        (rf"{START}\d{{3}}-\d{{4}}{END}(?! ?%)", _local),
        (
            rf"(?i:\b((?:{SECRET})(?: (?:is|was|reads):?|:) ))(\d{{3}}) (\d{{3}}){END}{_OF_A_UNIT}",
            lambda m: f"{m[1]}{spell_digits(m[2])}, {spell_digits(m[3])}",
        ),
        (
            rf"(?i:\b((?:{_ALWAYS})(?:{_LINK}| )))((?:{_PREFIX})?\d[\d-]{{1,20}}\d){END}",
            lambda m: _id(m),
        ),
        (
            rf"(?i:\b((?:{SECRET}) (?:is|was|reads|to):? ))((?:{_PREFIX})?\d[\d-]{{1,20}}\d){END}"
            rf"{_OF_A_UNIT}",
            lambda m: _id(m),
        ),
        (
            rf"(?i:\b((?:{_PLACE}) (?:is|was|reads):? ))(\d[\d-]{{1,20}}\d)(?=[.,;:!?)]?(?: |$))"
            rf"(?! \w)",
            lambda m: _id(m),
        ),
        (
            rf"(?i:\b((?:{_WITH_A_WORD_BETWEEN}){_LINK}))((?:{_PREFIX})?\d[\d-]{{1,30}}\d){END}",
            lambda m: _id(m),
        ),
        (rf"\b(Porsche|Carrera) 911{END}", r"\1 nine eleven"),
        *[(pattern, spelled_service_numbers) for pattern in SERVICE_NUMBERS],
        (rf"(?i:\b(text(?:ed|ing)? [\"']?\w+[\"']? to ))(\d{{5,6}}){END}", _keyed),
        (rf"(?i:\b(dial(?:ed|led|ing)? ))(\d{{3,15}}){END}", _keyed),
        (
            rf"\b(Boeing|Airbus) (\d{{3}})-(\d{{1,4}})([A-Z]{{1,3}}\b)?{END}",
            lambda m: f"{m[1]} {spell_pairs(m[2])} {spell_number(m[3])} {m[4] or ''}".rstrip(),
        ),
        (
            rf"(?<![\w.-])1-({TOLL_FREE}){CALLED_LINE}",
            lambda m: f"one {_group(m[1])}",
        ),
        (
            rf"\b(Boeing|Airbus|Peugeot|Levi's|BMW|Porsche) (\d{{3}}){END}",
            lambda m: f"{m[1]} {spell_pairs(m[2])}",
        ),
        (rf"(?<!\w)([A-Z]{{1,4}})-(\d{{3,8}}){END}", lambda m: f"{m[1]} {spell_digits(m[2])}"),
        (
            rf"(?<!\w)v()(\d{{1,4}}(?:\.\d{{1,4}}){{0,4}}){END}",
            lambda m: "version" + _version(m),
        ),
        (rf"\b({_VERSIONED}) ?(\d{{1,4}}(?:\.\d{{1,4}}){{1,4}}){END}", _version),
        (rf"(?<!\w)(?:#|No\. ?|no\. ?)(\d{{5,20}}){END}", lambda m: "number " + spell_digits(m[1])),
        (
            rf"{START}0?(\d{{1,2}})00 (?=(?:hours|hrs)\b)",
            lambda m: f"{spell_number(m[1])} hundred ",
        ),
    ]
)


def _id(match: re.Match[str]) -> str:
    """An identifier after its keyword: letters stay, digits are spelled."""
    pieces = re.findall(r"[A-Za-z]+|\d+", match[2])
    keyword = re.sub(r" ?#| no\b\.?", " number ", match[1])
    keyword = _SHORT.sub(lambda short: _KEYWORDS[short[1].lower()], keyword)
    return f"{keyword.strip()} " + " ".join(spell_digits(p) if p.isdecimal() else p for p in pieces)
