"""Text that waits for its shard takes no memory: not in Beam, and not where it is counted."""

import pickle
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner, execution
from apache_beam.testing.util import assert_that, equal_to
from fakes import fake_config, open_fake_studio

import pipelines.text.utterances
from pipelines import synth
from pipelines.jobs import text_grouping
from pipelines.run.row_counts import COUNTS, PlanCounts, total

pytestmark = pytest.mark.usefixtures("voices_are_known")

OLD, NEW = 20, 20


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What Beam's engine keeps in memory between its steps."""
    found: list[bytes] = []
    for buffer in (execution.ListBuffer, execution.GroupingBuffer):
        monkeypatch.setattr(buffer, "append", keeping(found, buffer.append))
    return found


def keeping(found: list[bytes], append: Any) -> Any:
    def keep(self: Any, elements: bytes) -> None:
        found.append(bytes(elements))
        append(self, elements)

    return keep


def write_rows(path: Path, first: int, count: int) -> str:
    rows = (f"the-id-{n},This is sentence number {n}." for n in range(first, first + count))
    path.write_text("\n".join(["id,text", *rows]) + "\n")
    return str(path)


@pytest.mark.parametrize("counted", ["before", "on the way"])
def test_neither_text_nor_ids_pass_through_beams_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: list[bytes], counted: str
) -> None:
    if counted == "on the way":
        monkeypatch.setattr(pipelines.text.utterances, "READ_BYTES", 0)
    old = write_rows(tmp_path / "old.csv", 0, OLD)
    new = write_rows(tmp_path / "new.csv", OLD - 1, NEW)
    output = str(tmp_path / "out")
    assert synth.main(fake_config(output, old, "dataset.shards=2"), open_fake_studio) == 0
    extension = fake_config(output, new, "dataset.shards=2", "mode=extend")
    assert synth.main(extension, open_fake_studio) == 0
    assert held
    assert not [data for data in held if b"sentence number" in data or b"the-id-" in data]


SPANS, SHARDS = 60, 4_000


def counts_of_spans() -> Iterator[PlanCounts]:
    for n in range(SPANS):
        yield PlanCounts(rows=Counter(range(n, n + SHARDS)))


class Streamed:
    """Values of a group as an engine gives them: read as they are asked for, and that anew."""

    def __iter__(self) -> Iterator[Any]:
        yield None
        yield from counts_of_spans()


def on_disk(folder: Path) -> list[Any]:
    step = text_grouping.ToFiles(str(folder))
    step.start_bundle()
    for counts in counts_of_spans():
        step.process((COUNTS, counts))
    return [None, *(output.value[1] for output in step.finish_bundle())]


@pytest.mark.parametrize("where", ["engine", "disk"])
def test_counts_are_added_as_they_come(tmp_path: Path, where: str) -> None:
    values: Iterable[Any] = Streamed() if where == "engine" else on_disk(tmp_path)
    tracemalloc.start()
    _, items = text_grouping._items(COUNTS, values)
    added = total(items)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(added.rows.values()) == SPANS * SHARDS
    assert peak < 3e6  # in a list they take 20 MB


def test_a_group_may_be_sent_on_by_an_engine(tmp_path: Path) -> None:
    sent = pickle.loads(pickle.dumps(text_grouping.Items([None, 1, *on_disk(tmp_path)[:1]])))
    assert list(sent) == [1]


def test_shards_without_text_are_there() -> None:
    pipeline = beam.Pipeline(runner=FnApiRunner())
    shards = pipeline | "Shards" >> beam.Create([0, 1])
    ways = {name: pipeline | name >> beam.Create([(0, name)]) for name in ("Text", "More")}
    grouped = text_grouping.group_by_shard(shards, ways, None)
    rows = grouped | beam.MapTuple(lambda shard, items: (shard, sorted(items)))
    assert_that(rows, equal_to([(0, ["More", "Text"]), (1, [])]))
    pipeline.run().wait_until_finish()
