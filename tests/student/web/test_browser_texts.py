"""Characters in the browser: what the Python normaliser makes of them, by its own tables."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from speech.errors import Refused
from speech.text.normalize import check_speakable, normalize
from student.phrases import phrases
from tests.student.web.node import needs_node, run

pytestmark = needs_node

ASSIGNED = [
    chr(code)
    for code in (*range(0x20, 0x20000), *range(0xE0000, 0xE01F0))
    if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
]
QUOTES = "'\"`´′″‘’‚‛“”„‟‹›«»ʻʼ"
INVISIBLE = [c for c in ASSIGNED if unicodedata.category(c) == "Cf"] + ["\x00", "\x07", "\x7f"]
SPACES = [c for c in ASSIGNED if c.isspace() and c != "\x85"]  # a sign of damage
DASHES = [c for c in ASSIGNED if unicodedata.category(c) == "Pd" and c != "\N{WAVE DASH}"]  # a word
MARKS = ["\ufe0f", *[c for c in ASSIGNED if unicodedata.category(c) in ("Mn", "Me")][::40]]
EMOJI = ["😀", "❤️", "👩‍👩‍👧", "🏳️‍🌈", "•", "™", "→"]
SENTENCES = [
    "well{}known and mild",
    "well {} done",
    "well {}done{} so",
    "so{} he said{}",
    "{}so it is",
]
TIDIED = """
import { gunzipSync } from "node:zlib";
import { Markup } from "./markup.js";
import { Tidier } from "./text.js";
import { unreadable } from "./phonemes.js";
const tables = JSON.parse(gunzipSync(fs.readFileSync("frontend.json.gz")));
const tidier = new Tidier(tables, new Markup(tables));
const sign = (text) => [text, unreadable(text, tables.abbreviations)];
said = given.map((text) => sign(tidier.tidied(tidier.cleaned(text))));
"""


@pytest.fixture(scope="module")
def tidied(folder: Path, tables: dict[str, Any]) -> Any:
    """[text as it is tidied, the first sign that is not read or None] of each text."""
    return lambda texts: run(folder, TIDIED, texts)


def speakable(text: str) -> str | None:
    """As Python says it, None where it refuses."""
    try:
        said = normalize(text, "en")
        check_speakable(said, "en")
    except Refused:
        return None
    return said


@pytest.mark.parametrize(
    "characters",
    [INVISIBLE, SPACES, DASHES, [*QUOTES], MARKS],
    ids=["invisible", "spaces", "dashes", "quotes", "marks"],
)
def test_what_python_drops_or_unifies_the_browser_does(
    tidied: Any, characters: Sequence[str]
) -> None:
    texts = [sentence.replace("{}", c) for c in characters for sentence in SENTENCES]
    theirs = dict(zip(texts, tidied(texts), strict=True))
    wrong = {t: (said, speakable(t)) for t, said in theirs.items() if said != [speakable(t), None]}
    assert wrong == {}
    assert len(texts) > 5 * 15


def test_any_character_is_read_as_in_python_or_refused(tidied: Any) -> None:
    """Never otherwise, but for capitals: what has no vowel is spelled without them."""
    folded = [c for c in ASSIGNED if unicodedata.normalize("NFKC", c).isascii() and c > "\x7f"]
    texts = [f"well {c} done" for c in [*ASSIGNED[::23], *folded[::5], *"Ⅷⅷﬁ\ufffdℲⅎↃ"]]
    read = {t: said for t, (said, sign) in zip(texts, tidied(texts), strict=True) if sign is None}
    python = {t: speakable(t) for t in read}
    wrong = {
        t: (said, python[t]) for t, said in read.items() if said.lower() != f"{python[t]}".lower()
    }
    assert wrong == {}
    assert len(read) > len(texts) / 10
    assert "well Ⅷ done" not in read


def test_an_emoji_and_a_soft_hyphen_refuse_no_paragraph(in_node) -> None:
    texts = [f"Well {c} done, he said.\n\nAn{c}other line." for c in (*EMOJI, "\u00ad", "\u200b")]
    texts += ["The line Paris\N{EN DASH}London is long.", "A non\u2011breaking one."]
    texts += ["One.\n\ufeff\nTwo.", "One.\n\x1c\n\u00a0\u3000\ntwo"]
    read = dict(zip(texts, in_node(texts), strict=True))
    assert {t: said for t, said in read.items() if "→" not in t} == {
        text: [phrase._asdict() for phrase in phrases(text, "en")]
        for text in texts
        if "→" not in text
    }
    assert "is not read" in next(said for text, said in read.items() if "→" in text)


def test_an_endless_word_is_refused_as_in_python(in_node) -> None:
    text = f"So it goes, {'ha' * 150} and on."
    with pytest.raises(Refused) as refused:
        list(phrases(text, "en"))
    assert in_node([text]) == [str(refused.value)]
    assert isinstance(in_node([f"So it goes, {'ha' * 80}."])[0], list)
