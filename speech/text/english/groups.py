"""Numbers grouped or pointed as other countries write them, in the form that the later rules read.

10 000, 1'000'000, 12,34,567 and 1.234.567 get commas at the thousands, 3,5 kg and 1.234,56 a point.
A space may also part two numbers ("on May 5 300 people came") and a comma a list ("chapters 1,2"),
so these need company that says so; a misread number is worse than a foreign one.
"""

import re
from itertools import pairwise

from speech.text.english.dates import MONTH
from speech.text.english.patterns import (
    MAGNITUDE,
    SENTENCE_STARTS,
    START,
    alternatives,
    table,
    words,
)
from speech.text.rules import compiled, substitute

_UNIT = alternatives(
    {row[0] for row in table("units.tsv")} - {"s", "kn", "px", "sec", "mo", "MP", "MM"}
)
_UNIT_WORD = (
    r"(?:square |cubic )?(?:(?:kilo|centi|milli)?(?:met(?:er|re)s?|lit(?:er|re)s?|grams?)|kilos?|"
    r"tons?|tonnes?|miles?|feet|foot|inches|inch|yards?|acres?|hectares?|pounds?|ounces?|gallons?|"
    r"hours?|minutes?|seconds?|degrees?|percent|watts?|volts?)"
)
_CURRENCY = (
    r"[$£€¥₹₩]|(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|INR)\b|(?:euros?|dollars?|francs?|rupees?)\b"
)
_MEASURED = (
    rf"[ -]?(?:(?:{_UNIT})(?!\w)|[%‰°]|(?:{_CURRENCY})(?! ?\d))|[ -](?:{_UNIT_WORD}|{MAGNITUDE})\b"
)
_START = r"(?<![\w.])(?<!\d[,:/'])"  # a range may go before
_AFTER = (  # a range, an ordinal's ending or a unit may follow
    r"(?![.:/'’]\d|,\d)(?! ?\d|-\d(?!\d{0,2} \d{3}(?!\d)))"
    rf"(?!(?!(?:st|nd|rd|th|s|{_UNIT})(?!\w))\w)"
)
_SPACED = re.compile(
    rf"{_START}(?<![+#])(?:(?<!\d-)|(?<= \d{{3}}-))(?:(?<!\d )|(?<=\b(?:19|20)\d\d ))"
    rf"(?P<groups>[1-9]\d{{0,2}}(?: \d{{3}}){{1,5}})(?P<decimals>[.,]\d{{1,2}}(?!\d))?{_AFTER}"
)
_CALLED = re.compile(  # what is read digit by digit
    r"(?i:\b(?:phone|telephone|tel\.?|mobile|fax|call(?:ed|ing)?|dial(?:led|ed)?|text(?:ed)?|ring|"
    r"whatsapp|code|pin|otp|passcode|password|id|account|acct\.?|iban|isbn|vat|serial|ssn|zip|postcode|"
    r"room|suite|flight|apartment|apt\.?|extension|ext\.?|order|ticket|reference|ref\.?)"
    r"(?: (?:number|no\.?|code|me|us|him|her|them|on|at|is|was))*:? #?)$"
)
_NUMBERED = re.compile(rf"(?i:\b(?:{alternatives(words('numbered_things.txt'))}|no\.|nos?) )$")
_MONTH = re.compile(rf"\b{MONTH}\.? $")
_NAME = re.compile(rf"\b(?!(?:{SENTENCE_STARTS})\b)[a-z]?[A-Z][\w'-]* $")
_WHEN = re.compile(r"\b(?i:at|by|until|till|before|after|since|on|past) $")
_LAST_WHEN = 31  # days of a month, and hours
_AMOUNTING = re.compile(
    r"(?i:\b(?:about|around|over|nearly|almost|than|roughly|approximately|approx\.|up to|at least|"
    r"at most|as many as|(?:population|total|sum|average|altitude|height) (?:of|is|was)|"
    r"cost|costs|worth|exceeds|exceeded) )$"
)
_SIZED = r"metre|meter|mile|yard|foot|page|dollar|euro|pound|watt|gram|litre|liter|word|year|piece"
_NO_NOUN = r"was|is|has|does|this|as|its|his|us|less|plus|always|sometimes|perhaps|across|unless"
_COUNTED = re.compile(
    rf" (?:(?!(?:{_SIZED}|{_NO_NOUN}|and|or|to)\b)[a-z-]{{3,}} )?"
    rf"(?:people|men|women|children|(?!(?:{_NO_NOUN})\b)[a-z]{{3,}}s|of (?:them|these|those|which))\b"
)
_PACKED = re.compile(r"[ -]?(?:[gmlLW]|kg|mg|ml|cl|oz) (?P<noun>[a-z]{3,})")
_NO_PACK = re.compile(
    r"of|and|from|per|away|deep|high|long|tall|wide|thick|above|below|for|with|each|every|are|was|were|"
    r"over|under|apart|later|more|less|when|while|than|before|after|until|the|that|which|between|but|"
    r"then|down|off|empty|net|gross"
)
_PACKS = 24  # of those, at most
_ARTICLE = re.compile(r"(?i:\b(?:an?|the|this|that|its?) )$")
_ANOTHER = re.compile(r"(?: ?[-–] ?| (?:to|and|or) )[1-9]\d{0,2} \d{3}(?!\d)")
_LONGEST_BEFORE = 40


