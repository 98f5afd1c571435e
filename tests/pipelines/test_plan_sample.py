"""The sample of a plan: what may be in it, in every form of corpus, and how sure its figures are."""

import csv
import gzip
import io
import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from pipelines.corpus import Line
from pipelines.planning.config import PlanConfig
from pipelines.planning.intervals import wilson
from pipelines.planning.sample import CorpusSample, take_sample
from pipelines.planning.text import PlannedRow, SampleText, Tally, read_text
from pipelines.planning.windows import spread
from speech.config import load_config
from speech.dataset.schema import Rejection
from speech.errors import InputError
from speech.seeds import stable_hash

QUIET = Console(file=io.StringIO())


def text_of(i: int) -> str:
    """Of 1 to 20 words, ever longer: the beginning of a corpus is not like its end."""
    return " ".join(f"word{i}" for _ in range(1 + stable_hash("n", i) % 10 + i * 10 // 20_000))


def config_of(path, *overrides: str) -> PlanConfig:
    fixed = ("output=unused", f"corpus.paths=['{path}']", "plan.sample=400")
    return load_config(PlanConfig, "plan", [*fixed, *overrides])


def sampled(path, *overrides: str) -> CorpusSample:
    return take_sample(config_of(path, *overrides), QUIET.status)


def texts(sample: CorpusSample) -> list[str]:
    return [item.text for part in sample.parts for cluster in part.clusters for item in cluster]


def by_length(line: Line | Rejection, tally: Tally) -> list[PlannedRow]:
    """In place of a teacher: a character takes a tenth of a second, and one line in 20 is refused."""
    if stable_hash("refused", line.text) % 20 == 0:
        tally.rejected["refused"] += 1
    else:
        tally.utterances += 1
        tally.audio_s += len(line.text) / 10
    return [PlannedRow(line.text)]


def counted(path, *overrides: str) -> SampleText:
    return read_text(sampled(path, *overrides), by_length, QUIET)


def write_lines(path, lines) -> str:
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


def test_every_place_is_in_a_window_equally_often():
    sizes, seen = (7, 0, 30, 3), Counter()
    for seed in range(4000):
        for stretch in spread(sizes, 4, 3, seed):
            seen.update((stretch.file, at) for at in range(stretch.start, stretch.stop))
    assert sum(seen.values()) == 4000 * 4 * 3
    assert set(seen) == {(file, at) for file, size in enumerate(sizes) for at in range(size)}
    assert min(seen.values()) > 0.85 * 1200 < max(seen.values()) < 1.15 * 1200


def test_intervals_hold_the_truth_in_nine_of_ten_samples(tmp_path):
    lines = [text_of(i) for i in range(20_000)]
    path = write_lines(tmp_path / "corpus.txt", lines)
    refused = sum(stable_hash("refused", line) % 20 == 0 for line in lines)
    audio_s = sum(len(n) / 10 for n in lines if stable_hash("refused", n) % 20)
    held, config = Counter(), config_of(path)  # composing it 100 times takes longer than the rest
    for seed in range(100):
        sample = take_sample(config.model_copy(update={"seed": seed}), QUIET.status)
        found = read_text(sample, by_length, QUIET)
        assert 250 < found.sample.size < 600
        for name, figure, truth in (
            ("lines", found.lines, 20_000),
            ("audio", found.total(lambda tally: tally.audio_s), audio_s),
            ("share", found.rejected_share("refused"), refused / 20_000),
        ):
            assert figure.low < figure.value < figure.high
            held[name] += figure.low <= truth <= figure.high
    assert all(count >= 90 for count in held.values()), held


def test_a_corpus_no_larger_than_the_sample_is_read_as_a_whole(tmp_path):
    lines = [text_of(i) for i in range(400)]
    found = counted(write_lines(tmp_path / "corpus.txt", lines))
    assert found.sample.is_whole
    assert texts(found.sample) == lines
    audio = found.total(lambda tally: tally.audio_s)
    assert audio.low == audio.high == pytest.approx(audio.value)
    share = found.rejected_share("refused")
    assert share.low == share.high == share.value > 0


def test_the_same_seed_takes_the_same_lines_and_another_takes_others(tmp_path):
    path = write_lines(tmp_path / "corpus.txt", map(text_of, range(5000)))
    first = texts(sampled(path))
    assert texts(sampled(path)) == first
    assert texts(sampled(path, "seed=2")) != first


def as_csv(path, rows):
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "text"])
        writer.writerows(rows)


def as_ljspeech(path, rows):
    path.write_text("".join(f"{name}|{text}|{text}\n" for name, text in rows))


def as_jsonl(path, rows):
    path.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in rows))


def as_json_list(path, rows):
    path.write_text(json.dumps([{"id": name, "text": text} for name, text in rows]))


