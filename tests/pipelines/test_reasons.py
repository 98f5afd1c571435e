"""Every reason that the code can write is a member of an enum, and stands in the docs."""

import ast
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from speech.reasons import Reason
from teacher.voice_checks import VoiceReason

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "rejections.md"
FILES = [
    path for part in ("speech", "teacher", "pipelines") for path in (ROOT / part).rglob("*.py")
]
NO_ROWS = {"malformed", "duration"}
"""a word of a lexicon; a clip of a bootstrap corpus that is left out"""


def reasons_in(path: Path) -> Iterator[ast.expr]:
    """What is passed on as a reason: the first argument of Refused, and any argument of that name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            named = getattr(node.func, "id", getattr(node.func, "attr", ""))
            yield from node.args[:1] if named == "Refused" else ()
            yield from node.args[1:2] if named in ("rejected", "rejection") else ()
            yield from (word.value for word in node.keywords if word.arg == "reason")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_reason_is_a_member(path: Path) -> None:
    for found in reasons_in(path):
        if isinstance(found, ast.Constant) and isinstance(found.value, str):
            assert found.value in {*Reason, *VoiceReason} | NO_ROWS, path


def test_every_member_is_used() -> None:
    code = "\n".join(path.read_text() for path in FILES)
    assert {reason.name for reason in Reason} <= set(re.findall(r"\bReason\.([A-Z_]+)", code))


def test_the_docs_have_each_with_its_meaning() -> None:
    rows = [
        line.split(" | ", 1) for line in DOCS.read_text().splitlines() if line.startswith("| `")
    ]
    assert {name.strip("| `"): said.strip(" |") for name, said in rows} == {
        str(reason): reason.meaning for reason in Reason
    }


@pytest.mark.parametrize("reason", [Reason.TOO_LONG, VoiceReason.TOO_LONG])
def test_a_reason_is_its_name_wherever_it_goes(reason: Reason | VoiceReason) -> None:
    assert f"{reason}" == str(reason) == reason == "too_long"
    assert json.dumps({reason: reason}) == '{"too_long": "too_long"}'
    assert pickle.loads(pickle.dumps(reason)) is reason
    assert {"too_long": 1}[reason] == 1
