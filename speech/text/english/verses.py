"""Chapter and verse of the Bible: Genesis 1:1-3, 1 Cor. 13:4, Isaiah 40:31; 41:10, Ps. 23."""

import re

from speech.text.english.numbers import spell_number, spell_ordinal
from speech.text.english.patterns import alternatives
from speech.text.rules import compiled, substitute

BOOKS = (
    "Genesis|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra|"
    "Nehemiah|Esther|Job|Psalms?|Proverbs|Ecclesiastes|Isaiah|Jeremiah|Lamentations|Ezekiel|Daniel|"
    "Hosea|Joel|Amos|Obadiah|Jonah|Micah|Nahum|Habakkuk|Zephaniah|Haggai|Zechariah|Malachi|Matthew|"
    "Mark|Luke|John|Acts|Romans|Corinthians|Galatians|Ephesians|Philippians|Colossians|"
    "Thessalonians|Timothy|Titus|Philemon|Hebrews|James|Peter|Jude|Revelations?|Qur'?an|Koran|Surah?"
)
_SHORT = """
    Gen:Genesis Ex:Exodus Exod:Exodus Lev:Leviticus Num:Numbers Deut:Deuteronomy Josh:Joshua
    Judg:Judges Sam:Samuel Kgs:Kings Chr:Chronicles Chron:Chronicles Neh:Nehemiah Ps:Psalm
    Pss:Psalms Prov:Proverbs Eccl:Ecclesiastes Eccles:Ecclesiastes Isa:Isaiah Jer:Jeremiah
    Lam:Lamentations Ezek:Ezekiel Dan:Daniel Hos:Hosea Mic:Micah Hab:Habakkuk Zeph:Zephaniah
    Hag:Haggai Mal:Malachi Zech:Zechariah Matt:Matthew Mt:Matthew Mk:Mark Lk:Luke Jn:John
    Rom:Romans Cor:Corinthians Gal:Galatians Eph:Ephesians Phil:Philippians Col:Colossians
    Thess:Thessalonians Tim:Timothy Tit:Titus Heb:Hebrews Jas:James Pet:Peter Rev:Revelation
"""
SHORT_BOOKS = dict(entry.split(":") for entry in _SHORT.split())
"""before chapter and verse; those that are names too only with a full stop"""
_SHORT_BOOK = alternatives(SHORT_BOOKS)
_ALSO_NAMES = "Ex|Sam|Dan|Tim|Phil|Gal|Col|Mal|Tit|Pet|Ps|Lam"
_BOOK = rf"{BOOKS}|(?:{_SHORT_BOOK})\.|(?!(?:{_ALSO_NAMES})\b)(?:{_SHORT_BOOK})"
_NO_CHAPTERS = "Ex|Num|Sam|Col|Mt|Pet|Dan|Tim|Phil|Gen|Rev"
_PLACE = (
    r"\d{1,3}:[1-9]\d{0,2}(?: ?[-–] ?(?:\d{1,3}:)?\d{1,3})?(?:ff?\b(?:\.(?=[,;:)]| [a-z\d(]))?)?"
)
_NO_TIME = r"(?!\w)(?![.:/]\d| ?[AaPp]\.?[Mm]\b)"


def read_verses(text: str) -> str:
    """Chapters and verses in words, "to" for a dash, "First" for the number before a book."""
    return substitute(_RULES, text)


def _verses(match: re.Match[str]) -> str:
    return _book(match) + re.sub(_PLACE, _place, match["places"].removesuffix("."))


def _chapter(match: re.Match[str]) -> str:
    return _book(match) + spell_number(match["places"])


def _book(match: re.Match[str]) -> str:
    book = match["book"].rstrip(".")
    which = f"{spell_ordinal(match['which']).capitalize()} " if match["which"] else ""
    return f"{which}{SHORT_BOOKS.get(book, book)} "


def _place(match: re.Match[str]) -> str:
    """ "13:4-7" is thirteen four to seven."""
    written = match.group().rstrip(".")
    places = written.rstrip("f")
    onward = " and following" * (places != written)
    first, _, last = places.replace("–", "-").partition("-")
    said = [
        " ".join(spell_number(n.strip()) for n in end.split(":")) for end in (first, last) if end
    ]
    return " to ".join(said) + onward


_RULES = compiled(
    [
        (
            rf"(?<!\w)(?:(?P<which>[123]) )?(?P<book>{_BOOK}) "
            rf"(?P<places>{_PLACE}(?:[;,] ?{_PLACE})*){_NO_TIME}",
            _verses,
        ),
        (
            rf"(?<!\w)(?:(?P<which>[123]) )?(?P<book>(?!(?:{_NO_CHAPTERS})\.)(?:{_SHORT_BOOK})\.) "
            r"(?P<places>\d{1,3})(?![\w:]|[.,]\d)",
            _chapter,
        ),
    ]
)
