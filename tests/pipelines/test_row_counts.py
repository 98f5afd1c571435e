"""Rows in are rows out, counted: one row lost anywhere on the way, and there is no manifest."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from fakes import fake_config, open_fake_studio, write_corpus

import pipelines.text.utterances
from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.corpus import CorpusFile, CorpusPart
from pipelines.jobs import text_grouping as spool
from pipelines.jobs import worker
from pipelines.run import row_counts as counts
from pipelines.speak.unit_rows import UnitRows
from speech import storage
from speech.errors import InputError

pytestmark = pytest.mark.usefixtures("voices_are_known")

LINES = 40


@pytest.fixture
def config(tmp_path) -> SynthConfig:
    corpus = write_corpus(tmp_path / "corpus.txt", LINES)
    with open(corpus, "a") as stream:
        stream.write("!?!\n\nOne. " + "And one more sentence of a long line. " * 12 + "\n")
    return fake_config(str(tmp_path / "out"), corpus, "dataset.shards=3")


def run(config: SynthConfig) -> int:
    return synth.main(config, open_fake_studio)


def has_manifest(config: SynthConfig) -> bool:
    return storage.exists(f"{config.output}/manifest.json")


def refusal_of(config: SynthConfig) -> str:
    """One line, and no manifest."""
    with pytest.raises(InputError) as refused:
        run(config)
    assert not has_manifest(config)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def contents(output: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(output).glob("*/*.parquet")}


def losing_one(real):
    """A step for single elements that lets the fifth fall."""
    seen = Counter()

    def step(self, element):
        seen["elements"] += 1
        return None if seen["elements"] == 5 else real(self, element)

    return step


def test_what_was_planned_is_written_beside_the_markers(config):
    assert run(config) == 0
    planned = counts.read_plan(config.output)
    (lines,) = planned.lines.values()
    manifest = json.loads(Path(config.output, "manifest.json").read_text())
    assert lines == LINES + 3
    assert sum(planned.rows.values()) == manifest["counts"]["lines"] > LINES + 3  # parts of a line


def test_a_row_lost_on_the_way_to_its_shard_is_missed_before_anything_is_spoken(
    config, monkeypatch, tmp_path
):
    with monkeypatch.context() as patch:
        patch.setattr(spool.ToFiles, "process", losing_one(spool.ToFiles.process))
        line = refusal_of(config)
    found = re.match(r"rows are missing: (\S+) holds (\d+) of (\d+); delete (\S+) and run it", line)
    assert found, line
    assert int(found[2]) + 1 == int(found[3])
    assert refusal_of(config) == line
    assert not list(Path(config.output).glob("_shards/*/*/*"))
    Path(found[4]).unlink()
    assert run(config) == 0
    whole = config.model_copy(update={"output": str(tmp_path / "whole")})
    assert run(whole) == 0
    assert contents(config.output) == contents(whole.output)


def without(unit_rows, row):
    """A unit's text file that lost a row when it was read."""
    return lambda *given: [item for item in unit_rows(*given) if item.text != row]


def test_a_row_lost_between_its_text_and_its_unit(config, monkeypatch, tmp_path):
    row = Path(config.corpus.paths[0]).read_text().splitlines()[3]
    with monkeypatch.context() as patch:
        patch.setattr(worker, "read_unit", without(worker.read_unit, row))
        line = refusal_of(config)
    assert "rows planned are not rows written: shard-0000" in line
    assert f"delete the markers of these shards in {config.output}/_shards" in line
    assert refusal_of(config) == line  # every shard is there, and the count still tells
    marker = next(word for word in line.split() if word.startswith("shard-"))
    Path(config.output, "_shards", marker).unlink()
    assert run(config) == 0
    whole = config.model_copy(update={"output": str(tmp_path / "whole")})
    assert run(whole) == 0
    assert contents(config.output) == contents(whole.output)


