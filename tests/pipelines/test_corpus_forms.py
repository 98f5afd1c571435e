"""Corpora as people have them: other delimiters, encodings, packings, types of ids."""

import datetime
import gzip
import json
import os
import socket
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from configs import corpus_config
from pydantic import ValidationError

from pipelines.corpus import Line, expand, note_of
from speech.dataset.schema import Rejection
from speech.errors import InputError
from tests.pipelines.test_corpus import lines_of, write

# delimiters and headers

LJSPEECH = """LJ001-0001|Printing, in "the 1 sense|Printing, in "the one sense
LJ001-0002|"Two."|"Two."
LJ001-0003|Three|fields|too many
"""


def note(path: Path, **options: object) -> str:
    config = corpus_config(paths=(str(path),), **options)
    return note_of(expand(config)[0], config)


@pytest.mark.parametrize("options", [{}, {"delimiter": "|"}])
@pytest.mark.parametrize("name", ["metadata.csv", "metadata.csv.gz"])
def test_ljspeech_is_recognised(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    data = LJSPEECH.encode()
    path = write(tmp_path / name, gzip.compress(data) if name.endswith("gz") else data)
    one, two, bad = lines_of(path, **options)
    assert one == Line('Printing, in "the one sense', f"{name}:1", "LJ001-0001")
    assert two == Line('"Two."', f"{name}:2", "LJ001-0002")
    assert isinstance(bad, Rejection)
    assert bad.detail == "4 fields under 3 columns"
    assert note(path, **options).startswith(f"{name} is read without a header, as id|")


def test_columns_name_a_table_without_header(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", LJSPEECH)
    one, *_ = lines_of(path, delimiter="|", columns=("id", "text", "spoken"))
    assert one == Line('Printing, in "the 1 sense', "a.csv:1", "LJ001-0001")
    plain = write(tmp_path / "b.csv", 'x,"One, two."\n')
    assert lines_of(plain, columns=("id", "text")) == [Line("One, two.", "b.csv:1", "x")]


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("a.csv", 'id;text\nx;"One; two."\n', {}),
        ("a.csv", "id\ttext\nx\tOne; two.\n", {}),
        ("a.csv", "id|text\nx|One; two.\n", {}),
        ("a.csv", "id#text\nx#One; two.\n", {"delimiter": "#"}),
        ("a.tsv", "id|text\nx|One; two.\n", {}),
        ("a.txt", "id|text\nx|One; two.\n", {"delimiter": "|"}),
        ("a.csv", "x\tOne; two.\n", {"delimiter": "tab"}),
        ("a.csv", 'id, text\nx, "One; two."\n', {}),
        ("a.csv", 'id; text\nx; "One; two."\n', {}),
    ],
)
def test_other_delimiters(tmp_path: Path, name: str, content: str, options: dict) -> None:
    (line,) = lines_of(write(tmp_path / name, content), **options)
    assert isinstance(line, Line)
    assert (line.text, line.id) == ("One; two.", "x")


def test_a_text_with_bars_is_no_table(tmp_path: Path) -> None:
    assert lines_of(write(tmp_path / "a.txt", "One|two|three\n")) == [
        Line("One|two|three", "a.txt:1")
    ]


@pytest.mark.parametrize("content", ["id|sentence\nx|Hi.\n", "a,b,c\n1,2,3\n", "a|b|c|d\n"])
def test_without_a_text_column_the_options_are_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"no column 'text'.*corpus\.columns=\[id,text\]"):
        lines_of(write(tmp_path / "a.csv", content))


@pytest.mark.parametrize("mark", ["", "ab", '"', "\n", "x", "7"])
def test_no_delimiter(mark: str) -> None:
    with pytest.raises(ValidationError, match="one mark between columns"):
        corpus_config(delimiter=mark)


# encodings


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32", "cp037"]
)
@pytest.mark.parametrize("kind", ["txt", "csv", "jsonl", "json"])
def test_encodings(tmp_path: Path, encoding: str, kind: str) -> None:
    text = {
        "txt": "Café.\nThere.\n",
        "csv": "text\nCafé.\nThere.\n",
        "jsonl": '{"text": "Café."}\n{"text": "There."}\n',
        "json": '["Café.", "There."]',
    }[kind]
    path = write(tmp_path / f"a.{kind}", text.encode(encoding))
    found = [line.text for line in lines_of(path, encoding=encoding)]
    assert found == ["Café.", "There."]


