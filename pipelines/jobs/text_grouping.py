"""Text is grouped by shard: through Beam's shuffle, or through files where Beam has none.

Beam's direct runner groups in memory, at a kilobyte and more for each line, and holds there as well
what several ways bring together. With a folder the text of each way goes into one file a shard, and
only where it lies meets the others and passes the shuffle. What a bundle that failed has written is
never pointed at, so that a bundle may be tried again.
"""

import pickle
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from speech.storage.local_files import explained

BUFFER_BYTES = 8 << 20
"""held before it is written, of all shards together"""


@dataclass(frozen=True)
class Spooled:
    """The items of a shard that a bundle has written."""

    path: str
    items: int


def group_by_shard(
    shards: beam.PCollection,
    ways: Mapping[str, beam.PCollection],
    folder: str | None,
    key: str = "shard",
) -> beam.PCollection:
    """Every shard to do with the items that come for it, none among them; they are read as they are
    asked for.

    Args:
        shards: of numbers.
        ways: of (shard, item) each, by what they bring; that names the steps.
        key: what the numbers are of; names the steps.
        folder: where the text waits on this machine's disk; None for Beam's own shuffle.
    """
    keys = shards | f"Empty {key}s" >> beam.Map(lambda shard: (shard, None))
    if folder is not None:
        ways = {
            what: way | f"{what} of {key}s to files" >> beam.ParDo(ToFiles(folder))
            for what, way in ways.items()
        }
    return (
        (keys, *ways.values())
        | f"With empty {key}s" >> beam.Flatten()
        | f"Group text by {key}" >> beam.GroupByKey()
        | f"Items of {key}s" >> beam.MapTuple(_items)
    )


@dataclass(frozen=True)
class Items:
    """What has come for a shard, one after the other."""

    found: Iterable[Any]
    """items, where they lie, and None"""

    def __iter__(self) -> Iterator[Any]:
        for one in self.found:
            if isinstance(one, Spooled):
                yield from read(one)
            elif one is not None:
                yield one


def _items(shard: int, found: Iterable[Any]) -> tuple[int, Iterable[Any]]:
    return shard, Items(found)


class ToFiles(beam.DoFn):
    """(shard, item) -> at the bundle's end, (shard, where its items lie)."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def start_bundle(self) -> None:
        self.bundle = secrets.token_hex(8)
        self.counts: Counter[int] = Counter()
        self._empty()

    def _empty(self) -> None:
        self.waiting: defaultdict[int, bytearray] = defaultdict(bytearray)
        self.bytes = 0

    def process(self, element: tuple[int, Any]) -> None:
        shard, item = element
        data = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        self.waiting[shard] += data
        self.counts[shard] += 1
        self.bytes += len(data)
        if self.bytes >= BUFFER_BYTES:
            self._flush()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        self._flush()
        for shard, items in self.counts.items():
            yield GlobalWindows.windowed_value((shard, Spooled(str(self._path(shard)), items)))

    def _flush(self) -> None:
        for shard, data in self.waiting.items():
            path = self._path(shard)
            with explained("write", path), path.open("ab") as stream:
                stream.write(data)
        self._empty()

    def _path(self, shard: int) -> Path:
        return Path(self.folder) / f"{shard}-{self.bundle}"


def read(spooled: Spooled) -> Iterator[Any]:
    """The items in the order in which they were written; the file is this run's own."""
    with explained("read", Path(spooled.path)), open(spooled.path, "rb") as stream:
        for _ in range(spooled.items):
            yield pickle.load(stream)
