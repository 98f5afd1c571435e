import json
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from configs import corpus_config

from pipelines.corpus import Line, count_lines, expand, read_lines
from pipelines.corpus.hub import HubDataset, parse
from speech.dataset.schema import Rejection
from speech.errors import InputError
from speech.storage import write_bytes


def lines_of(path: object, **options: object) -> list[Line | Rejection]:
    config = corpus_config(paths=(str(path),), **options)
    (file,) = expand(config)
    lines = list(read_lines(file, config))
    assert count_lines(file, config) == len(lines)
    return lines


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# what is there


def test_expand_takes_globs_once_and_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.jsonl"):
        write(tmp_path / name, "{}")
    config = corpus_config(paths=(f"{tmp_path}/c.jsonl", f"{tmp_path}/*.txt", f"{tmp_path}/a.txt"))
    files = expand(config)
    assert [Path(file.path).name for file in files] == ["c.jsonl", "a.txt", "b.txt"]
    assert [file.kind for file in files] == ["jsonl", "txt", "txt"]
    assert files[0].fingerprint.startswith("2:")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("notes.docx", r"cannot read .*notes.docx'; allowed: .txt, .jsonl, .csv, .tsv, .parquet"),
        ("missing-*.txt", "missing"),
        ("texts", r"texts' is a folder; name its files, as .*/texts/\*\.csv"),
        ("texts/", r"texts/' is a folder; name its files, as .*/texts/\*\.csv"),
        ("empty.txt", r"empty.txt' is a folder; name its files, as .*/empty.txt/\*\.txt"),
        ("saved", r"saved' is a folder; saved by datasets: write Parquet of it, load_from_disk"),
    ],
)
def test_expand_refuses(tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path / "notes.docx", "x")
    for folder, file in (("texts", "a.csv"), ("saved/train", "data-00000-of-00001.arrow")):
        (tmp_path / folder).mkdir(parents=True)
        write(tmp_path / folder / file, "x")
    (tmp_path / "empty.txt").mkdir()
    with pytest.raises(InputError, match=message):
        expand(corpus_config(paths=(f"{tmp_path}/{name}",)))


def test_no_paths_are_refused() -> None:
    with pytest.raises(InputError, match=r"corpus\.paths is empty"):
        expand(corpus_config(paths=()))


# reading


def test_text_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "\ufeffOne.\r\n\r\nThree.\n")
    assert lines_of(path) == [
        Line("One.", "a.txt:1"),
        Line("", "a.txt:2"),
        Line("Three.", "a.txt:3"),
    ]
    assert lines_of(write(tmp_path / "empty.txt", "")) == []


