"""Chapter and verse of the Bible: Genesis 1:1-3, 1 Corinthians 13:4."""

import re

from speech.text.english.numbers import spell_number, spell_ordinal
from speech.text.english.patterns import compiled, substitute

_BOOKS = (
    "Genesis|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra|"
    "Nehemiah|Esther|Job|Psalms?|Proverbs|Ecclesiastes|Isaiah|Jeremiah|Lamentations|Ezekiel|Daniel|"
    "Hosea|Joel|Amos|Obadiah|Jonah|Micah|Nahum|Habakkuk|Zephaniah|Haggai|Zechariah|Malachi|Matthew|"
    "Mark|Luke|John|Acts|Romans|Corinthians|Galatians|Ephesians|Philippians|Colossians|"
    "Thessalonians|Timothy|Titus|Philemon|Hebrews|James|Peter|Jude|Revelations?"
)
_VERSE = r"(\d{1,3}):([1-9]\d{0,2})"
_NO_TIME = r"(?!\w)(?![.:/]\d| ?[AaPp]\.?[Mm]\b)"


def read_verses(text: str) -> str:
    """Chapters and verses in words, "to" for a dash, "First" for the number before a book."""
    return substitute(_RULES, text)


def _verse(match: re.Match[str]) -> str:
    which, book, chapter, verse, last_chapter, last = match.groups()
    which = f"{spell_ordinal(which).capitalize()} " if which else ""
    ending = " ".join(spell_number(number) for number in (last_chapter, last) if number)
    to = f" to {ending}" if ending else ""
    return f"{which}{book} {spell_number(chapter)} {spell_number(verse)}{to}"


_RULES = compiled(
    [
        (
            rf"(?<!\w)(?:([123]) )?({_BOOKS}) {_VERSE}"
            rf"(?: ?[-–] ?(?:(\d{{1,3}}):)?(\d{{1,3}}))?{_NO_TIME}",
            _verse,
        ),
    ]
)