def test_bytes_that_are_not_in_the_encoding_reject_their_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"One.\n\x81\nThree.\n")
    _, bad, three = lines_of(path, encoding="cp1252")
    assert isinstance(bad, Rejection)
    assert (bad.reason, bad.detail) == ("invalid_encoding", "not CP1252")
    assert three.text == "Three."
    lone = "One.\n".encode("utf-16-le") + b"\x00\xd8\n\x00" + "Three.\n".encode("utf-16-le")
    found = lines_of(write(tmp_path / "b.txt", lone + b"!"), encoding="utf-16-le")
    reasons = [getattr(line, "reason", line.text) for line in found]
    assert reasons == ["One.", "invalid_encoding", "Three.", "invalid_encoding"]


def test_a_file_in_another_encoding_is_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Hello there, everybody.\n")
    with pytest.raises(InputError, match="is not utf-16 but looks like UTF-8"):
        lines_of(path, encoding="utf-16")
    path = write(tmp_path / "b.txt", "Hello there, everybody.\n".encode("utf-16-le"))
    with pytest.raises(InputError, match=r"no byte order mark: say corpus\.encoding=utf-16-le"):
        lines_of(path, encoding="utf-16")


@pytest.mark.parametrize("name", ["nope", "rot13", "base64", "idna", "undefined", ""])
def test_no_encoding(name: str) -> None:
    with pytest.raises(ValidationError, match="no encoding of text; allowed: utf-8"):
        corpus_config(encoding=name)


# packed files


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("txt", "One.\nTwo.\n"),
        ("csv", "text\nOne.\nTwo.\n"),
        ("tsv", "text\nOne.\nTwo.\n"),
        ("jsonl", '{"text": "One."}\n{"text": "Two."}\n'),
        ("json", '["One.", "Two."]'),
    ],
)
def test_packed_text(tmp_path: Path, kind: str, content: str) -> None:
    path = write(tmp_path / f"a.{kind}.gz", gzip.compress(content.encode()))
    assert [line.text for line in lines_of(path)] == ["One.", "Two."]


def test_damaged_packing_is_one_line(tmp_path: Path) -> None:
    packed = gzip.compress(os.urandom(5_000).hex().encode())
    flipped = bytearray(packed)
    flipped[len(packed) // 2] ^= 1
    for data in (packed[:-9], packed[:500], bytes(flipped), b"plain text", packed + b"junk"):
        with pytest.raises(InputError, match="is no gzip file, or a damaged one"):
            expand(corpus_config(paths=(str(write(tmp_path / "a.txt.gz", data)),)))


@pytest.mark.parametrize("byte", [b"\n", b"x", b"\0"])
def test_a_bomb_is_refused_before_it_is_read(tmp_path: Path, byte: bytes) -> None:
    path = write(tmp_path / "a.txt.gz", gzip.compress(byte * (70 * 2**20)))
    with pytest.raises(InputError, match="unpacks to over 64 MiB; allowed: 100 times its size"):
        expand(corpus_config(paths=(str(path),)))


def test_packed_parquet_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"allowed: .*those of text also with \.gz"):
        expand(corpus_config(paths=(str(write(tmp_path / "a.parquet.gz", b"")),)))


# lists


def test_a_list_of_strings_and_objects(tmp_path: Path) -> None:
    items = ["One.", {"text": "Two.", "id": 2.0, "voice": "alto"}, 3, None, ["x"], {"id": "y"}]
    one, two, *bad = lines_of(write(tmp_path / "a.json", json.dumps(items, indent=1)))
    assert one == Line("One.", "a.json:1")
    assert two == Line("Two.", "a.json:2", "2", None, "alto")
    assert [item.reason for item in bad] == [*["malformed_row"] * 3, "missing_text"]


