"""Characters as signs that the rules know, mathematical signs as words, and the last clean-up."""

import re
import unicodedata

from speech.text.english.superscripts import read_superscripts
from speech.text.rules import compiled, substitute

_UNIFIED = {
    **dict.fromkeys("’‘‛ʼʻ`´′", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑−", "-"),
    **dict.fromkeys("∼〜", "~"),
    **dict(zip("⁄，。、！？：；", "/,.,!?:;", strict=True)),
    "…": "...",
    "№": "number ",
    "º": "°",
    "µ": "μ",
    "Ω": "Ω",
    "∕": "/",
    "⋅": "×",
}
_WORDS = {
    "≥": "greater than or equal to",
    "≤": "less than or equal to",
    "⩾": "greater than or equal to",
    "⩽": "less than or equal to",
    "±": "plus or minus",
    "∓": "minus or plus",
    "√": "square root of",
    "∛": "cube root of",
    "∞": "infinity",
    "‰": "per mille",
    "≈": "approximately",
    "≅": "approximately",
    "≃": "approximately",
    "≠": "not equal to",
    "≡": "identical to",
    "≪": "much less than",
    "≫": "much greater than",
    "→": "to",
    "⇒": "implies",
    "↔": "to",
    "×": "times",
    "÷": "divided by",
    "∑": "sum of",
    "∏": "product of",
    "∫": "integral of",
    "∂": "partial",
    "∇": "nabla",
    "∆": "delta",
    "∈": "in",
    "∉": "not in",
    "∪": "union",
    "∩": "intersection",
    "⊂": "subset of",
    "⊆": "subset of or equal to",
    "∅": "empty set",
    "∀": "for all",
    "∃": "there exists",
    "¬": "not",
    "∧": "and",
    "∨": "or",
    "⇔": "if and only if",
    "∠": "angle",
    "⊥": "perpendicular to",
    "∥": "parallel to",
    "↑": "up",
    "↓": "down",
    "∝": "proportional to",
    "∴": "therefore",
    "°": "degrees",
    "¢": "cents",
    "§": "section",
    "¶": "paragraph",
    "©": "copyright",
    "♭": "flat",
    "♯": "sharp",
    "♮": "natural",
    "²": "squared",
    "³": "cubed",
    "|": ",",
}
_COMPARED = {"=": "equals", "<": "less than", ">": "greater than", "~": "about"}
_CURRENCIES = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen", "₹": "rupee", "₩": "won"}
_GREEK = {
    letter: name
    for names, first in (
        (
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
            "sigma sigma tau upsilon phi chi psi omega",
            "α",
        ),
    )
    for offset, name in enumerate(names.split())
    for letter in (chr(ord(first) + offset), chr(ord(first) + offset).upper())
}


def unify(text: str) -> str:
    """One character for each sign that has several; what no rule can speak becomes a space."""
    text = read_superscripts(_STARS.sub(" star", text.replace("``", '"')))
    return " ".join(_BEFORE_NUMBER.sub(_compared, text.translate(_SPEAKABLE)).split())


def read_signs(text: str) -> str:
    """Signs between and before numbers and words as words."""
    return substitute(_SIGNS, text)


def tidy(text: str) -> str:
    """Words and prosodic punctuation alone: no sign, no doubled or dangling mark."""
    return substitute(_TIDY, text).strip()


def _word(match: re.Match[str]) -> str:
    return f" {_WORDS[match.group()]} "


def _compared(match: re.Match[str]) -> str:
    return f" {_COMPARED[match[1]]} "


def _currency(match: re.Match[str]) -> str:
    return f" {_CURRENCIES[match.group()]} "


def _two_names(match: re.Match[str]) -> str:
    """AT&T by its letters, M&Ms too."""
    ending = "'s" if match[3] else ""
    return f"{' '.join(match[1])} and {' '.join(match[2])}{ending}"


def _greek(match: re.Match[str]) -> str:
    return f" {_GREEK[match.group()]} "


def _emphasis(match: re.Match[str]) -> str:
    return "?" if "?" in match.group() else "!"


_STARS = re.compile(r"(?<=\d) ?[★⭐☆](?![★⭐☆])")
"""of a hotel: 5★"""
_BEFORE_NUMBER = re.compile(r"(?<![^\s(\[])([<>~]) ?(?=[$£€¥.]?\d)")


class _Speakable(dict[int, str]):
    """A `str.translate` table that fills itself: what no rule can speak becomes a space."""

    def __missing__(self, code: int) -> str:
        self[code] = unified_char(chr(code))
        return self[code]


_SPEAKABLE = _Speakable()


def unified_char(char: str) -> str:
    """What `unify` makes of one character."""
    category = unicodedata.category(char)
    folded = unicodedata.normalize("NFKC", char).replace("⁄", "/")
    if char in _UNIFIED:
        return _UNIFIED[char]
    if char in _WORDS or char in _COMPARED or char in "°^*#\\":
        return char
    if "/" in folded and category == "No":  # one third; the space keeps 2 1/3 apart
        return f" {folded}"
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "No":
        return folded if folded.isascii() and folded.isalnum() else " "
    if category == "Lm" and folded == char:  # stress and tone marks; the small letters fold
        return " "
    if category[0] in "LP" or category == "Sc" or char in " +":
        return folded
    return "" if category[0] == "M" else " "


_SIGNS = compiled(
    [
        (r"(?<=[\w)]) ?==+ ?(?=[\w(])", " equals "),
        (r">=|=>", " greater than or equal to "),
        (r"<=", " less than or equal to "),
        (r"!=", " not equal to "),
        (r"(?<!\w)\+/-(?=\W|\d)", " plus or minus "),
        (r"->|-->", " to "),
        (r"(?<=\w)\*\*(?=\d)", " to the power of "),
        (r"&{2,}", " and "),
        (r"[=~^*_#<>]{2,}", " "),
        (r"(?<=[\dA-Za-z)]) ?\^ ?2(?!\w|[.,]\d)", " squared"),
        (r"(?<=[\dA-Za-z)]) ?\^ ?3(?!\w|[.,]\d)", " cubed"),
        (r"(?<=[\w)]) ?\^ ?(?=[\w(-])", " to the power of "),
        (r"(?<=[\d)]) ?\* ?(?=[\d(])", " times "),
        (r"(?<=[\d²³)]) - (?=[\d(])|(?<=\b[a-z]) [-−] (?=[\da-z]\b[^.!?]{0,20}=)", " minus "),
        (
            r"(?<=[\w)\]%°] )([=<>~]) ?(?=[\w(√-]|\.\d)|(?<=[\w)\]%°])([=<>~]) ?(?=[\w(√-]|\.\d)",
            lambda m: _compared_any(m),
        ),
        (r"\b([A-GJ])#(?!\w)", r"\1 sharp"),
        (r"(?<![\w/])([A-Z]{2,5}|I(?=/O)|A(?=/B)|P(?=/E)|Y(?=/N))/([A-Z]{1,5})(?![\w/])", r"\1 \2"),
        (r"§§ ?", " sections "),
        (r"(?<![\w/])[fF]/(?=\d)", "F "),
        (r"(?<!\w)# ?(?=\d)", "number "),
        (r"(?<=\w)#|#(?=\w)", " hash "),
        (f"[{re.escape(''.join(_WORDS))}]", _word),
        (r"(?<![^\W\d_])[\u0391-\u03a9\u03b1-\u03c9](?![^\W\d_]{2}|[\u0370-\u03ff])", _greek),
        (r"(?<![\w.])\.(?=\d)", "0."),
        (r"[()\[\]{}]+", ", "),
        (r"\b([A-Z]{1,3})&([A-Z]{1,3})(s?)\b", _two_names),
        (r"&", " and "),
        (r"@", " at "),
        (r"\+", " plus "),
        (r"[$£€¥₹₩]", _currency),
        (r"(?<=\d):(?=\d)", " to "),
        (r"(?<=\d)-(?=\d)", " "),
    ]
)


def _compared_any(match: re.Match[str]) -> str:
    return f" {_COMPARED[match[1] or match[2]]} "


_TIDY = compiled(
    [
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
