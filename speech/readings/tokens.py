"""Every way in which a written text may be said, token by token.

Readings rest on what is written. What a frontend made of the text is asked only where a token is
neither a word nor a form that a rule knows: a frontend that reads "1/2" as "one slash two", or
leaves out the "to" of "5:30-6:30", cannot vouch for itself. Digits stay digits: the normaliser by
which readings are compared knows numbers.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, product

_SPOKEN_SIGNS = re.compile(r"[+#@&%=$]")

MAX_READINGS = 32
"""of one token; those of a range are the pairs of its ends'"""


@dataclass(frozen=True)
class Token:
    """A stretch of the text and its readings, the likeliest first."""

    text: str
    readings: tuple[str, ...]
    known: bool = True
    """False for what a frontend may know better"""


@dataclass(frozen=True)
class Rule:
    """`read` gives the readings of what `pattern` matches; none where it is something else."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Sequence[str]]
    known: bool = True


def said(*templates: str) -> Callable[[re.Match[str]], list[str]]:
    """Readings that are the match's groups in other words: r"\\1 minus \\2"."""
    return lambda match: [match.expand(template) for template in templates]


def looked_up(table: Mapping[str, str]) -> Callable[[re.Match[str]], list[str]]:
    """Readings from a table by the match, or by its first group."""
    return lambda match: table[match[match.re.groups and 1].strip().lower()].split("|")


def read_tokens(
    text: str, rules: Iterable[Rule], plain: Callable[[str], Iterator[Token]]
) -> list[Token]:
    """The text in order; an earlier rule takes precedence, and `plain` reads what none matches."""
    claims: list[tuple[int, int, Token]] = []
    for rule in rules:
        for match in rule.pattern.finditer(text):
            begin, end = match.span()
            if begin == end or any(begin < b and a < end for a, b, _ in claims):
                continue
            if readings := tuple(dict.fromkeys(rule.read(match)))[:MAX_READINGS]:
                claims.append((begin, end, Token(match.group(), readings, rule.known)))
    found, start = [], 0
    for begin, end, token in sorted(claims, key=lambda claim: claim[0]):
        found += [*plain(text[start:begin]), token]
        start = end
    return [*found, *plain(text[start:])]


def with_frontend(
    tokens: list[Token], spoken: Sequence[str], between: str, form: Callable[[str], str]
) -> list[Token]:
    """Where `spoken`, the units of a frontend's reading, differs at unknown tokens, it is one more.

    Known tokens among them must still be in it, by `form`, which gives spellings of one word alike.
    """
    ours, theirs = [_token_key(token) for token in tokens], [key(unit) for unit in spoken]
    merged: list[Token] = []
    for kind, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        block, reading = tokens[i:j], between.join(spoken[k:m])
        is_new = kind != "equal" and any(not token.known for token in block)
        if is_new and _holds(form(reading), [t for t in block if t.known], between, form):
            own = [] if _says_less(block, reading, form) else joined_readings(block, between)
            text = between.join(token.text for token in block)
            merged.append(Token(text, (reading, *own), False))
        else:
            merged += block
    return merged


def _says_less(block: Sequence[Token], reading: str, form: Callable[[str], str]) -> bool:
    """Whether one token stands for itself only because `form` drops its signs: "C++" is not "C"."""
    written = block[0].text
    if len(block) > 1 or not _SPOKEN_SIGNS.search(written) or not key(written):
        return False
    return len(form(written).split()) < len(form(reading).split())


def _holds(reading: str, known: Iterable[Token], between: str, form: Callable[[str], str]) -> bool:
    padded = f"{between}{reading}{between}"
    return all(
        any(f"{between}{form(own)}{between}" in padded for own in token.readings)
        for token in known
        if form(token.text)
    )


def _token_key(token: Token) -> str:
    """Of an unknown token its signs count: "C++" is not "C", "U.K." not "UK"."""
    has_signs = not token.known and re.search(r"[^\w\s.,'-]|\w\.\w", token.text)
    return token.text if has_signs else key(token.text)


def joined_readings(tokens: Iterable[Token], between: str) -> list[str]:
    """Readings of neighbours as those of one token."""
    choices = product(*(token.readings for token in tokens))
    return [between.join(choice) for choice in islice(choices, MAX_READINGS)]


def key(unit: str) -> str:
    """What two spellings of a word share."""
    return re.sub(r"\W", "", unit).lower()
