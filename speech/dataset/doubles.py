"""Ids that are accepted more than once among the shards of several datasets."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from speech.dataset.ids import hash_ids, read_ids
from speech.dataset.layout import Part
from speech.dataset.markers import READERS
from speech.storage import Location


@dataclass(frozen=True)
class Source:
    """A shard of one of the datasets."""

    dataset: Location
    part: Part


@dataclass(frozen=True)
class Double:
    """A row whose id a row before it has."""

    id: str
    source: Source
    first: Source


def find_doubles(sources: Sequence[Source]) -> Iterator[Double]:
    """In the order of the shards.

    Every id is read once and held by a hash of eight bytes; those whose hashes meet are read again
    and compared as they are.
    """
    with ThreadPoolExecutor(READERS) as pool:
        hashes = list(pool.map(lambda source: hash_ids(_ids(source)), sources))
    unique, times = np.unique(np.concatenate([np.zeros(0, np.int64), *hashes]), return_counts=True)
    shared = unique[times > 1]
    first: dict[str, Source] = {}
    for source, own in zip(sources, hashes, strict=True):
        if not np.isin(own, shared).any():
            continue
        for id_, is_shared in zip(_ids(source), np.isin(own, shared), strict=True):
            if is_shared and first.setdefault(id_, source) is not source:
                yield Double(id_, source, first[id_])


def _ids(source: Source) -> Iterator[str]:
    return read_ids(source.dataset, [source.part.data])
