"""What the rules of Chinese share: how they are kept and applied, and shapes of numbers."""

import re
from collections.abc import Callable, Iterable

Replacement = str | Callable[[re.Match[str]], str]
Rule = tuple[str, Replacement]
Rules = list[tuple[re.Pattern[str], Replacement]]

AMOUNT = r"\d[\d,]*(?:\.\d+)?"
DASH = r" ?(?:[-–—~～〜至]|--) ?"
END = r"(?![A-Za-z])"
"""no Latin word goes on"""


def compiled(rules: Iterable[Rule]) -> Rules:
    return [(re.compile(pattern), replacement) for pattern, replacement in rules]


def substitute(rules: Rules, text: str) -> str:
    """The text after every rule, in order."""
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text
