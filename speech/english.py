"""English as it is spoken: hibari-tts's rules, with what they lack or get wrong put right around them.

hibari reads out times, dates, units, titles, abbreviations and Roman numerals. It leaves plain
numbers to its phoneme lexicon (see `english_numbers`), and takes a few everyday words at the end of
a sentence for abbreviations ("Oh no." becomes "Oh number.") and names after a rank for empty Roman
numerals ("King Charles" becomes "King the zerothCharles"): those are guarded from it.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable

from hibari.g2p.normalize import ROMAN_CARDINAL, ROMAN_ORDINAL, SYMBOLS
from hibari.g2p.normalize import normalize as hibari_normalize

from speech.english_numbers import spell_digits, spell_numbers

Rule = tuple[str, str | Callable[[re.Match[str]], str]]

_GUARD = "\ue000"  # between two characters it keeps hibari from reading them as one token
_UNIFIED = {
    **dict.fromkeys("’‘‛ʼʻ`´′", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑−", "-"),
    **dict(zip("⁄，。、！？：；", "/,.,!?:;", strict=True)),
    "…": "...",
    "№": "number ",
}
_URL_SIGNS = {".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at"}
_ORDINARY_WORDS = "no|fig|ed|est|ch|vol|Sun|Sat|Mar|Mon|Wed|Fri|Jan|Gen|Rev|Col|Hon|Pres|Rep|Mt|Co"
# words after which hibari reads Roman numerals; after some of them "I" is mostly the pronoun
_BEFORE_NUMERAL = "|".join(sorted([*ROMAN_CARDINAL, *ROMAN_ORDINAL], key=len, reverse=True))
_BEFORE_I = "part|section|volume|book|phase|article|type|level|stage|class|grade|round|chapter"
_ROMAN = "(?:XL|L?X{1,3}|L)?(?:IX|IV|V?I{1,3}|V)|XL|L?X{1,3}"  # hibari also takes "" and "C"
_SENTENCE_STARTS = "The|It|He|She|We|They|You|I|A|An|In|On|At|There|This|That|And|But|My|His|Her"
_LABEL, _TLDS = r"[\w-]{0,62}", "com|org|net|edu|gov|io"
_MAX_PASSES = 4


def _address(match: re.Match[str]) -> str:
    """A web or e-mail address by its signs: "a@b.com" is "a at b dot com"."""
    bare = re.sub(r"^(?:[a-z]+://)?(?:www\.)?", "", match.group())
    words = re.split(r"([^\w]|_)", bare)
    return " ".join(_URL_SIGNS.get(word, word if word.isalnum() else " ") for word in words)


def _entity(match: re.Match[str]) -> str:
    return html.unescape(match.group()).replace("\xa0", " ")


def _phone(match: re.Match[str]) -> str:
    return ", ".join(spell_digits(group) for group in re.findall(r"\d+", match.group()))


def _clock(match: re.Match[str]) -> str:
    return f"{match[1]} {match[2].upper()}.M."


def _emphasis(match: re.Match[str]) -> str:
    return "?" if "?" in match.group() else "!"


def _compiled(rules: Iterable[Rule]) -> list[tuple[re.Pattern[str], str | Callable]]:
    return [(re.compile(pattern), replacement) for pattern, replacement in rules]


_BEFORE = _compiled(
    [
        (r"&(?:amp|quot|apos|lt|gt|nbsp|#39);", _entity),
        (r"</?[A-Za-z][A-Za-z0-9]*(?: [^<>]*=[^<>]*)? ?/?>", " "),
        (r"(?:https?|ftp)://[^\s<>\"]*\w|\bwww\.[^\s<>\"]*\w", _address),
        (r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", _address),
        (rf"\b[A-Za-z]{_LABEL}(?:\.{_LABEL}){{0,8}}\.(?:{_TLDS})\b(?:/[\w./-]*\w)?", _address),
        (r"(?<![\w.])(?:\+?\d{1,3}[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?!\w)", _phone),
        (r"(?<![/\d.])(\d+) (?=\d{1,2}/\d{1,2}\b(?!/))", r"\1 and "),
        (r"(?<![\w.])\.(?=\d)", "0."),
        (r"\b24/7\b", "twenty-four seven"),
        (r"\b50/50\b", "fifty-fifty"),
        (r"(?<=\d)/(?=[a-z]{3})", " per "),
        (rf"\b([A-Z][a-z]+) St\. (?=(?:{_SENTENCE_STARTS})\b)", r"\1 Street. "),
        (r"\band/or\b", "and or"),
        (r"(?<![:\d.])\b(\d{1,2}) ?([AaPp])(?:\.[Mm]\.|[Mm]\b)", _clock),
        (r"\be\.g\.,?", "for example,"),
        (r"\bi\.e\.,?", "that is,"),
        (r"\betc\.(?= ?[a-z,])", "et cetera"),
        (r"\betc\b(?=\.?)", "et cetera"),
        (r"\bno\.(?= ?\d)", "number"),
        (rf"\b({_ORDINARY_WORDS})(?=\.(?:[\"')\]]*$|[\"')\]]* [\"'(]*[A-Z]))", rf"\1{_GUARD}"),
        (rf"\b({_BEFORE_I}) (?=I\b)", rf"\1 {_GUARD}"),
        (rf"\b({_BEFORE_NUMERAL}) (?!(?:{_ROMAN})\b(?!['’]\w))(?=[IVXLC])", rf"\1 {_GUARD}"),
        (r"\b([A-Z][a-z]{2,8}\.?) (?=\d+(?:,\d{3}(?!\d)|\.\d))", rf"\1 {_GUARD}"),
        (r"\bGen (?=[XYZ]\b)", f"Gen {_GUARD}"),
        (r"(?<=\d)bn\b", " billion"),
        (r"(?<=\d) ?x ?(?=\d)", " by "),
        (r"(?<![$£€\d.,])(\d[\d,]*(?:\.\d+)?) ?([$£€])(?![\d.])", r"\2\1"),
        (r"[()\[\]{}]+", ", "),
        (r"&", " and "),
        (r"@", " at "),
        (r"\+", " plus "),
    ]
)
_AFTER_RULES = _compiled(
    [
        (_GUARD, ""),
        (r"(?<=\d):(?=\d)|(?<=\d)-(?=\d)", " to "),
        (r"(?<![\w.,%-])-(?=[$£€]?\.?\d)", "minus "),
    ]
)
_AFTER_NUMBERS = _compiled(
    [
        (r"\bDr\b", "Doctor"),
        (r"\bMrs\b", "Missus"),
        (r"\bMr\b", "Mister"),
        (r"%", " percent "),
        (r"/", " slash "),
        (r"[–—]+|--+|(?<= )-+(?= )", " — "),
        (r"[^\w\s.,?!;:—\"'-]|_", " "),
        (r"(?<!\w)'+(?!\w)|(?<!\w)-+|-+(?!\w)", " "),
        (r"\s+", " "),
        (r"[?!](?: ?[?!])+", _emphasis),
        (r"\.{4,}", "..."),
        (r"(?<!\.)\.\.(?!\.)", "."),
        (r" (?=[.,?!;:])", ""),
        (r"([,;:—])(?: ?[,;:—])+", r"\1"),
        (r"[,;:—] ?(?=[.?!])|(?<=[?!])[,;:]", ""),
        (r",(?=\w)", ", "),
        (r"^[\s.,?!;:—-]+", ""),
        (r"[\s,;:—]+$", ""),
    ]
)


def normalize_english(text: str) -> str:
    """Cleaned English text as words and prosodic punctuation, without digits or symbols."""
    for _ in range(_MAX_PASSES):  # the next pass reads what this one set free: "3St. Ives"
        before, text = text, _pass(text)
        if text == before:
            break
    return text


def _pass(text: str) -> str:
    text = _substitute(_BEFORE, text.translate(_SPEAKABLE))
    text = _substitute(_AFTER_RULES, hibari_normalize(text))
    return _substitute(_AFTER_NUMBERS, spell_numbers(text)).strip()


def _substitute(rules: list[tuple[re.Pattern[str], str | Callable]], text: str) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


class _Speakable(dict[int, str]):
    """A `str.translate` table that fills itself: what no rule below can speak becomes a space."""

    def __missing__(self, code: int) -> str:
        self[code] = _speakable(chr(code))
        return self[code]


_SPEAKABLE = _Speakable()


def _speakable(char: str) -> str:
    category = unicodedata.category(char)
    folded = unicodedata.normalize("NFKC", char).replace("⁄", "/")
    if char in _UNIFIED:
        return _UNIFIED[char]
    if "/" in folded and category == "No":  # one third; the space keeps 2 1/3 apart
        return f" {folded}"
    if char in SYMBOLS:
        return char
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "No":
        return folded if folded.isascii() and folded.isalnum() else " "
    if category == "Lm" and folded == char:  # stress and tone marks; the small letters fold
        return " "
    if category[0] in "LP" or category == "Sc" or char in " +":
        return folded
    return "" if category[0] == "M" else " "
