"""A file read in spans, by many, is the file read whole, by one: same lines, sources and places."""

import codecs
import gzip
import io
import random
from pathlib import Path
from typing import Any

import pytest
from configs import corpus_config
from span_checks import TRIES, check_spans, numbered, shown, whole_of

from pipelines.corpus import CorpusPart, count_lines, count_part, expand, read_lines, spans
from pipelines.corpus.spans import FETCH_BYTES, Span, is_cut_by_bytes, spans_of
from speech.storage import write_bytes

TEXT = (
    "\ufeffOne.\r\n\r\nZwölf Boxkämpfer\n\n\nlone\rreturn\r\r\nx\n今天天气很好。\n😀😀\r\n\rno end"
)
LONG = "y" * 18 + "é" * 8
TEXTS = {
    "every line end": TEXT,
    "a last line end": TEXT + "\r\n",
    "returns alone": TEXT.replace("\n", "\r"),
    "pairs alone": TEXT.replace("\r", "").replace("\n", "\r\n"),
    "over-long lines": f"a\n{LONG}\n{LONG * 3}\r\nb\n{LONG * 4}",
    "one line": "z" * 120,
    "blank lines": "\n\r\n\r\r\n\n",
    "a mark within": "a\n\ufeffb\n\ufeff\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("fetched", [1, 7, FETCH_BYTES])
def test_text_in_spans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, fetched: int
) -> None:
    """Cut anywhere: within a character, between \\r and \\n, twice within one line, at the end."""
    monkeypatch.setattr(spans, "FIRST_FETCH_BYTES", min(fetched, 5))
    monkeypatch.setattr(spans, "FETCH_BYTES", fetched)
    data = text.encode()
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    config = corpus_config(paths=(str(path),), max_line_chars=20)
    for cut in range(0, len(data) + 1, 1 + len(data) // 150):
        check_spans(path, config, [cut])
    dice = random.Random(len(data))
    for _ in range(TRIES):
        check_spans(path, config, [dice.randrange(len(data) + 1) for _ in range(dice.randrange(9))])
    check_spans(path, config, range(1, len(data), 2))


def test_bytes_that_are_no_text_in_spans(tmp_path: Path) -> None:
    dice = random.Random(1)
    path = tmp_path / "a.txt"
    config = corpus_config(paths=(str(path),), max_line_chars=20)
    for _ in range(TRIES):
        data = bytes(dice.choices([10, 13, 97, 0xC3, 0xA9, 0xE4, 0xFF, 0xEF, 0xBB, 0xBF], k=80))
        path.write_bytes(data)
        check_spans(path, config, [dice.randrange(81) for _ in range(4)])


ENCODINGS = [
    *("utf-8", "ascii", "latin-1", "iso8859-15", "cp1252", "cp1250", "koi8-r", "gb2312", "gbk"),
    *("gb18030", "big5", "cp950", "shift_jis", "cp932", "cp949", "euc_jp"),
]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_character_swallows_a_line_end(encoding: str) -> None:
    """Whatever two bytes stand before it, and a decoder that begins after it misses nothing."""
    assert is_cut_by_bytes(encoding)
    decoder = codecs.getincrementaldecoder(encoding)
    for end in (b"\n", b"\r"):
        for first in range(256):
            for second in (0x30, 0x41, 0x7E, 0x81, 0xA1, 0xA4, 0xD4, 0xFE):
                text = decoder("corpus.undecoded").decode(bytes((first, second)) + end + b"A", True)
                assert text.endswith(end.decode() + "A")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32-le", "cp037", "utf-7", "hz", "iso2022_jp"])
def test_other_encodings_are_not_split(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("One.\nTwo.\n".encode(encoding))
    config = corpus_config(paths=(str(path),), encoding=encoding)
    (part,) = numbered(path, config, None)
    assert (part.lines, part.span) == (2, spans.WHOLE)


@pytest.mark.parametrize(
    ("name", "data", "options"),
    [
        ("a.txt.gz", gzip.compress(b"One.\nTwo.\n", mtime=0), {}),
        ("a.json", b'["One.", "Two."]', {}),
        ("a.txt", b"One. Two.", {"unit": "sentence"}),
    ],
)
def test_what_cannot_be_split_is_one_part(
    tmp_path: Path, name: str, data: bytes, options: dict[str, str]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    config = corpus_config(paths=(str(path),), **options)
    (part,) = check_spans(path, config, None)
    assert (part.lines, part.span) == (2, spans.WHOLE)


def test_spans_follow_from_the_size_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "SPAN_BYTES", 10)
    assert list(spans_of(25)) == [Span(0, 10), Span(10, 20), Span(20, 25)]
    assert list(spans_of(10)) == [Span(0, 10)]
    assert list(spans_of(0)) == []


def test_a_limit_takes_the_first_lines_of_all_spans(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\n" + "".join(f'"Line\n{n}."\n' for n in range(30)))
    config = corpus_config(paths=(str(path),))
    for limit in (1, 7, 29, 30, 31):
        parts = numbered(path, config, range(40, 300, 40), limit)
        found = [item for part in parts for item in shown(part, config)]
        assert found == whole_of(path, config)[:limit]
        assert sum(part.lines or 0 for part in parts) == min(limit, 30)
        assert any(part.is_cut for part in parts) == (limit < 30)


class Metered(io.BytesIO):
    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        Metered.taken += len(found)
        return found


def test_a_line_over_many_spans_is_read_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its beginning alone, not the 3 MB that are left out; the spans within it are empty."""
    path = tmp_path / "a.txt"
    data = b"First.\n" + b"x" * 3_000_000 + b"\nLast.\n"
    path.write_bytes(data)
    config = corpus_config(paths=(str(path),))
    parts = check_spans(path, config, range(4, 3_000_000, 200_000))
    assert [part.lines for part in parts] == [1, 1, 1]
    monkeypatch.setattr("pipelines.corpus.decoding.open_input", lambda *_: Metered(data))
    assert sum(1 for _ in parts[1].read(config)) == 1
    assert 200_000 < Metered.taken < 400_000


def test_a_span_of_an_object_is_fetched_alone(
    gcs_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{gcs_bucket}/corpus/a.txt"
    data = b"".join(b"This is line %d.\n" % n for n in range(100_000))
    write_bytes(path, data)
    config = corpus_config(paths=(path,))
    (file,) = expand(config)
    requested = list[tuple[int, int]]()
    from google.cloud.storage import Blob

    real = Blob.download_as_bytes

    def counted(self: Blob, *args: Any, **given: Any) -> bytes:
        found = real(self, *args, **given)
        requested.append((given["start"], len(found)))
        return found

    monkeypatch.setattr(Blob, "download_as_bytes", counted)
    span = Span(300_000, 1_300_000)
    part = CorpusPart(file, 0, None, span=span)
    texts = [line.text.encode() for line in part.read(config)]
    first = data.index(texts[0] + b"\n")
    assert data[first - 1 : first] == b"\n"
    assert b"\n".join(texts) + b"\n" == data[first : first + sum(map(len, texts)) + len(texts)]
    assert min(start for start, _ in requested) == span.start - 1
    assert sum(size for _, size in requested) <= 1_000_000 + 2 * spans.FIRST_FETCH_BYTES
    assert len(requested) <= 8
    requested.clear()
    assert count_part(part, config).items == len(texts)
    assert sum(size for _, size in requested) <= 1_000_000 + 2 * spans.FIRST_FETCH_BYTES
    assert count_lines(file, config) == sum(1 for _ in read_lines(file, config)) == 100_000
