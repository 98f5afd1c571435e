"""Texts made of pieces, ordinary and hostile, for two readers that are to agree."""

import random

_WORDS = (
    "a so it was old house river Tom Mary said I am A in of exam ple well known pre fix non re entry "
    "twenty one mother law ma may art no Yahoo Yum The Then But café naïve don't rock'n'roll O'Brien "
    "cats' wasn't ill-starred self-aware up to and or ii iv e. p. html Plan Chapter Mill"
)
WORDS = _WORDS.split()
SIGNS = [
    *".....!?,;:",
    "...",
    "…",
    "?!",
    "..",
    "--",
    " — ",
    " - ",
    "-",
    "‐",
    "\u00ad",
    *"'\"“”‘’«»„()[]‹›‚`。",
]
SIGNS += ["''", "``", " . ", " ! ", " ? ", ". . .", ". A.", "I.", ")."]
MARKS = [
    "- ",
    "* ",
    "+ ",
    "> ",
    "> > ",
    ">",
    "# ",
    "## ",
    "=== ",
    "==",
    "**",
    "*",
    "_",
    "~~",
    "---",
]
MARKS += [
    "* * *",
    "***",
    "1. ",
    "2. ",
    "(a) ",
    "a) ",
    "• ",
    "<b>",
    "</b>",
    "<br>",
    "&amp;",
    "&nbsp;",
]
MARKS += ["&quot;", "&#39;", "<!-- x", "-->", "[1]", "[laughs]", "`", "```", "[a](b)", "\\*"]
ENDS = ["\n", "\n", "\n", "\r\n", "\n\n", "\r", "\u2028", "\u2029", "\v", "\f", "\x1c", "\t", "  "]
ENDS += ["\n  ", "\n\n\n", " \n", "-\n", "- \n"]


def made_up(drawn: random.Random) -> str:
    """Of words, signs, marks and line ends; in every other, hardly any of what is not read."""
    weights = drawn.choice([(6, 2, 1, 2), (10, 1, 0.05, 1)])
    return _joined(drawn, weights, drawn.choice([5, 14, 40]))


def texts_of_pieces(drawn: random.Random, count: int) -> list[str]:
    """Each one line, with something in it."""
    made = (_joined(drawn, (6, 4, 0, 0), drawn.choice([8, 14, 40])).strip() for _ in range(count))
    return [text for text in made if text]


def _joined(drawn: random.Random, weights: tuple[float, ...], most: int) -> str:
    said = ""
    for _ in range(drawn.randint(1, most)):
        [pieces] = drawn.choices([WORDS, SIGNS, MARKS, ENDS], weights)
        has_space = drawn.random() < {id(WORDS): 0.75, id(SIGNS): 0.5}.get(id(pieces), 0)
        said += drawn.choice(pieces) + " " * has_space
    return said
