"""Roman numerals: after a ruler's name "the third", after a chapter or a war "three"."""

import re

from speech.text.english.numbers import spell_number, spell_ordinal
from speech.text.english.patterns import SENTENCE_STARTS, alternatives, words
from speech.text.rules import compiled, substitute

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_NUMERAL = r"(?=[MDCLXVI])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_SEVERAL = rf"(?=[MDCLXVI]{{2}}){_NUMERAL}"
_NO_WORD = r"(?!\w)(?!['’](?:m|ll|ve|d|re)\b)(?!\.\w)"
THINGS = (
    r"chapter|part|act|scene|section|volume|vol\.?|book|phase|article|type|level|stage|class|grade|"
    r"round|episode|appendix|figure|table|title|unit|lesson|canto|psalm|plate|no\.?|number|category|"
    r"tier|schedule|amendment|item|clause|annex"
)
_PROPER = (
    "World War|Super Bowl|Apollo|Gemini|Final Fantasy|Rocky|Mark|Vatican|Saturn|Olympiad|Title|Quake|"
    "WrestleMania|Civilization|Star Wars|War"
)
_NAMES = words("rulers.txt")
_TITLES = (
    "Pope|King|Queen|Emperor|Empress|Prince|Princess|Tsar|Czar|Sultan|Kaiser|Archduke|Patriarch"
)
_PEOPLE_TITLES = "Mister|Senator|Governor|Judge|Congressman|Reverend|Sir|Lord|Lady"
_NO_SURNAMES = (  # "Davis Cup", "Jackson Park"
    "Cup|Trophy|Prize|Award|Bowl|Open|Street|Avenue|Road|Park|Field|Hall|House|Tower|Building|School|"
    "College|Hospital|War|Wars|Series|Class|Act|Part|Chapter|Volume|Book|Phase|Type|Mark|Level|Lake|"
    "Island|Bridge|Center|Centre|Project|Foundation|Case|Study|Trust|Fund|Partners|Capital|Ventures|"
    "Lecture|Theatre|Division|Stage|Round|Title|Article|Section|Session|Summit|Plan|Report|Station|"
    "Terminal|Unit|Group|Gate|Plaza|Arena|Court|Square|Mission|Version|Model|Test|Scene|Episode|Season|"
    "Game|Army|Navy|Corps|Trek|Continental|River|Creek|Sea|Bay|Beach|Valley|Mountain|Point|Dam|Airport|"
    "Base|Reactor|Stanley"
)
_FRANCHISES = (
    "John Wick|Harry Potter|Alan Wake|James Bond|Jack Ryan|Tony Hawk|Johnny English|Ben Hur"
)
_SURNAME = rf"(?!(?:{_NO_SURNAMES})\b)[A-Z][\w'-]{{1,24}}"
_OF_A_PERSON = (  # what no film and no game does
    r"(?=,? (?:said|says|told|asked|replied|laughed|smiled|nodded|shrugged|whispered|shouted|married|"
    r"died|graduated|testified|retired|resigned|inherited|was (?:born|married|elected|appointed)|"
    r"grew up|aged \d|\d\d, |(?:the )?(?:son|grandson|heir|nephew|brother) of)\b)"
)
_PRONOUN_AFTER = (  # after these words the letter before was "I"
    r"(?! (?:am|have|had|will|would|think|know|like|love|saw|see|met|said|want|wanted|need|do|did|can|"
    r"could|should|might|must|never|always|also|just|really|hope|guess|believe|don't|didn't|can't|read|"
    r"remember|mean|wish|went|go|got|get|feel|felt|found|heard|ever|came|knew|made|thought|'m)\b)"
)
_DRIP = "IV (?:fluids?|drips?|lines?|therapy|bags?|antibiotics|infusions?|access|push)"
_AFTER_A_NAME = rf"(?!XXX?\b|{_DRIP}\b)(?=[IVX]{{2,8}}\b){_NUMERAL}"  # none of "CLI", "CV", "MD"
_REIGN = rf"{alternatives(_NAMES)}|(?:{_TITLES}) [A-Z][a-z]{{2,15}}(?: [A-Z][a-z]{{2,15}})?"
_GIVEN = alternatives(_NAMES | words("given_names.txt"))
_PARTICLE = r"(?:(?:[A-Z]\.|van|von|de|der|den|la|le|du|St\.|Saint) ){0,3}"
_PERSON = (
    rf"(?!(?:{_FRANCHISES})\b)(?:(?:{_GIVEN}) {_PARTICLE}{_SURNAME}(?: {_SURNAME})?|"
    rf"[A-Z][a-z]{{1,24}} (?:[A-Z]\. ){{1,3}}{_SURNAME}|"
    rf"(?!U\.)(?:[A-Z]\. ?){{2,3}}{_PARTICLE}{_SURNAME}|"
    rf"(?:{_PEOPLE_TITLES}) {_SURNAME}(?: {_SURNAME})?)(?: Junior| Senior)?"
)
_GENERATION = r"I{2,3}|IV|VI{1,3}|V(?!\.| [A-Z])"
_SMALL = rf"(?=[ivx]{{2,8}}\b)(?i:{_NUMERAL})"
LOWER = r"(?:[ivx]{2,8}|x[lc][ivx]{0,5}|l[ivx]{2,6})"
"""of lower-case numerals, those that are no letter and hardly a word"""
LOWER_FIRST = rf"(?:{LOWER}|[ivx](?:[-–]|,? (?:and|or|&|to) |, )(?:{LOWER}|[ivx]))\b"
"""one of those, or a letter that begins a range or list of them"""
_LOWER = rf"(?=(?:{LOWER})\b)(?i:{_NUMERAL})"
SMALL_THINGS = rf"{THINGS}|page|note|footnote|verse|sonnet|hymn"
_SMALL_THING = rf"(?i:{SMALL_THINGS})"
LOWER_REIGN = r"(iii?|i[vx]|viii?|xiii?|xi[vx]|xvi{0,3})(?!\w)"
_LOW = rf"(?=[IVXL]){_NUMERAL}"
_LOW_SEVERAL = rf"(?=[IVXL]{{2,8}}\b){_NUMERAL}"
_COUNTED_ON = re.compile(r"\((?:ii|iv|vi)\)")
_FIRST = re.compile(r"\(([ivx])\)")  # a letter, unless others follow that are none
_YEAR = r"\b(?=[MDCLXVI]{4})M{1,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b"


