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
const phonemizer = new Phonemizer(tables, async (word) => given.unknown[word] ?? null);
said = [];
for (const text of given.texts) {
  said.push(await phonemizer.phrases(text).catch((error) => error.message));
}
"""


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
    """Texts to phonemes, or why not."""
    known = {
        line.split("\t")[0].lower()
        for name in ("gold", "silver")
        for line in tables[name].split("\n")
    }

    def said(texts: list[str]) -> list[list[dict[str, Any]] | str]:
        words = {word.strip('.,;:!?"()') for text in texts for word in text.split()}
        unknown = {word: _network()(word) for word in words if word.lower() not in known}
        return run(folder, PHONEMES, {"texts": texts, "unknown": unknown})

    return said
