"""Words that are broken at the end of a line: "exam-" and "ple" in the next."""

import re

BROKEN = re.compile(r"(?P<word>[A-Za-z]*(?:-[A-Za-z]+)*[a-z])(?P<hyphen>[-\u2010\u00ad])\s*$")
BEGINNING = re.compile(r"\s*([a-z]+)")
_SUSPENDED = frozenset(("and", "or", "to", "nor", "but"))
"""after "pre-", which is no part of a word with them"""


def before_next(line: str, following: str) -> str:
    """An English line with what is between it and the next: a space, or nothing within a word; the
    hyphen goes where the word is written without it."""
    broken, beginning = BROKEN.search(line[-100:]), BEGINNING.match(following)
    if not broken or not beginning or beginning[1] in _SUSPENDED:
        return f"{line} "
    word = line.rstrip()[:-1]
    is_soft = broken["hyphen"] == "\u00ad"
    return f"{word}-" if not is_soft and _has_hyphen(broken["word"], beginning[1]) else word


def _has_hyphen(first: str, second: str) -> bool:
    if _is_word(f"{first}-{second}"):
        return True
    last = first.rpartition("-")[2]
    return not _is_word(last + second) and _is_word(last) and _is_word(second)


def _is_word(word: str) -> bool:
    """Of the dictionaries, which have not every plural."""
    from speech.text.dictionaries import known_words  # hibari imports scipy: 0.3 s

    forms = {form for said in (word, word.removesuffix("s")) for form in (said, said.lower())}
    return any(form in known_words() for form in forms)
