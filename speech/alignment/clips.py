"""How many mel frames each phoneme of a clip lasts: found once for a dataset and kept beside it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from speech import storage
from speech.alignment.gaussian_hmm import PAUSE, PUNCTUATION, GaussianHmmAligner
from speech.alignment.training import (
    is_long_enough,
    learn_from,
    phonemes_of,
    sound_of,
    wave_features,
)
from speech.audio.mel import FRAME_RATE, HOP_LENGTH
from speech.dataset.clips import ClipInfo, Clips
from speech.errors import InputError
from speech.progress import track
from speech.seeds import short_id

VERSION = 1
"""of the method: with another, kept alignments are found anew"""
MODEL_CLIPS = 600
SCHEMA = pa.schema([("phonemes", pa.string()), ("frames", pa.list_(pa.int32()))])


@dataclass(frozen=True)
class Alignment:
    """`phonemes` in misaki's alphabet, and the mel frames each character lasts, in all as many as
    the clip has. Where the dataset knew the ends, a symbol may last none."""

    phonemes: str
    frames: tuple[int, ...]


def align_dataset(
    location: str, clips: Clips, console: Console, trust_known: bool = True
) -> list[Alignment | None]:
    """One for each clip, in order.

    None for what cannot be aligned: no phonemes, fewer frames than symbols, silent or undecodable
    audio. Ends that the dataset knows are used as they are if `trust_known`.
    """
    name = f"{_key(clips, trust_known)}.parquet"
    beside = storage.join(location, "_alignments", name)
    at_home = str(storage.cache_dir() / "alignments" / name)
    for path in (beside, at_home):
        if (kept := _read(path, len(clips))) is not None:
            return kept
    found = _align(clips, console, trust_known)
    _keep(found, beside, at_home, console)
    return found


def _key(clips: Sequence[ClipInfo], trust_known: bool) -> str:
    known = [
        (c.id, c.duration_s, c.language, c.text_normalized, c.phonemes, c.phoneme_ends_s)
        for c in clips
    ]
    return short_id("alignment", VERSION, trust_known, *known)


def _align(clips: Clips, console: Console, trust_known: bool) -> list[Alignment | None]:
    phonemes = [
        phonemes_of(clips[i]) for i in track(range(len(clips)), "phonemes", console, "clip")
    ]
    open_ends = [i for i, p in enumerate(phonemes) if p and not (trust_known and _known(clips[i]))]
    model = None
    if open_ends:
        symbols = {p for i in open_ends for p in phonemes[i] or "" if p not in PUNCTUATION}
        said = PAUSE + "".join(sorted(symbols))
        model = learn_from(clips, phonemes.__getitem__, open_ends, MODEL_CLIPS, said, console)
    return [
        _align_clip(clips, i, phonemes[i], model, trust_known)
        for i in track(range(len(clips)), "aligning", console, "clip")
    ]


def _align_clip(
    clips: Clips,
    row: int,
    phonemes: str | None,
    model: GaussianHmmAligner | None,
    trust_known: bool,
) -> Alignment | None:
    wave = sound_of(clips, row)
    if not phonemes or wave is None:
        return None
    if trust_known and _known(clips[row]):
        return Alignment(phonemes, _known_frames(clips[row], len(wave) // HOP_LENGTH))
    if model is None or not is_long_enough(wave, phonemes):
        return None
    return Alignment(phonemes, tuple(model.align(wave_features(wave), phonemes).tolist()))


def _known(clip: ClipInfo) -> bool:
    ends = np.array(clip.phoneme_ends_s or ())
    fits = bool(clip.phonemes) and len(ends) == len(clip.phonemes or "")
    return fits and bool(np.isfinite(ends).all() and (np.diff(ends, prepend=0) >= 0).all())


def _known_frames(clip: ClipInfo, total: int) -> tuple[int, ...]:
    edges = np.round(np.array(clip.phoneme_ends_s) * FRAME_RATE).astype(int).clip(max=total)
    edges[-1] = total
    return tuple(np.diff(edges, prepend=0).tolist())


def _read(path: str, count: int) -> list[Alignment | None] | None:
    """None where there is no such file, or no whole one of `count` clips."""
    try:
        table = pq.read_table(io.BytesIO(storage.read_bytes(path)), schema=SCHEMA)
    except (InputError, pa.ArrowException, OSError):
        return None
    if len(table) != count:
        return None
    rows = table.to_pylist()
    return [Alignment(r["phonemes"], tuple(r["frames"])) if r["frames"] else None for r in rows]


def _keep(found: Sequence[Alignment | None], beside: str, at_home: str, console: Console) -> None:
    """Beside the dataset or, where that cannot be written, in the user's cache."""
    columns = {
        "phonemes": [a.phonemes if a else None for a in found],
        "frames": [a.frames if a else None for a in found],
    }
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, schema=SCHEMA), buffer)
    try:
        storage.write_bytes(beside, buffer.getvalue())
    except InputError as error:
        storage.write_bytes(Path(at_home), buffer.getvalue())
        console.print(f"alignments are kept in {at_home}: {error}", soft_wrap=True)
