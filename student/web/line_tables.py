"""Tables of what Python does to lines before it reads words: markup, line ends, wrong encodings."""

import html
import re
from html.entities import html5
from typing import Any

from ftfy.badness import BADNESS_RE

from speech.text.line_ends import BEGINNING, BROKEN
from speech.text.markup import RULES
from speech.text.mojibake import LOST
from speech.text.rules import Replacement
from student.phrases import MARK
from student.web.patterns import javascript

_LATIN = 0x100
"""the last of the characters whose numbers HTML reads as those of Windows"""


def line_tables() -> dict[str, Any]:
    """By name, as `student.web.tables` describes them."""
    references = {code: html.unescape(f"&#{code};") for code in range(_LATIN)}
    patterns = {"mark": MARK, "broken": BROKEN, "beginning": BEGINNING}
    return {
        "markup": [[*javascript(pattern), _said(by)] for pattern, by in RULES],
        "entities": html5,
        "references": {code: said for code, said in references.items() if said != chr(code)},
        "lines": {name: javascript(pattern)[0] for name, pattern in patterns.items()},
        "damaged": [javascript(pattern)[0] for pattern in (BADNESS_RE, LOST)],
    }


def _said(replacement: Replacement) -> str:
    """As JavaScript writes it; a function by its name."""
    if callable(replacement):
        return replacement.__name__
    return re.sub(r"\\(\d)", r"$\1", replacement.replace("$", "$$"))
