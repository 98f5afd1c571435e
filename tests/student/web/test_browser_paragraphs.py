"""Lines, markup and sentences in the browser: what Python makes of the same texts."""

import random
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import sentencex

from speech.errors import Refused
from speech.text.markup import strip_markup
from student.phrases import paragraphs, phrases
from tests.speech.text.test_markup import MARKED, TEXT
from tests.student.web.node import needs_node, run
from tests.student.web.texts import made_up, texts_of_pieces

pytestmark = needs_node

SENTENCES = Path("eval/testset/english.txt").read_text("utf-8").splitlines()
FOLDER = """
import { gunzipSync } from "node:zlib";
import { Phonemizer } from "./phonemes.js";
import { Markup } from "./markup.js";
const tables = JSON.parse(gunzipSync(fs.readFileSync("frontend.json.gz")));
const markup = new Markup(tables);
const phonemizer = new Phonemizer(tables, async () => null);
"""
STRIPPED = f"{FOLDER} said = given.map((text) => markup.strip(text));"
CUT = f"{FOLDER} said = given.map((text) => phonemizer.sentences.cut(text));"
PARAGRAPHS = f"""{FOLDER}
const isDamaged = (text) => phonemizer.tidier.damage(text) !== null;
said = given.map((text) => (isDamaged(text) ? null : phonemizer.paragraphs.of(text)));
"""

LINES = [
    "",
    " ",
    "\n",
    "\t\n \u00a0\n\u3000",
    "One.\r\n\r\nTwo.\r\n",
    "One\rtwo.\rThree.",
    "One.\u2028Two\u2029three\v four\fFive.\x1cSix\x1eseven.",
    "One.\n \t\n\n\nTwo.",
    "\tIndented by a tab,\n\tand so is this.\n\tAnd this.",
    "One sentence.\nAnother one.\nand no other.",
    'He said "No."\nShe left.\n"Yes."\nhe said. (It was so.)\nShe left.',
    "‘Well.’\nHe left.\n«Well.»\nHe left.\n“Well.”\nhe said.",
    "It's the boys'.\nTheirs.\n'Tis late.'\nWe left. 'Late?'\nNo.",
    'A quote " alone. And so.\nThe end.\n" Then "\nShe left.',
    "(a) The first one. And more.\nThe next (one. Or two)\nis here.",
    "A heading\n\nText.",
    "Broken at some\ncolumn of a page.\n",
    "I wonder…\nHe left.\nI wonder...\nwhy he left. Really?!\nyes! ...\nI do. . . .\nNo.",
    "I saw an exam-\nple of soft\u00ad\nware and of twenty\u2010\none others.",
    "A long-\nterm pre-\nor post-war plan, self-\naware, re-\nentry, mother-in-\nlaw, rock-\n'n'.",
    "Some prob-\nlems of the catego-\nries -\nthat is, of ill-\n  starred ones—\nwere told.",
    "So did I.\nTom came. And A.\nThen we left with Yahoo.\nInc was there, and my ma.\nTroy fell.",
    "In my ma.\nTroy fell. Is he in?\nNo. I may.\nMay I?",
    "> quote one\n> quote two\n>\n> another\nmine",
    "He wrote\n> > this\n> > and that\n>no quote\nmine.",
    "* milk\n* eggs\n+ bread\n - no\n    * deeper",
    "To buy:\n- milk\n  and eggs\n- bread",
    "It was late\n- well, very\nlate.",
    "- One alone\nand so.",
    "• One\n• two\n◦ three. And four.\nFive.",
    "# A heading\nand text\n## Another\nand more\n#no heading",
    "== Of a wiki ==\nText.\nA heading\n=========\nText\n---\nMore",
    "One\n* * *\nTwo\n- - -\nThree\n***\n___\nFour",
    "One.\n<!-- not\n\nsaid. -->\nTwo.\n<b>Three\nfour</b>.<br>\nFive.",
    "Tom &amp; Mary &quot;were&quot; there&#46;\nThey&#8217;re gone&hellip;\nSo &notit; is it.",
    "**Bold\nand** *so*, _under_ and __twice__\n~~gone~~ `code`, [a link](https://x.org).\nEnd.",
    "Two roads diverged in a yellow wood,\nAnd sorry I could not travel both\nAnd be one traveler,",
    "Dear all,\n\nwe meet on\nMonday.\n\n-- \nTom",
    "On Monday Mary wrote:\n> Where is\n> that?\n> > There.\n\nNow it is here.",
    "They laughed [laughs] and left.[a]\nHe said: {{quote}}\nYes.",
    "It was Ä.\nÉmile came.\nélan too. Ǆ.\nǅ.",
    "Ç'est la vie.\nNo: l\u2019\u00e9t\u00e9!\nThe na\u00efve fianc\u00e9e.",
    "A \u200bhidden\u200d\nword.\ufeff\nAn\u00ad\nother.",
    "or ` .\nMary left art``am\nand ` .\nMary.",
    "x ‹- '' or\n- so. ' Well ' he said. ' No ' .\nYes",
]
"""of mails, lists, verses, headings and what else is not one line"""