def test_bad_bytes_reject_their_line_alone(tmp_path: Path) -> None:
    first, bad, last = lines_of(write(tmp_path / "a.txt", b"One.\ncaf\xe9\nThree."))
    assert isinstance(bad, Rejection)
    assert (bad.text, bad.reason, bad.stage) == ("caf\\xe9", "invalid_encoding", "corpus")
    assert (bad.source, len(bad.id)) == ("a.txt:2", 16)
    assert isinstance(first, Line)
    assert isinstance(last, Line)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_refused(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.txt", "Hello there.\nHow are you?\n".encode(encoding))
    with pytest.raises(InputError, match=r"a\.txt is not UTF-8 but looks like UTF-16"):
        lines_of(path)


PROSE = """Mr. Brown went to
the market. He bought
apples!

A new paragraph has no
end
"""


def test_prose_becomes_sentences_over_wrapped_lines(tmp_path: Path) -> None:
    assert lines_of(write(tmp_path / "a.txt", PROSE), unit="sentence") == [
        Line("Mr. Brown went to the market.", "a.txt:1"),
        Line("He bought apples!", "a.txt:2"),
        Line("A new paragraph has no end", "a.txt:5"),
    ]


def test_a_paragraph_without_end_is_read_in_pieces(tmp_path: Path) -> None:
    sentences = [f"This is sentence number {n} of a very long paragraph." for n in range(500)]
    path = write(tmp_path / "a.txt", "\n".join(sentences))
    found = lines_of(path, unit="sentence", max_line_chars=300)
    assert [line.text for line in found] == sentences
    assert found[499].source == "a.txt:500"


ROWS = [
    {"text": "One.", "id": "x1", "language": "en", "voice": "alto"},
    {"text": "Two, with a comma.", "id": "x2", "language": None, "voice": None},
]


def test_every_table_reads_the_same(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", "\n".join(json.dumps(row) for row in ROWS))
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet")
    write(
        tmp_path / "a.csv", 'text,id,language,voice\nOne.,x1,en,alto\n"Two, with a comma.",x2,,\n'
    )
    tabs = "text\tid\tlanguage\tvoice\nOne.\tx1\ten\talto\nTwo, with a comma.\tx2\t\t\n"
    write(tmp_path / "a.tsv", tabs)
    for kind, first in (("jsonl", 1), ("parquet", 1), ("csv", 2), ("tsv", 2)):
        assert lines_of(tmp_path / f"a.{kind}") == [
            Line("One.", f"a.{kind}:{first}", "x1", "en", "alto"),
            Line("Two, with a comma.", f"a.{kind}:{first + 1}", "x2", None, None),
        ]


def test_column_names_are_options(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "key,sentence\nk1,Hello.\n")
    (line,) = lines_of(path, text_column="sentence", id_column="key")
    assert line == Line("Hello.", "a.csv:2", "k1")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "id,sentence\n1,Hi.\n", "no column 'text'; columns: id, sentence"),
        ("a.csv", "", "no column 'text'; columns: none"),
        ("a.csv", "text,text\na,b\n", "2 columns 'text'"),
        ("a.tsv", "id,text\n1,Hi.\n", "columns: id,text"),
        ("a.jsonl", '{"id": 1, "sentence": "Hi."}\n', "no column 'text'; columns: id, sentence"),
        ("a.parquet", "this is not parquet", "cannot be read as Parquet"),
    ],
)
def test_files_without_text_are_refused(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        lines_of(write(tmp_path / name, content))


def test_quoted_fields_may_span_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,text\r\n1,"over\r\ntwo lines"\r\n2,Next.\r\n')
    assert lines_of(path) == [
        Line("over\ntwo lines", "a.csv:2", "1"),
        Line("Next.", "a.csv:4", "2"),
    ]


def test_an_open_quote_costs_one_line(tmp_path: Path) -> None:
    rows = "".join(f"{n},Line {n}.\n" for n in range(300))
    first, *rest = lines_of(write(tmp_path / "a.csv", f'id,text\nbad,"open\n{rows}'))
    assert isinstance(first, Rejection)
    assert (first.reason, first.text) == ("malformed_row", 'bad,"open')
    assert [line.text for line in rest if isinstance(line, Line)] == [
        f"Line {n}." for n in range(300)
    ]


def test_parquet_of_other_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    large = pa.array(["One.", None, ""], pa.large_string())
    pq.write_table(pa.table({"text": large, "id": pa.array([1, 2, 3])}), path)
    one, none, blank = lines_of(path)
    assert one == Line("One.", "a.parquet:1", "1")
    assert isinstance(none, Rejection)
    assert none.reason == "missing_text"
    assert blank == Line("", "a.parquet:3", "3")
    pq.write_table(pa.table({"text": pa.array(["Hi."]).dictionary_encode()}), path)
    assert lines_of(path) == [Line("Hi.", "a.parquet:1")]
    pq.write_table(pa.table({"text": [1, 2]}), path)
    with pytest.raises(InputError, match="column 'text' is int64, not text"):
        lines_of(path)


@pytest.mark.parametrize("column", ["text", "id", "language", "voice", "phonemes"])
def test_a_parquet_column_of_nulls_has_no_value(tmp_path: Path, column: str) -> None:
    """Arrow's type is null where a writer saw no value at all."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["One.", "Two."]} | {column: pa.nulls(2)}), path)
    found = lines_of(path)
    if column == "text":
        assert [line.reason for line in found if isinstance(line, Rejection)] == [
            "missing_text",
            "missing_text",
        ]
    else:
        assert found == [Line("One.", "a.parquet:1"), Line("Two.", "a.parquet:2")]


def test_a_row_group_that_declares_too_much_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.corpus.parquet.MAX_ROW_GROUP_BYTES", 2**20)
    path = tmp_path / "bomb.parquet"
    texts = [str(n) * 200_000 for n in range(8)]
    pq.write_table(pa.table({"text": texts}), path, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 10_000
    with pytest.raises(InputError, match="row group 0 decodes to 2 MiB of text; allowed: 1"):
        lines_of(path)


def test_one_large_value_repeated_stays_small(tmp_path: Path) -> None:
    """20 GB of text that declares itself as 1 MB: a dictionary of one value, 20,000 times."""
    path = tmp_path / "bomb.parquet"
    indices = pa.array([0] * 20_000, pa.int32())
    column = pa.DictionaryArray.from_arrays(indices, pa.array(["x" * 1_000_000]))
    pq.write_table(pa.table({"text": column}), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 10_000
    config = corpus_config(paths=(str(path),))
    lines = read_lines(expand(config)[0], config)
    before = pa.total_allocated_bytes()
    for _ in range(300):
        line = next(lines)
        assert isinstance(line, Rejection)
        assert line.reason == "too_long"
    assert pa.total_allocated_bytes() - before < 20_000_000


@pytest.mark.parametrize("kind", ["txt", "jsonl", "csv"])
def test_files_are_streamed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    with path.open("w", encoding="utf-8") as file:
        file.write("text\n" if kind == "csv" else "")
        for n in range(40_000):
            file.write(f'{{"text": "Line {n} of many."}}\n' if kind == "jsonl" else f"Line {n}.\n")
        file.write('"' * 5_000_000)
    config = corpus_config(paths=(str(path),))
    (file_,) = expand(config)
    tracemalloc.start()
    items = sum(1 for _ in read_lines(file_, config))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert items == 40_001
    assert peak < 4_000_000


def test_gcs(gcs_bucket: str) -> None:
    write_bytes(f"{gcs_bucket}/corpus/a.txt", b"One.\nTwo.\n")
    write_bytes(f"{gcs_bucket}/corpus/b.jsonl", b'{"text": "Three."}\n')
    config = corpus_config(paths=(f"{gcs_bucket}/corpus/*",))
    files = expand(config)
    texts = [line.text for file in files for line in read_lines(file, config)]
    assert texts == ["One.", "Two.", "Three."]
    assert files[0].fingerprint.startswith("10:")


# the hub


def test_hub_names() -> None:
    assert parse("hf://owner/name") == HubDataset("owner/name", None, None, "train")
    assert parse("hf://o/n:clean@abc#test") == HubDataset("o/n", "clean", "abc", "test")
    with pytest.raises(InputError, match="is not hf://owner/name"):
        parse("hf://")


def test_a_hub_out_of_reach_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://localhost:1")
    with pytest.raises(InputError, match="pin a full commit with @ if the hub is out of reach"):
        expand(corpus_config(paths=("hf://owner/name#test",)))


def test_hub_dataset_is_streamed(tmp_path: Path) -> None:
    """From a folder, which `datasets` reads as it reads a repository."""
    folder = tmp_path / "spoken"
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "train.parquet")
    path = f"hf://{folder}@{'0' * 40}#train"
    assert lines_of(path) == [
        Line("One.", "spoken:1", "x1", "en", "alto"),
        Line("Two, with a comma.", "spoken:2", "x2"),
    ]
    with pytest.raises(InputError, match="no column 'sentence'; columns: text, id"):
        lines_of(path, text_column="sentence")
    with pytest.raises(InputError, match="check the name, configuration and split"):
        lines_of(path.replace("#train", "#test"))
