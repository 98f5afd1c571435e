"""Short numbers that people call, 911 or 112: where they are called or named, and where they count."""

import re

from speech.text.english.numbers import spell_digits
from speech.text.english.patterns import END, MAGNITUDE, START, alternatives, table

_NUMBERS = r"(?:911|112|999|411|311|211|511|988|101|111|110|119|000)"
TOLL_FREE = r"(?:8(?:00|88|77|66|55|44|33)|900)"
CALLED_LINE = r"(?=[ -](?:numbers?|lines?|hotlines?|calls?)\b)"
"""what "1-800" is the number of"""
_CALLED = r"(?:dial|call|phone|text|ring)(?:ed|led|ing|ling|s)?|rang"
_NAMED = (
    r"(?:emergency|police|ambulance|fire brigade|fire department|crisis|non-emergency|hotline|"
    r"helpline|lifeline)(?: services)?(?: (?:phone |telephone )?(?:number|line))?"
    r"(?: in [A-Z][a-z]+)? (?:is|was|at|on)"
)
_UNIT = alternatives(row[0] for row in table("units.tsv") if len(row[0]) > 1)
COUNTED = (
    "people|persons|men|women|children|inhabitants|residents|citizens|visitors|soldiers|troops|"
    "students|pupils|employees|members|voters|copies|votes|jobs|houses|homes|animals|pages|points|"
    "deaths|cases|units|items|pieces|words|others|dead|injured|days|weeks|months|years|hours|minutes|"
    "seconds|times|miles|kilomet(?:er|re)s|met(?:er|re)s|feet|yards|acres|pounds|tons|tonnes|"
    "kilograms|kilos|grams|dollars|euros|cents|degrees|percent|of (?:them|these|those|which|the)"
)
"""what a number before it counts"""
_NO_COUNT = (
    rf"(?! ?(?:[%‰°$€£]|(?:{_UNIT})(?![\w-]))| (?:{COUNTED}|{MAGNITUDE}|AD|BCE?|CE)\b| to \d|"
    r"-(?:page|day|year|mile|foot|meter|metre|point)\b| A\.D\.| B\.C\.)"
)
_NOT_AFTER = "".join(
    rf"(?<!{word} )"
    for word in (
        *("AD", "A\\.D\\.", "year", "[Pp]age", "[Bb]etween", "than", "exactly", "nearly"),
        *("Porsche", "Carrera"),
    )
)
_NO_YEAR = r"(?:(?<!\b[Ii]n )|(?!911(?:,| [A-Z])))"
SERVICE_NUMBERS = (
    rf"(?i:\b(?:{_CALLED}|{_NAMED}) )"
    rf"(?P<numbers>{_NUMBERS}{END}(?:(?:,? (?:or|and)|,) {_NUMBERS}{END})*){_NO_COUNT}",
    rf"{START}(?<![$£€]){_NOT_AFTER}{_NO_YEAR}(?P<numbers>911){END}{_NO_COUNT}",
)
"""patterns, each with the numbers in a group of that name"""


def spelled_service_numbers(match: re.Match[str]) -> str:
    """Those that are called, digit by digit."""
    before = match.group()[: match.start("numbers") - match.start()]
    return before + re.sub(r"\d+", lambda digits: spell_digits(digits[0]), match["numbers"])
