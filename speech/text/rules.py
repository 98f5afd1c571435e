"""Rules of a normaliser: patterns and what stands for what they match, one after the other."""

import re
from collections.abc import Callable, Iterable

Replacement = str | Callable[[re.Match[str]], str]
Rule = tuple[str, Replacement]
Rules = list[tuple[re.Pattern[str], Replacement]]


def compiled(rules: Iterable[Rule]) -> Rules:
    return [(re.compile(pattern), replacement) for pattern, replacement in rules]


def substitute(rules: Rules, text: str) -> str:
    """The text after every rule, in order."""
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text
