"""Python's patterns in JavaScript: they find the same."""

import re
from pathlib import Path
from typing import Any

import pytest

from student.web.patterns import javascript
from tests.student.web.node import needs_node, run

FOUND = """
const all = (pattern, text) => [...text.matchAll(pattern)].map(([found]) => found);
said = given.map(([source, flags, text]) => all(new RegExp(source, flags), text));
"""
PATTERNS = [
    (r"\w+", "naïve Łódź_9 ²Ⅷ \u0301 ẞ"),
    (r"\W+", "naïve — Łódź"),
    (r"\s", "a \u00a0\x1c\u3000\ufeff\x85b"),
    (r"\d+|\D", "12 ٣ ²"),
    (r"\bé\b|\bx", "é éa x ax"),
    (r"(?i)straße|[a-c]+", "STRAẞE straße ABC"),
    (r"(?i:ab(c)|d) E", "AbC E, abc e, D E"),
    (r"(?s)a.b|c.d", "a\nb c\nd"),
    (r"a.b", "a\nb a\rb a\u2028b"),
    (r"x$", "x x\n"),
    (r"[^\W\d_]+|[^\W_]", "a1_é²"),
    (r"[]a-]|[\w'-]+\-", "] it's- a-"),
    (r"(?P<word>a)\x41\u2010\"\'\#", "aA‐\"'#"),
]


@needs_node
def test_both_find_the_same(folder: Path) -> None:
    given = [[*javascript(re.compile(pattern)), text] for pattern, text in PATTERNS]
    ours = [[found[0] for found in re.finditer(pattern, text)] for pattern, text in PATTERNS]
    assert run(folder, FOUND, given) == ours


def test_comments_go() -> None:
    verbose = re.compile("a b # and\n [ #] \\ c", re.VERBOSE)
    assert javascript(verbose) == ("ab[ #] c", "gu")


@pytest.mark.parametrize("pattern", [r"\Aa", r"[\W]", r"(?m)^a", r"(?P=a)(?P<a>b)", r"(?a)\w"])
def test_what_javascript_has_otherwise_is_refused(pattern: str) -> None:
    flags = re.compile(pattern if "(?P=" not in pattern else "(?P<a>b)(?P=a)")
    with pytest.raises(ValueError, match="cannot be written"):
        javascript(flags)


UNKNOWN = """
import { unknownWords } from "./unknown_words.js";
class Tensor {
  constructor(type, data) { this.data = data; }
}
const asked = [];
const session = { run: async ({ chars }) => {
  asked.push(Array.from(chars.data, Number));
  return { sounds: { data: chars.data } };
} };
const tables = { letters: [..."abc"], sounds: [..."xyz"], longest: 4 };
const guess = unknownWords({ Tensor }, session, tables);
said = { heard: [], asked };
for (const word of given) said.heard.push(await guess(word));
"""


@needs_node
def test_a_long_unknown_word_is_asked_for_in_parts_of_what_is_written(folder: Path) -> None:
    said: dict[str, Any] = run(folder, UNKNOWN, ["abc", "a'b'cab", "''''", "aabbc"])
    assert said["asked"] == [[1, 2, 3], [1, 2], [3, 1, 2], [1, 1, 2, 2], [3]]
    assert said["heard"] == ["xyz", "xyzxy", "", "xyz"]
