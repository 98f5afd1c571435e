"""The clips of a dataset, read at random: rows in memory, audio from its Parquet files on disk."""

import glob
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, resample
from speech.dataset.files import parquet_files
from speech.dataset.parquet_sizes import check_sizes
from speech.errors import InputError, Refused

if TYPE_CHECKING:
    from datasets import Dataset
    from torch import Tensor

MAX_CLIP_S = 90.0
COLUMNS = ("id", "text_normalized", "language", "speaker_id", "duration_s", "license")
JUDGED = ("wer", "similarity", "mos")
MEL = "teacher_mel"


class Kind(NamedTuple):
    """What a column must hold, in words, and whether a type of Arrow's does."""

    wanted: str
    fits: Callable[[pa.DataType], bool]


STRING = Kind("string", lambda found: pa.types.is_string(found) or pa.types.is_large_string(found))
KINDS = dict.fromkeys(COLUMNS, STRING) | {
    "duration_s": Kind("float, in seconds", pa.types.is_floating),
    "audio": Kind(
        "struct<bytes, path> of encoded audio",
        lambda found: pa.types.is_struct(found) and found.get_field_index("bytes") >= 0,
    ),
}

KNOWN = KINDS | {MEL: Kind("binary", pa.types.is_binary)}
"""with what a dataset may have besides"""


@dataclass(frozen=True)
class ClipInfo:
    """What is known of a clip without decoding it."""

    id: str
    text_normalized: str
    language: str
    speaker_id: str
    duration_s: float
    license: str
    wer: float | None
    similarity: float | None
    mos: float | None
    """None where a judge was not asked"""
    phonemes: str | None
    phoneme_ends_s: tuple[float, ...] | None


class Clips(Sequence[ClipInfo]):
    """The accepted clips of a dataset in the project's layout, in the order of its files."""

    def __init__(self, location: str, infos: Sequence[ClipInfo], sound: "Dataset") -> None:
        self.location, self._infos, self._sound = location, list(infos), sound

    def __len__(self) -> int:
        return len(self._infos)

    def __getitem__(self, index: int) -> ClipInfo:  # type: ignore[override]
        return self._infos[index]

    def wave(self, index: int) -> Wave:
        """(samples,) at 24 kHz, of which NaN and inf are silence; raises InputError for what is no
        audio, or longer than `MAX_CLIP_S`."""
        try:
            return self.decoded(index)
        except Refused as refusal:
            name = self._infos[index].id
            raise InputError(
                f"clip {name} of {self.location} cannot be heard: {refusal}"
            ) from refusal

    def decoded(self, index: int) -> Wave:
        """As `wave`, but raises Refused."""
        cell = self._sound[index]["audio"]
        wave, sample_rate = decode(cell["bytes"], MAX_CLIP_S)
        return np.nan_to_num(resample(wave, sample_rate, SAMPLE_RATE))

    @property
    def teacher_mels(self) -> int:
        """How many clips have one."""
        if MEL not in self._sound.column_names:
            return 0
        return len(self) - self._sound.data.column(MEL).null_count

    def teacher_mel(self, index: int, frames: int) -> "Tensor | None":
        """(frames, mels) log-mels that the clip was made from, where the dataset keeps them; raises
        InputError where they are of another number of frames."""
        if MEL not in self._sound.column_names or not (data := self._sound[index][MEL]):
            return None
        from speech.dataset.mel_bytes import log_mel_of  # imports torch, in seconds

        try:
            return log_mel_of(data, frames)
        except ValueError as error:
            name = self._infos[index].id
            raise InputError(f"clip {name} of {self.location}: {MEL} has {error}") from error


def open_clips(location: str) -> Clips:
    """The clips under `location`/data (local or gs://).

    Raises:
        InputError: no dataset, no clip, files without the columns of the project's layout, or one
            that is not of this dataset.
    """
    from datasets import Audio, disable_progress_bars, load_dataset

    found = parquet_files(location, "data")
    if not found:
        raise InputError(
            f"{location} is no dataset: it has no data/*.parquet (make synth writes one)"
        )
    files = [str(storage.local_path(path)) for path in found]
    _check_files(location, files)
    if not sys.stderr.isatty():
        disable_progress_bars()
    patterns = [glob.escape(file) for file in files]
    table = load_dataset("parquet", data_files=patterns, split="train")
    extra = [n for n in (*JUDGED, "phonemes", "phoneme_ends_s") if n in table.column_names]
    rows = table.select_columns([*COLUMNS, *extra]).to_list()
    infos = [
        ClipInfo(
            **{name: row[name] for name in COLUMNS},
            **{name: row.get(name) for name in JUDGED},
            phonemes=row.get("phonemes"),
            phoneme_ends_s=tuple(row["phoneme_ends_s"]) if row.get("phoneme_ends_s") else None,
        )
        for row in rows
    ]
    sound = table.select_columns([n for n in ("audio", MEL) if n in table.column_names])
    return Clips(location, infos, sound.cast_column("audio", Audio(decode=False)))


def _check_files(location: str, files: Sequence[str]) -> None:
    rows = 0
    for path in files:
        try:
            file = pq.ParquetFile(path)
            check_sizes(file, os.path.getsize(path))
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path} is no Parquet file, or a damaged one") from error
        except Refused as refused:
            raise InputError(f"{path} is too large: {refused.detail}") from refused
        schema = file.schema_arrow
        if missing := [name for name in KINDS if name not in schema.names]:
            raise InputError(f"{location} has no column {', '.join(missing)}")
        for name in filter(schema.names.__contains__, KNOWN):
            kind, found = KNOWN[name], schema.field(name).type
            if not kind.fits(found):
                raise InputError(f"{location}: column {name} is {found}, wanted {kind.wanted}")
        rows += file.metadata.num_rows
    if not rows:
        raise InputError(f"{location} holds no accepted clip")