def read_romans(text: str) -> str:
    """Roman numerals in words; a letter that may be a pronoun or a name stays."""
    if _COUNTED_ON.search(text):
        text = _FIRST.sub(_bracketed, text)
    return substitute(_RULES, text)


def numeral_value(numeral: str) -> int:
    values = [_VALUES[letter] for letter in numeral.upper()]
    following = [*values[1:], 0]
    return sum(
        -value if value < after else value for value, after in zip(values, following, strict=True)
    )


def _counted(match: re.Match[str]) -> str:
    return f"{match[1]} {spell_number(str(numeral_value(match[2])))}"


def _several(match: re.Match[str]) -> str:
    """ "Types I, II and IV" """
    numerals = re.sub(
        r"[IVXLC]+|[ivxlc]+\b", lambda m: spell_number(str(numeral_value(m[0]))), match[2]
    )
    return f"{match[1]} {numerals}"


def _bracketed(match: re.Match[str]) -> str:
    """ "(ii)" before a clause."""
    return f", {spell_number(str(numeral_value(match[1])))}, "


def _ruler(match: re.Match[str]) -> str:
    return f"{match[1]} the {spell_ordinal(str(numeral_value(match[2])))}"


def _range(match: re.Match[str]) -> str:
    first, last = (spell_number(str(numeral_value(numeral))) for numeral in match.group(2, 3))
    return f"{match[1]} {first} to {last}"


def _century(match: re.Match[str]) -> str:
    return spell_ordinal(str(numeral_value(match[1]))) + match[2]


NUMBERED_THING = rf"(?:{THINGS.title()}|{THINGS.upper()}|{_PROPER})"
"""what a numeral in capitals counts"""
_RULES = compiled(
    [
        (
            rf"\b((?i:{THINGS})s?|(?:{_PROPER})s?) ({_NUMERAL})[-–]({_NUMERAL}){_NO_WORD}",
            _range,
        ),
        (
            rf"\b((?i:{THINGS})s?|(?:{_PROPER})s?) "
            rf"((?:{_LOW},? )+(?:and|or|&|to) (?:{_LOW_SEVERAL}|[VX])){_NO_WORD}",
            _several,
        ),
        (rf"\(({_SMALL})\)", _bracketed),
        (rf"\b({NUMBERED_THING}) ((?!I\b|[CDLM]\b){_NUMERAL}){_NO_WORD}", _counted),
        (rf"\b(?!No\b)({NUMBERED_THING}) (I){_NO_WORD}{_PRONOUN_AFTER}", _counted),
        (rf"\b((?i:{THINGS})) ((?![IVXLCDM]\b){_NUMERAL}){_NO_WORD}", _counted),
        (rf"\b({_REIGN}) ((?!I\b|[CDLM]\b){_NUMERAL}){_NO_WORD}", _ruler),
        (rf"\b({_REIGN}) (I){_NO_WORD}{_PRONOUN_AFTER}", _ruler),
        (rf"\b({_SMALL_THING}s?) ([ivx]|{_LOWER})[-–]({_LOWER}){_NO_WORD}", _range),
        (
            rf"\b({_SMALL_THING}s?) ((?:(?:[ivx]|{_LOWER}),? )+(?:and|or|&|to) {_LOWER}){_NO_WORD}",
            _several,
        ),
        (rf"\b({_SMALL_THING}s?) ({_LOWER}){_NO_WORD}", _counted),
        (
            rf"\b({_REIGN}|(?i:{alternatives(_NAMES)})(?= [ivx]{{3}})) {LOWER_REIGN}{_NO_WORD}",
            _ruler,
        ),
        (rf"\b({_SEVERAL}|[VX])(?:th|e)?([ -](?i:century|centuries))\b", _century),
        (rf"\b({_SEVERAL}|[VX])(?:th|st|nd|rd)()\b", _century),
        (
            rf"\b(?=[A-Z])({_PERSON}),? (?!{_DRIP}\b)({_GENERATION}){_NO_WORD}",
            _ruler,
        ),
        (
            rf"\b(?!(?:{SENTENCE_STARTS})\b)({_SURNAME} {_SURNAME}),? (I{{2,3}}|IV){_NO_WORD}"
            rf"{_OF_A_PERSON}",
            _ruler,
        ),
        (
            rf"\b(?!(?:{SENTENCE_STARTS})\b)([A-Z][\w']{{1,24}}) ({_AFTER_A_NAME}){_NO_WORD}",
            _counted,
        ),
        (_YEAR, lambda m: spell_number(str(numeral_value(m[0])), years=True)),
    ]
)
