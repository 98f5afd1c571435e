"""A large corpus is estimated by the launcher and counted by the job; the dataset is the same."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import fake_config, open_fake_studio

import pipelines.jobs.corpus_counts
import pipelines.text.utterances
from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.corpus import (
    CorpusFile,
    CorpusPart,
    Line,
    PartCount,
    estimate_lines,
    expand,
    number_parts,
)
from pipelines.corpus import files as corpus_files
from pipelines.corpus.spans import Span
from pipelines.text.utterances import plan_corpus
from speech.dataset.schema import Rejection
from speech.errors import InputError

pytestmark = pytest.mark.usefixtures("voices_are_known")

LINES = 24


@pytest.fixture
def config(tmp_path: Path) -> SynthConfig:
    texts = "".join(f"This is sentence number {n} of the corpus.\r\n" for n in range(LINES))
    rows = "".join(f'x{n},"Row {n},\nover two lines."\n' for n in range(LINES))
    (tmp_path / "a.txt").write_text(f"{texts}!?!\n\nThe last one")
    (tmp_path / "b.csv").write_text(f"id,text\n{rows}x3,The first of two stays.\n")
    paths = (f"{tmp_path}/a.txt", f"{tmp_path}/b.csv")
    return fake_config(str(tmp_path / "out"), paths, "dataset.shards=3")


def as_if_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is small enough to be counted by the launcher, and spans hold a few lines."""
    monkeypatch.setattr(pipelines.text.utterances, "READ_BYTES", 0)
    monkeypatch.setattr(pipelines.text.utterances, "READ_LINES", 0)
    monkeypatch.setattr("pipelines.corpus.spans.SPAN_BYTES", 200)


def contents(output: str) -> dict[str, bytes]:
    files = Path(output).glob("*/*.parquet")
    return {path.name: path.read_bytes() for path in files} | {
        "plan": Path(output, "_shards/plan.json").read_bytes()
    }


@pytest.mark.parametrize("limit", [None, 40])
def test_the_bytes_do_not_tell_how_files_were_split(
    config: SynthConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    config = config.model_copy(update={"limit": limit})
    whole = config.model_copy(update={"output": str(tmp_path / "whole")})
    assert synth.main(whole, open_fake_studio) == 0
    as_if_large(monkeypatch)
    assert not plan_corpus(config).is_counted
    assert synth.main(config, open_fake_studio) == 0
    assert contents(config.output) == contents(whole.output)
    manifests = [
        json.loads(Path(run.output, "manifest.json").read_text()) for run in (config, whole)
    ]
    lines = [manifest["runs"][0]["provenance"]["corpus_lines"] for manifest in manifests]
    assert lines[0] == lines[1]
    assert sum(lines[0].values()) == (limit or 2 * LINES + 4)


@pytest.mark.parametrize("limit", [None, 40])
def test_lost_counts_of_a_large_corpus_are_counted_again(
    config: SynthConfig, monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    as_if_large(monkeypatch)
    config = config.model_copy(update={"limit": limit})
    assert synth.main(config, open_fake_studio) == 0
    plan = Path(config.output, "_shards/plan.json")
    expected = plan.read_bytes()
    for path in (plan, Path(config.output, "manifest.json")):
        path.unlink()
    assert synth.main(config, None) == 0
    assert plan.read_bytes() == expected


def test_a_part_that_is_lost_on_its_way_to_a_reader_is_missed(
    config: SynthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_if_large(monkeypatch)
    real = pipelines.jobs.corpus_counts._numbered
    monkeypatch.setattr(
        pipelines.jobs.corpus_counts,
        "_lines_of_files",
        lambda *given: map(pipelines.jobs.corpus_counts._lines_of_file, real(*given)),
    )
    monkeypatch.setattr(
        pipelines.jobs.corpus_counts, "_numbered", lambda *given: list(real(*given))[1:]
    )
    with pytest.raises(
        InputError, match=r"of the 27 lines that .*a\.txt was counted to have, \d\d"
    ):
        synth.main(config, open_fake_studio)


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_span_that_was_not_counted_is_missed(lost: int) -> None:
    file = CorpusFile("a.txt", "txt", "30:x")
    parts = [CorpusPart(file, 0, None, span=Span(n, n + 10)) for n in (0, 10, 20)]
    del parts[lost]
    counts = [PartCount(1, 1)] * 2
    with pytest.raises(RuntimeError, match=r"a\.txt was not counted between"):
        list(number_parts(parts, counts, fake_config("out", "a.txt").corpus))


def test_a_large_corpus_is_listed_and_not_read(
    config: SynthConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipelines.text.utterances, "READ_BYTES", 0)
    monkeypatch.setattr(pipelines.text.utterances, "count_lines", None)
    plan = plan_corpus(config)
    assert [part.lines for part in plan.parts] == [None, None]
    assert plan.shown_lines == f"about {plan.lines}"
    assert plan.lines == pytest.approx(2 * LINES + 4, abs=2)
    assert plan == plan_corpus(config)


def test_the_beginning_of_a_large_corpus_is_counted(
    config: SynthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipelines.text.utterances, "READ_BYTES", 0)
    (part,) = plan_corpus(config.model_copy(update={"limit": 7})).parts
    assert (part.lines, part.is_cut) == (7, True)
    first, second = plan_corpus(config.model_copy(update={"limit": LINES + 10})).parts
    assert (first.lines, first.is_cut) == (LINES + 3, False)
    assert (second.lines, second.is_cut) == (7, True)


def test_an_estimate_from_beginnings(
    config: SynthConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every fourth of thirty files, and of 1 MiB of each."""
    for n in range(30):
        (tmp_path / f"{n:02}.txt").write_text("A line.\n" * 100)
    (tmp_path / "long.jsonl").write_text('{"text": "A line."}\n' * 100_000)
    paths = (f"{tmp_path}/[0-9]*.txt", f"{tmp_path}/long.jsonl")
    corpus = config.corpus.model_copy(update={"paths": paths})
    read = list[CorpusFile]()

    def read_lines(file: CorpusFile, *rest: Any) -> Iterator[Line | Rejection]:
        read.append(file)
        return corpus_files.read_lines(file, *rest)

    monkeypatch.setattr("pipelines.corpus.estimate.read_lines", read_lines)
    assert estimate_lines(expand(corpus), corpus) == pytest.approx(103_000, rel=0.001)
    assert len(read) == 9
