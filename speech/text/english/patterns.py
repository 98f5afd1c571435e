"""What the rules of English share: the shapes of numbers, of a token's edges and of sentence starts.

A token's edge is chosen so that a full stop, comma, quote or bracket behind a token never changes
how it is read, while the same sign inside a number ("1.5", "2/3/2020") does.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

START = r"(?<![\w.])(?<!\d[,:/'-])"
"""not inside a word or number"""
END = r"(?!\w)(?![.,:/'-]\d)"
"""neither a word nor a number goes on"""
WHOLE = r"(?:\d{1,3}(?:,\d{3}(?!\d))+|\d+)"
NUMBER = rf"{WHOLE}(?:\.\d+)?"
DASH = r"(?: ?[–—~] ?|-| - )"
MAGNITUDE = "hundred|thousand|million|billion|trillion|lakhs|lakh|crores|crore"
SENTENCE_STARTS = (
    "The|It|He|She|We|They|You|I|A|An|In|On|At|There|This|That|And|But|My|His|Her|What|When|Where|"
    "Why|How|Who|If|So|Then|No|Yes|Our|Your|Their|Its|These|Those|For|After|Before|Now|As|To|With|"
    "Not|Is|Was|Were|Are|Do|Did|Does|Can|Could|Would|Will|Let|Please|Some|Many|Most|All|However|"
    "Everyone|Nobody|Someone|Later|Next|Today|Tomorrow|Yesterday|Every|Each|Once|Since|While"
)


def alternatives(words: Iterable[str]) -> str:
    """A pattern that matches the longest of the words first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a tab-separated file beside this module, without its comments."""
    lines = files(__package__).joinpath(name).read_text("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("# "))


@cache
def words(name: str) -> frozenset[str]:
    """The words of a text file beside this module."""
    return frozenset(files(__package__).joinpath(name).read_text("utf-8").split())