def read_groups(text: str) -> str:
    """Numbers in thousands between commas and with a decimal point, where that is what they are."""
    return substitute(_MARKED, _SPACED.sub(_spaced, text))


def _spaced(match: re.Match[str]) -> str:
    if not _is_one_number(match):
        return match.group()
    return match["groups"].replace(" ", ",") + (match["decimals"] or "").replace(",", ".")


def _is_one_number(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
    after = match.string[match.end() : match.end() + _LONGEST_BEFORE]
    first, *rest = match["groups"].split()
    if _CALLED.search(before) and not _COUNTED.match(after):
        return False
    if match["decimals"] or rest[-1] == "000" or re.search(r"[$£€¥₹₩] ?$", before):
        return True
    if _is_pack(first, after) and not _ARTICLE.search(before):
        return False
    if re.match(_MEASURED, after):
        return not _is_numbered(before)
    if _AMOUNTING.search(before) or (len(rest) > 1 and len(first) < 3 and not _is_list(rest)):
        return True
    return bool(_COUNTED.match(after) or _ANOTHER.match(after)) and not _names_first(before, first)


def _is_pack(first: str, after: str) -> bool:
    """ "2 500 ml bottles", "1 400 g can": so many of a size."""
    packed = _PACKED.match(after)
    if not packed or int(first) > _PACKS:
        return False
    noun = packed["noun"]
    return noun.endswith("s") if first != "1" else not _NO_PACK.fullmatch(noun)


def _is_list(numbers: list[str]) -> bool:
    """Of round numbers that grow: 100 200 300."""
    values = [int(number) for number in numbers]
    return all(v % 50 == 0 for v in values) and values == sorted(set(values))


def _names_first(before: str, first: str) -> bool:
    """Whether the first number belongs to what stands before it: "day 5", "May 5", "at 10"."""
    is_time = int(first) <= _LAST_WHEN and _WHEN.search(before)
    return bool(is_time) or _is_numbered(before)


def _is_numbered(before: str) -> bool:
    return any(pattern.search(before) for pattern in (_NUMBERED, _MONTH, _NAME))


def _thousands(match: re.Match[str]) -> str:
    """Groups: the whole number with any marks, its decimals or nothing."""
    whole, decimals = re.sub(r"\D", "", match[1]), match[2]
    return f"{int(whole):,}" + (f".{decimals}" if decimals else "")


def _with_commas(match: re.Match[str]) -> str:
    """12,34,567 as one number; 1,10,100,1000 and lists of round or doubling numbers as several."""
    money, written = match["money"] or "", match["number"]
    parts = [int(part) for part in written.split(",")]
    pairs = [*pairwise(parts)]
    is_list = all(0 < a < b for a, b in pairs) and (
        all(part % 5 == 0 for part in parts) or all(b % a == 0 for a, b in pairs)
    )
    if re.fullmatch(_LAKHS, written) and (money or not is_list):
        return money + f"{int(written.replace(',', '')):,}"
    is_grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+", written)
    return match.group() if is_grouped or ",0" in written else money + written.replace(",", ", ")


def _dotted(match: re.Match[str]) -> str:
    """1.234.567, unless it is an Internet address."""
    parts = match.group().split(".")
    is_address = len(parts) == 4 and all(int(part) < 256 for part in parts)
    if is_address or _CALLED.search(
        match.string[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
    ):
        return match.group()
    return ",".join(parts)


_NO_MORE = r"(?![\w]|[.,:/'-]\d)"
_LAKHS = r"[1-9]\d?(?:,\d\d)+,\d{3}"
_ALSO_NUMBER = r"(?! ?(?:and|or|&) \d+(?![\d,]))"  # of a list
_PEOPLE = (  # who have no decimals
    "people|inhabitants|residents|citizens|visitors|soldiers|troops|students|workers|employees|members|"
    "spectators|voters|refugees|copies|votes|jobs|houses|animals"
)
_VERSIONED = r"(?<![Vv]ersion )(?<!release )(?<!build )(?<!firmware )(?<![Vv]\. )(?<!OS )"
_CHAIN = r"(?: ?(?:[-–x×]|to|or|by) ?\d{1,3}(?:,\d{1,2})?| and \d{1,3},\d{1,2}){0,2}"
_MARKED = compiled(
    [
        (rf"{START}([1-9]\d{{0,2}}(?:'\d{{3}})+)(?!\d)(?!'\d)()", _thousands),
        (
            rf"(?:(?P<money>(?:₹|\b(?:Rs\.?|INR)) ?)|{START})"
            rf"(?P<number>[1-9]\d{{0,3}}(?:,\d{{1,4}}){{2,20}})(?!\w|,\d)",
            _with_commas,
        ),
        (r"((?:₹|\bRs\.?|\bINR) ?[\d,]+(?:\.\d\d)?)/-(?!\w)", r"\1"),
        (rf"{START}([1-9]\d{{0,2}}(?:[.']\d{{3}})+),(\d{{1,2}}){_NO_MORE}", _thousands),
        (rf"{START}{_VERSIONED}[1-9]\d{{0,2}}(?:\.\d{{3}}){{2,}}{_NO_MORE}", _dotted),
        (rf"{START}((?:\d{{2,3}}\.\d{{3}}|\d\.\d00))(?= ?(?:€|EUR\b|euros?\b))()", _thousands),
        (
            rf"(?<=€)((?:\d{{2,3}}\.\d{{3}}|\d\.\d00)){_NO_MORE}(?! ?(?:{MAGNITUDE}|[mkb]n?\b))()",
            _thousands,
        ),
        (rf"{START}(\d{{1,3}}\.\d{{3}})(?= (?:{_PEOPLE})\b(?! per\b))()", _thousands),
        (rf"([$£€] ?\d{{1,3}}),(\d\d){_NO_MORE}{_ALSO_NUMBER}", r"\1.\2"),
        (rf"([$£€] ?\d{{1,3}}),(\d\d?)(?= ?(?:{MAGNITUDE}|bn|[mMkK])\b)", r"\1.\2"),
        (rf"{_START}(\d{{1,3}}),(\d{{1,2}})(?={_CHAIN}(?:{_MEASURED}))", r"\1.\2"),
        (
            rf"{START}(\d{{1,2}}),5(?= (?:times|years|months|weeks|days|points|stars)\b|/10{_NO_MORE})",
            r"\1.5",
        ),
        (rf"{START}(?<!\()0,(\d{{2,4}}){_NO_MORE}{_ALSO_NUMBER}", r"0.\1"),
        (rf"{START}0,(\d{{3,4}})(?={_MEASURED})", r"0.\1"),
    ]
)
