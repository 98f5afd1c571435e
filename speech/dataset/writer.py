"""Streams the rows of a shard, or of a unit of one, into two Parquet files; the marker comes last."""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features

from speech import storage
from speech.dataset.layout import Part, scratch_root
from speech.dataset.markers import Marker, Yield, find_marker, write_marker
from speech.dataset.schema import Clip, Rejection, clip_features, rejection_features
from speech.storage import Location
from speech.storage.local_files import explained
from speech.storage.temporaries import temporary_folder

ROW_GROUP_BYTES = 64 * 2**20
ROW_GROUP_ROWS = 1_000


class PartWriter:
    """Context manager over one part; without `finish` nothing of it is ever seen.

    The files are a pure function of the rows and their order. Memory holds one row group of each.
    """

    def __init__(
        self,
        output: Location,
        part: Part,
        row_group_bytes: int = ROW_GROUP_BYTES,
        scratch: Path | None = None,
    ) -> None:
        """Args:
        scratch: where the files grow, on the file system of a local output; by default the
            output's _shards/ or, for gs://, the system's temporary directory.
        """
        self._output, self._part = output, part
        self._row_group_bytes = row_group_bytes
        self._scratch_root = scratch or scratch_root(output)
        self._open = ExitStack()
        self._reasons, self._voices = Counter[str](), dict[str, Yield]()
        self._total = Yield()

    def __enter__(self) -> "PartWriter":
        # what may be replaced: a rival's files of a later date may not
        self._seen = {
            name: storage.generation(storage.join(self._output, name)) for name in self._part.files
        }
        with explained("write", self._scratch_root):
            scratch = self._open.enter_context(temporary_folder(self._scratch_root))
        size = self._row_group_bytes
        self._clips = _RowFile(scratch / "data", clip_features(), size)
        self._rejections = _RowFile(scratch / "rejected", rejection_features(), size)
        return self

    @property
    def rows(self) -> int:
        return self._total.accepted + self._total.rejected

    def accept(self, clip: Clip) -> None:
        self.add_clip(clip.to_row())

    def reject(self, rejection: Rejection) -> None:
        self.add_rejection(rejection.to_row())

    def add_clip(self, row: dict[str, Any]) -> None:
        """Of the columns of data/."""
        self._clips.append(row)
        # as its column holds it, so that a marker can be counted again from the rows
        self._count_row(row["speaker_id"], Yield(1, 0, float(np.float32(row["duration_s"]))))

    def add_rejection(self, row: dict[str, Any]) -> None:
        """Of the columns of rejected/."""
        self._rejections.append(row)
        self._reasons[_storable(row["reason"])] += 1
        self._count_row(row["speaker_id"], Yield(0, 1, 0.0))

    def _count_row(self, voice: str | None, part: Yield) -> None:
        self._total += part
        if voice is not None:
            voice = _storable(voice)
            self._voices[voice] = self._voices.get(voice, Yield()) + part

    def finish(self, stats: Mapping[str, int | float]) -> Marker:
        """Publish rejected rows, clips and, last, the marker.

        Returns:
            The marker that stands: another worker's where that finished the part meanwhile.

        Raises:
            RuntimeError: another worker is just finishing this part; try again.
        """
        self._clips.close()
        self._rejections.close()
        if rival := find_marker(self._output, self._part):
            return rival
        data, rejected = self._part.files
        files = {
            name: storage.publish(path, storage.join(self._output, name), self._seen[name])
            for name, path in ((rejected, self._rejections.path), (data, self._clips.path))
        }
        marker = Marker(
            index=self._part.index,
            count=self._part.count,
            accepted=self._total.accepted,
            rejected=self._total.rejected,
            audio_s=self._total.audio_s,
            reasons=dict(self._reasons),
            voices=self._voices,
            stats={name: _number(value) for name, value in stats.items()},
            files=files,
        )
        return self._mark(marker)

    def _mark(self, marker: Marker) -> Marker:
        if write_marker(self._output, self._part, marker, if_absent=True):
            return marker
        # a rival's, whose bytes equal ours, or the stale marker of a part that was damaged
        rival = find_marker(self._output, self._part)
        if rival is None:
            write_marker(self._output, self._part, marker, if_absent=False)
        return rival or marker

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()


class _RowFile:
    """One Parquet file that grows by row groups of bounded audio.

    Settings are fixed: bytes must depend on the rows alone. FLAC does not shrink, so the audio is
    neither compressed nor given a dictionary or statistics; mels shrink by a tenth, and have neither.
    """

    def __init__(self, path: Path, features: Features, row_group_bytes: int) -> None:
        self.path = path
        schema = features.arrow_schema
        self._schema, self._row_group_bytes = schema, row_group_bytes
        self._rows: list[dict[str, Any]] = []
        self._audio_bytes = 0
        plain = [name for name in schema.names if name not in ("audio", "teacher_mel")]
        with explained("write", path):
            self._writer = pq.ParquetWriter(
                path,
                schema,
                version="2.6",
                compression={**dict.fromkeys(schema.names, "zstd"), "audio": "none"},
                use_dictionary=plain,
                write_statistics=plain,
                use_compliant_nested_type=False,  # `datasets` names a list's values otherwise
            )

    def append(self, row: dict[str, Any]) -> None:
        self._rows.append({name: _storable(value) for name, value in row.items()})
        self._audio_bytes += len(row["audio"]["bytes"]) if row["audio"] else 0
        self._audio_bytes += len(row["teacher_mel"] or b"")
        if self._audio_bytes >= self._row_group_bytes or len(self._rows) >= ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            batch = pa.RecordBatch.from_pylist(self._rows, self._schema)
            self._rows, self._audio_bytes = [], 0
            with explained("write", self.path):
                self._writer.write_batch(batch, row_group_size=batch.num_rows)

    def close(self) -> None:
        self._flush()
        with explained("write", self.path):
            self._writer.close()


def _storable(value: Any) -> Any:
    r"""Text that Parquet and JSON can hold: lone surrogates, of broken input, become \udxxx escapes."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _number(value: int | float) -> int | float:
    """Of Python's own types, which JSON knows; NumPy's it does not."""
    return value if isinstance(value, int) else float(value)
