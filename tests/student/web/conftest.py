"""A folder of the page's scripts that node runs, and what they make of texts."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from speech.text.phonemes import _network
from student.web.folder import scripts
from student.web.tables import frontend_tables
from tests.student.web.node import run

PHONEMES = """
import { gunzipSync } from "node:zlib";
import { Phonemizer } from "./phonemes.js";
const tables = JSON.parse(gunzipSync(fs.readFileSync("frontend.json.gz")));
const unknown = new Set();
const phonemizer = new Phonemizer(tables, async (word) => {
  unknown.add(word);
  return given.known[word] ?? null;
});
const phrases = [];
for (const text of given.texts) {
  phrases.push(await phonemizer.phrases(text).catch((error) => error.message));
}
said = { phrases, unknown: [...unknown] };
"""
LONGEST = 24
"""letters that the network reads at once"""


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts")
    for name, data in scripts().items():
        (folder / name).write_bytes(data)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture(scope="package")
def tables(folder: Path) -> dict[str, Any]:
    """Those of the frontend, which lie in the folder too."""
    packed = frontend_tables()
    (folder / "frontend.json.gz").write_bytes(packed)
    return json.loads(gzip.decompress(packed))  # type: ignore[no-any-return]


@pytest.fixture(scope="package")
def in_node(folder: Path, tables: dict[str, Any]) -> Any:
    """Texts to phonemes, or why not; the network's words in a second run, by Python."""

    def said(texts: list[str]) -> list[list[dict[str, Any]] | str]:
        answer = run(folder, PHONEMES, {"texts": texts, "known": {}})
        known = {word: _guessed(word) for word in answer["unknown"]}
        again = run(folder, PHONEMES, {"texts": texts, "known": known}) if known else answer
        return again["phrases"]  # type: ignore[no-any-return]

    return said


def _guessed(word: str) -> str:
    parts = (word[begin : begin + LONGEST] for begin in range(0, len(word), LONGEST))
    return "".join(_network()(part) or "" for part in parts)