def as_parquet(path, rows):
    table = pa.table({"text": [text for _, text in rows], "id": [name for name, _ in rows]})
    pq.write_table(table, path, row_group_size=700)


def as_gzip(path, rows):
    path.write_bytes(gzip.compress("".join(f"{text}\n" for _, text in rows).encode()))


def as_utf16(path, rows):
    path.write_text("".join(f"{text}\n" for _, text in rows), encoding="utf-16")


@pytest.mark.parametrize(
    ("name", "write", "is_spread"),
    [
        ("c.csv", as_csv, True),
        ("metadata.csv", as_ljspeech, True),
        ("c.jsonl", as_jsonl, True),
        ("c.parquet", as_parquet, True),
        ("c.json", as_json_list, False),
        ("c.txt.gz", as_gzip, False),
        ("c.txt", as_utf16, False),
    ],
)
def test_lines_of_every_form_are_those_of_the_corpus(tmp_path, name, write, is_spread):
    rows = [(f"id{i}", text_of(i)) for i in range(4000)]
    write(tmp_path / name, rows)
    encoding = ("corpus.encoding=utf-16",) if write is as_utf16 else ()
    found = counted(tmp_path / name, *encoding)
    assert {*texts(found.sample)} <= {text for _, text in rows}
    assert 250 < found.sample.size < 700
    assert found.lines.low <= 4000 <= found.lines.high
    is_late = any(text in {rows[i][1] for i in range(3000, 4000)} for text in texts(found.sample))
    assert is_late == is_spread
    assert bool(found.sample.begun) != is_spread


@pytest.mark.parametrize("write", [as_csv, as_ljspeech])
def test_a_header_is_no_row_and_a_first_row_is_no_header(tmp_path, write):
    rows = [(f"id{i}", f"text {i}") for i in range(420)]  # windows leave out hardly any
    write(tmp_path / "c.csv", rows)
    for seed in range(3):
        found = texts(sampled(tmp_path / "c.csv", f"seed={seed}"))
        assert {*found} <= {text for _, text in rows}
        assert len(found) == len({*found}) > 350


def test_a_table_with_line_breaks_in_its_fields_is_read_from_its_beginning(tmp_path):
    as_csv(tmp_path / "c.csv", [(f"id{i}", f"one\ntwo {i}") for i in range(2000)])
    found = counted(tmp_path / "c.csv")
    assert found.sample.begun == (str(tmp_path / "c.csv"),)
    assert found.lines.value == 2000
    assert {*texts(found.sample)} <= {f"one\ntwo {i}" for i in range(2000)}


def test_prose_is_sampled_by_paragraphs(tmp_path):
    path = tmp_path / "book.txt"
    paragraphs = [f"This is {i}.\nIt goes on.\nAnd it ends here, at {i}." for i in range(2000)]
    path.write_text("\n\n".join(paragraphs))
    found = counted(path, "corpus.unit=sentence")
    assert found.lines.low <= 6000 <= found.lines.high
    said = Counter(text.split()[0] for text in texts(found.sample))
    assert said["This"] == said["It"] == said["And"] > 50


def test_many_files_are_one_corpus(tmp_path):
    for i in range(300):
        write_lines(tmp_path / f"{i:03}.txt", [text_of(60 * i + j) for j in range(60)])
    found = counted(tmp_path / "*.txt")
    assert found.lines.low <= 18_000 <= found.lines.high


def test_a_limit_leaves_out_what_it_will_leave_out(tmp_path):
    path = write_lines(tmp_path / "corpus.txt", (f"line {i:05}" for i in range(20_000)))
    found = counted(path, "limit=5000")
    assert found.lines.value == found.lines.low == 5000
    assert max(int(text.split()[1]) for text in texts(found.sample)) < 5100
    assert counted(path, "limit=300").sample.size == 300


def test_a_line_longer_than_a_window_is_one_line(tmp_path):
    lines = [f"{i} {'long ' * 3000}" if i % 50 == 0 else f"short {i}" for i in range(5000)]
    found = counted(write_lines(tmp_path / "corpus.txt", lines))
    assert {*texts(found.sample)} <= {*lines}
    assert found.lines.low <= 5000 <= found.lines.high


def test_a_damaged_file_is_named_and_not_its_copy(tmp_path):
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps({"other": "x"}) + "\n")
    with path.open("a") as stream:
        stream.writelines(json.dumps({"other": i}) + "\n" for i in range(5000))
    with pytest.raises(InputError, match=f"^{path}: no column 'text'"):
        counted(path)


def test_a_share_of_none_is_no_certainty():
    assert wilson(0.0, 100).low == 0
    assert wilson(0.0, 100).high == pytest.approx(0.0370, abs=1e-4)
    assert wilson(0.5, 200).low == pytest.approx(0.4314, abs=1e-4)