def test_shards_of_an_earlier_run_are_counted_too(config, monkeypatch):
    """Killed after the shard that had lost a row; the next run makes the others and finds it."""
    row = Path(config.corpus.paths[0]).read_text().splitlines()[3]
    with monkeypatch.context() as patch:
        patch.setattr(worker, "read_unit", without(worker.read_unit, row))
        line = refusal_of(config)
    lost = next(word for word in line.split() if word.startswith("shard-"))
    for marker in Path(config.output, "_shards").glob("shard-*"):
        if marker.name != lost:
            marker.unlink()
    Path(config.output, counts.PLAN_NAME).unlink()
    assert lost in refusal_of(config)


@pytest.mark.parametrize("change", ["lost", "doubled"])
def test_a_row_lost_or_doubled_by_the_worker(config, monkeypatch, change):
    real = UnitRows.add

    def add(self, row):
        if change == "doubled" or len(self._place) > 1:
            real(self, row)
        if change == "doubled":
            real(self, row)

    monkeypatch.setattr(UnitRows, "add", add)
    line = refusal_of(config)
    told = {"lost": r"1 lines became no row, \S+ first", "doubled": r"\S+ became a second row.*"}
    assert re.fullmatch(told[change], line), line
    assert not list(Path(config.output, "_shards").rglob("unit-*-of-?????.json"))


def test_a_line_lost_while_it_was_read(config, monkeypatch):
    real = pipelines.text.utterances.read_part
    monkeypatch.setattr(
        pipelines.text.utterances, "read_part", lambda *given: list(real(*given))[1:]
    )
    line = refusal_of(config)
    assert f"of the {LINES + 3} lines that {config.corpus.paths[0]} had" in line
    assert f"{LINES + 2} were planned" in line


def test_a_line_that_becomes_no_row(config, monkeypatch):
    real = pipelines.text.utterances.line_texts

    def line_texts(line, *rest):
        return iter(()) if line.text == "!?!" else real(line, *rest)

    monkeypatch.setattr(pipelines.text.utterances, "line_texts", line_texts)
    assert f"{LINES + 2} were planned" in refusal_of(config)


@pytest.mark.parametrize("damage", [None, b"{", b'{"lines": 3}'])
def test_lost_counts_are_counted_again(config, damage):
    assert run(config) == 0
    plan = Path(config.output, counts.PLAN_NAME)
    expected = plan.read_bytes()
    plan.unlink() if damage is None else plan.write_bytes(damage)
    Path(config.output, "manifest.json").unlink()
    assert synth.main(config, None) == 0
    assert plan.read_bytes() == expected
    assert has_manifest(config)


def test_counts_that_are_not_those_of_the_shards_are_not_kept(config, monkeypatch):
    """What is written decides the next run, and they may be what is wrong."""
    assert run(config) == 0
    plan = Path(config.output, counts.PLAN_NAME)
    expected = plan.read_bytes()
    for path in (plan, Path(config.output, "manifest.json")):
        path.unlink()
    row = Path(config.corpus.paths[0]).read_text().splitlines()[3]
    real = pipelines.text.utterances.line_texts
    with monkeypatch.context() as patch:
        patch.setattr(
            pipelines.text.utterances,
            "line_texts",
            lambda line, *rest: [*real(line, *rest)] * (2 if line.text == row else 1),
        )
        assert "rows planned are not rows written" in refusal_of(config)
    assert not plan.exists()
    assert run(config) == 0
    assert plan.read_bytes() == expected


def test_a_limit_cuts_and_nothing_is_missed(config):
    assert run(config.model_copy(update={"limit": 7})) == 0
    (lines,) = counts.read_plan(config.output).lines.values()
    assert lines == 7


def test_a_card_of_the_hub_that_is_wrong_can_be_worked_around():
    part = CorpusPart(CorpusFile("hf://a/b", "hf", "0" * 40), 0, 5)
    counts.check_lines(part, 5)
    with pytest.raises(InputError, match=r"the 5 lines that hf://a/b has by its card.*limit=4"):
        counts.check_lines(part, 4)
