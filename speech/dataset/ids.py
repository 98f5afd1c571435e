"""The ids of rows that are there, and who has spoken them, read by column: no audio is touched."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from speech import storage
from speech.dataset.layout import Part
from speech.errors import InputError
from speech.seeds import stable_hash
from speech.storage import Location

BATCH_ROWS = 4096


def read_ids(output: Location, names: Iterable[str]) -> Iterator[str]:
    """Of all rows of these files of a dataset, in their order.

    Raises:
        InputError: a file that is missing or damaged.
    """
    return (id_ for (id_,) in _read(output, names, "id"))


def read_voices(output: Location, names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """(id, voice) of all rows of these files; a row that was rejected may have no voice.

    Raises:
        InputError: a file that is missing or damaged.
    """
    return ((id_, voice) for id_, voice in _read(output, names, "id", "speaker_id"))


def _read(output: Location, names: Iterable[str], *columns: str) -> Iterator[tuple[Any, ...]]:
    for name in names:
        path = storage.join(output, name)
        try:
            with storage.open_input(path, storage.COLUMN_FETCH_BYTES) as stream:
                for batch in pq.ParquetFile(stream).iter_batches(BATCH_ROWS, columns=[*columns]):
                    yield from zip(*(batch[c].to_pylist() for c in columns), strict=True)
        except (pa.ArrowException, OSError) as error:
            mend = f'make verify ARGS="output={output} repair=true"'
            raise InputError(f"{path} is damaged ({error!s:.80}); {mend}") from error


def hash_ids(ids: Iterable[str]) -> npt.NDArray[np.int64]:
    """Eight bytes each: of 100 million, two are taken for each other once in 2,000 datasets."""
    return np.fromiter((stable_hash(id_) for id_ in ids), np.int64)


class TriedVoices:
    """Id -> voices that the rows of these shards, accepted or rejected, were tried in; None: no row.

    Twelve bytes a row, whatever its id.
    """

    def __init__(self, output: Location, shards: Iterable[Part]) -> None:
        codes = dict[str | None, int]()
        hashes, voices = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
        for shard in shards:
            rows = list(read_voices(output, shard.files))
            hashes.append(hash_ids(id_ for id_, _ in rows))
            found = (codes.setdefault(voice, len(codes)) for _, voice in rows)
            voices.append(np.fromiter(found, np.int32))
        every = np.concatenate(hashes)
        order = np.argsort(every)
        self._hashes, self._voices = every[order], np.concatenate(voices)[order]
        self._names = list(codes)

    def __call__(self, id_: str) -> set[str] | None:
        hash_ = np.int64(stable_hash(id_))
        first, end = (int(np.searchsorted(self._hashes, hash_, s)) for s in ("left", "right"))
        if first == end:
            return None
        return {name for code in self._voices[first:end] if (name := self._names[code]) is not None}
