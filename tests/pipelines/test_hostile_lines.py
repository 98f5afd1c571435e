"""Every hostile line has exactly the outcome written beside it, and the lines around it live."""

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from configs import corpus_config
from hostile_lines import BYTES, CSV, JSON, TEXTS, TSV, Case

from pipelines.corpus import Line, count_lines, expand, read_lines, utterance_texts
from speech.dataset.schema import Rejection, rejection_features

ENDS = (b"\n", b"\r\n", b"\r")


def outcomes(path: Path, text_column: str = "text") -> dict[int, set[str]]:
    """Line number -> "spoken" or the reasons; what comes out can be stored and holds no digit."""
    config = corpus_config(paths=(str(path),), text_column=text_column)
    (file,) = expand(config)
    found: dict[int, set[str]] = defaultdict(set)
    lines = list(read_lines(file, config))
    assert len(lines) == count_lines(file, config)
    for line in lines:
        items = list(utterance_texts(line, config, ["en"])) if isinstance(line, Line) else [line]
        assert items
        for item in items:
            number = int(item.source.rpartition(":")[2])
            if isinstance(item, Rejection):
                pa.Table.from_pylist([item.to_row()], schema=rejection_features().arrow_schema)
                found[number].add(item.reason)
            else:
                item.text.encode()
                assert item.id.isprintable()
                assert "/" not in item.id
                assert not any(char.isnumeric() for char in item.text_normalized)
                assert len(item.text_normalized) <= config.max_chars
                found[number].add("spoken")
    return dict(found)


def expected(cases: list[Case], first: int) -> dict[int, set[str]]:
    return {number: {reason} for number, (_, reason) in enumerate(cases, first)}


def as_lines(cases: list[tuple[str, str]]) -> list[Case]:
    """Without the characters that would end a line of a text file."""
    return [(text.encode(), reason) for text, reason in cases if not set(text) & {"\n", "\r"}]


def differences(
    found: dict[int, set[str]], cases: list[Case], first: int
) -> dict[bytes, tuple[set[str], str]]:
    wanted = expected(cases, first)
    assert found.keys() == wanted.keys()
    return {
        cases[number - first][0][:60]: (found[number], cases[number - first][1])
        for number in wanted
        if found[number] != wanted[number]
    }


def test_there_are_enough() -> None:
    assert len(TEXTS) + len(BYTES) + len(JSON) + len(CSV) + len(TSV) >= 160


def test_text_with_mixed_line_ends(tmp_path: Path) -> None:
    cases = as_lines(TEXTS) + BYTES
    path = tmp_path / "hostile.txt"
    ends = [ENDS[number % 3] for number in range(len(cases))]
    pairs = zip(cases, ends, strict=True)
    cases_after_cr = [  # "\r" then an empty line that ends in "\n" would be one line end
        (line, reason, b"\n" if end == b"\r" else end) for (line, reason), end in pairs
    ]
    path.write_bytes(b"".join(line + end for line, _, end in cases_after_cr))
    assert differences(outcomes(path), cases, 1) == {}


@pytest.mark.parametrize("end", ENDS)
def test_each_line_end(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "ends.txt"
    path.write_bytes(b"\xef\xbb\xbf" + end.join([b"one", b"", b"\xff", b"two"]) + end)
    assert outcomes(path) == {1: {"spoken"}, 2: {"empty"}, 3: {"invalid_encoding"}, 4: {"spoken"}}


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "hostile.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(line for line, _ in JSON) + b"\n")
    assert differences(outcomes(path), JSON, 1) == {}


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    path.write_bytes(b"\r\n".join([b"id,text", *(line for line, _ in CSV)]) + b"\r\n")
    assert differences(outcomes(path), CSV, 2) == {}


def test_tsv(tmp_path: Path) -> None:
    path = tmp_path / "hostile.tsv"
    path.write_bytes(b"\n".join([b"id\ttext", *(line for line, _ in TSV)]) + b"\n")
    assert differences(outcomes(path), TSV, 2) == {}


def test_parquet(tmp_path: Path) -> None:
    cases = [(text.encode(), reason) for text, reason in TEXTS] + BYTES
    offsets = [0]
    for text, _ in cases:
        offsets.append(offsets[-1] + len(text))
    column = pa.Array.from_buffers(  # a string column whose bytes nobody has checked
        pa.string(),
        len(cases),
        [
            None,
            pa.py_buffer(b"".join(offset.to_bytes(4, "little") for offset in offsets)),
            pa.py_buffer(b"".join(text for text, _ in cases)),
        ],
    )
    path = tmp_path / "hostile.parquet"
    pq.write_table(pa.table({"spoken": column}), path)
    assert differences(outcomes(path, "spoken"), cases, 1) == {}