ALONE = ["or ` .Mary left art``am. So", "' Well. Go ' he said. ' No ' . Yes", "He ' left . ' So '"]
"""quotes that pair with none, or with another one"""


@pytest.fixture(scope="module")
def wrapped() -> list[str]:
    """The test set, broken over lines as mails and pages do it."""
    drawn = random.Random(0)
    texts = []
    for begin in range(0, len(SENTENCES), 3):
        text = " ".join(SENTENCES[begin : begin + 3])
        lines = textwrap.wrap(text, drawn.choice([30, 40, 72]), break_on_hyphens=True)
        mark, end = drawn.choice(["", "", "> ", "    "]), drawn.choice(["\n", "\r\n", " \n"])
        texts.append(end.join(mark + line for line in lines))
    return texts


@pytest.fixture(scope="module")
def fuzz() -> list[str]:
    return [made_up(random.Random(seed)) for seed in range(400)]


def apart(
    texts: Sequence[str], theirs: Sequence[Any], ours: Callable[[str], Any]
) -> list[tuple[Any, ...]]:
    """(text, in the browser, in Python) where they differ; None is a text that is not read."""
    pairs = zip(texts, theirs, strict=True)
    return [(t, said, ours(t)) for t, said in pairs if said is not None and said != ours(t)]


def test_markup_goes_as_in_python(folder: Path, tables: Any, fuzz: list[str]) -> None:
    texts = [*LINES, *fuzz, *(text for text, _ in MARKED), *TEXT]
    assert apart(texts, run(folder, STRIPPED, texts), strip_markup) == []


def test_paragraphs_are_those_of_python(
    folder: Path, tables: Any, fuzz: list[str], wrapped: list[str]
) -> None:
    texts = [*LINES, *wrapped, *fuzz]
    theirs = run(folder, PARAGRAPHS, texts)
    assert apart(texts, theirs, paragraphs) == []
    assert theirs.count(None) < 20


def test_sentences_end_where_python_says(folder: Path, tables: Any) -> None:
    texts = [*ALONE, *texts_of_pieces(random.Random(3), 800)]
    ours = lambda text: sentencex.segment("en", text)  # noqa: E731
    assert apart(texts, run(folder, CUT, texts), ours) == []
    assert sum(len(ours(text)) > 1 for text in texts) > 150


def python(text: str) -> list[dict[str, Any]] | None:
    try:
        return [phrase._asdict() for phrase in phrases(text, "en")]
    except Refused:
        return None


def test_texts_of_lines_are_said_as_in_python(in_node, wrapped, fuzz) -> None:
    texts = [*LINES, *wrapped, *fuzz[:100]]
    said = [answer if isinstance(answer, list) else None for answer in in_node(texts)]
    assert apart(texts, said, python) == []
    assert sum(answer is not None for answer in said) > len(texts) / 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("She says Ã©tÃ© is over.", "Ã©"),
        ("It\u00e2\u20ac\u2122s late.\nSo it is.", "\u00e2"),
        ("A\x85 sign.", "is not read"),
        ("In Chapter I we met.", '"Chapter I"'),
        ("See page iv.", '"page iv"'),
        ("They live in Mill Rd now.", "Rd"),
        ("[Aa](/kˈOk/) is known.", "[Aa]"),
    ],
)
def test_what_only_python_reads_is_told(in_node, text: str, told: str) -> None:
    [said] = in_node([text])
    assert told in said
    assert said.endswith(
        "is not read in the browser: write numbers, signs and abbreviations out as words"
    )


@pytest.mark.parametrize(
    "text",
    [
        "So did I. Then we left.",
        "Hepatitis A is known, and so is vitamin A.",
        "A Plan of A, in A minor. The A.",
        "It is html, hm, and psst, and pst.",
        "At p. And e. So it is.",
        "So it-is-a-very-long-and-wound-up-chain-of-words-that-goes-on here.",
        "a-a-a-a-a-a-a-a-a-a-a-a aAaAaAaAaAaAaAaAaAaAaA",
    ],
)
def test_letters_and_runs_are_said_as_in_python(in_node, text: str) -> None:
    assert in_node([text]) == [python(text)]