def test_json_lines_under_another_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", '\n{"text": "One."}\n{"text": "Two."}\n')
    assert [getattr(line, "text", "") for line in lines_of(path)[1:]] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no list"),
        ('"One."', "holds no list"),
        ('{\n "text": "One."\n}', "is one object, or damaged"),
        ('["One.", "Tw', "no JSON after item 1"),
        ('["One."', "no JSON after item 1"),
        ('["One."] ["Two."]', "no JSON after item 1"),
        (b'["One.", "\xff"]', "no JSON after item"),
        ('[{"sentence": "One."}]', "no column 'text'; columns: sentence"),
        ("[" * 200_000, "nested over 100 deep"),
        (json.dumps(["x" * 5_000_000]), "an item of more than 4 MiB"),
    ],
)
def test_no_list(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        lines_of(write(tmp_path / "a.json", content))


# ids

IDS = [
    (pa.array([1.0]), "1"),
    (pa.array([1.5]), "1.5"),
    (pa.array([float("nan")]), None),
    (pa.array([float("inf")]), "malformed_row"),
    (pa.array([None], pa.float64()), None),
    (pa.array([2**63], pa.uint64()), str(2**63)),
    (pa.array([Decimal("7.00")]), "7"),
    (pa.array([Decimal("7.50")]), "7.5"),
    (pa.array([True]), "malformed_row"),
    (pa.array([b"ab"]), "ab"),
    (pa.array([b"\xff"]), "invalid_encoding"),
    (pa.array([b"\x01\xff"], pa.binary(2)), "01ff"),
    (pa.array([datetime.date(2024, 5, 6)]), "2024-05-06"),
    (pa.array([datetime.datetime(2024, 5, 6, 7)]), "2024-05-06T07:00:00"),
    (pa.array([10**18 + 1], pa.timestamp("ns")), "2001-09-09T01:46:40.000000001"),
    (pa.array([10**15], pa.timestamp("ms")), "malformed_row"),  # the year 33658
    (pa.array([5], pa.duration("s")), "malformed_row"),
    (pa.array(["x"]).dictionary_encode(), "x"),
    (pa.array([4]).dictionary_encode(), "4"),
    (pa.array(["x"], pa.large_string()), "x"),
    (pa.array(["x"], pa.string_view()), "x"),
    (pa.array([None]), None),
]


@pytest.mark.parametrize(
    ("ids", "expected"), IDS, ids=lambda value: str(getattr(value, "type", ""))
)
def test_ids_of_every_type(tmp_path: Path, ids: pa.Array, expected: str | None) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["Hi."], "id": ids}), path)
    (line,) = lines_of(path)
    assert (line.id if isinstance(line, Line) else line.reason) == expected


@pytest.mark.parametrize("ids", [pa.array([["x"]]), pa.array([{"x": 1}])])
def test_nested_ids_are_one_line(tmp_path: Path, ids: pa.Array) -> None:
    pq.write_table(pa.table({"text": ["Hi."], "id": ids}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"column 'id' is .*, not text or a number"):
        lines_of(tmp_path / "a.parquet")


def test_float_ids_of_pandas(tmp_path: Path) -> None:
    rows = ['{"id": 1.0, "text": "a"}', '{"id": NaN, "text": "b"}', '{"id": 2.5, "text": "c"}']
    found = lines_of(write(tmp_path / "a.jsonl", "\n".join(rows)))
    assert [line.id for line in found] == ["1", None, "2.5"]


def test_an_uuid_names_a_row() -> None:
    from pipelines.corpus.names import name_of

    assert name_of(UUID(int=1)) == "00000000-0000-0000-0000-000000000001"


def test_a_damaged_page_is_met_when_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [str(n) * 50 for n in range(5_000)]}), path)
    data = bytearray(path.read_bytes())
    data[300:400] = b"\xff" * 100
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        lines_of(write(path, bytes(data)))


# what is no file


def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as bound:
        monkeypatch.chdir(tmp_path)  # the path of a socket is short
        bound.bind("socket.txt")
        for name in ("pipe.txt", "zero.txt", "socket.txt"):
            with pytest.raises(InputError, match="a pipe, socket or device, not a file"):
                expand(corpus_config(paths=(f"{tmp_path}/{name}",)))
    with pytest.raises(InputError, match="is a folder; name its files, as "):
        expand(corpus_config(paths=(f"{tmp_path}/folder.txt",)))
    with pytest.raises(InputError, match="no file matches"):
        expand(corpus_config(paths=(f"{tmp_path}/*.txt",)))
    with pytest.raises(InputError, match="File name too long"):
        expand(corpus_config(paths=(f"{tmp_path}/{'x' * 300}.txt",)))
