"""A sample of a dataset heard again by the judges: the evidence that its flags rest on."""

import hashlib
import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from rich.console import Console

from eval.dataset.disk_buffer import DiskBuffer
from eval.dataset.rows import DatasetRows, Row
from eval.metrics.doubled_words import doubled_word
from eval.metrics.scoring import Scorer
from eval.metrics.sound import Sound, measure_sound
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, resample
from speech.dataset.clips import MAX_CLIP_S
from speech.errors import Refused
from speech.judges.speaker import Embedding
from speech.judges.word_errors import WordErrors
from speech.progress import track

MAX_GROUPS = 64
"""row groups that a sample is drawn from, so that a small sample of a large dataset reads little"""
DOUBTFUL_WER = 0.5
"""above, a clip says something else, and no word of its text is looked for twice"""
COLUMNS = ("id", "audio", "text", "text_normalized", "speaker_id")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of one clip, numbers alone; None where a judge failed."""

    number: int
    """number of the row in the dataset"""
    duration_s: float
    rate: float
    """characters of normalised text per second"""
    errors: WordErrors | None
    sound: Sound | None
    mos: float | None
    """of the judge whose scores decide at the gate; no other's in its place"""
    doubled: float | None
    """log odds that a word is said twice (`eval.metrics.doubled_words`)"""


@dataclass
class Listening:
    """What was heard; `embeddings` (clips, their size) are NaN where there is none."""

    sampling: str
    clips: list[Evidence]
    embeddings: npt.NDArray[np.float16]
    speakers: list[str]
    rows: DiskBuffer
    """text, transcript, id and speaker of each clip"""
    failures: Counter[str] = field(default_factory=Counter)
    """clips by the judge that failed on them"""
    same_audio: int = 0
    """clips whose file equals that of an earlier one"""

    def keep_voice(self, place: int, embedding: Embedding) -> None:
        """The first embedding tells the size of all."""
        if self.embeddings.shape[1] != len(embedding):
            clips = len(self.embeddings)
            self.embeddings = np.full((clips, len(embedding)), np.nan, np.float16)
        self.embeddings[place] = embedding


def choose(rows: DatasetRows, count: int | None, seed: int) -> tuple[set[int], str]:
    """Numbers of rows to hear, and how they were drawn in words."""
    groups = [group for group in rows.row_groups() if len(group)]
    total = sum(len(group) for group in groups)
    if count is None or count >= total:
        return {number for group in groups for number in group}, f"all {total} clips"
    draw = random.Random(f"{seed} listening")
    few = draw.sample(groups, min(MAX_GROUPS, len(groups)))
    numbers = [number for group in few for number in group]
    kept = set(draw.sample(numbers, min(count, len(numbers))))
    place = "" if len(few) == len(groups) else f" within {len(few)} of {len(groups)} row groups"
    return kept, f"{len(kept)} of {total} clips, drawn at random{place}"


def listen(
    rows: DatasetRows, numbers: Collection[int], sampling: str, ear: Scorer, console: Console
) -> Listening:
    """Every chosen clip, one after another; a clip that fails says so and the rest goes on."""
    heard = Listening(
        sampling, [], np.full((len(numbers), 1), np.nan, np.float16), [], DiskBuffer()
    )
    files: set[bytes] = set()
    chosen = rows.chosen_rows(COLUMNS, numbers)
    for number, row in track(chosen, "listening to the dataset", console, "clip", len(numbers)):
        _hear(number, row, ear, heard)
        digest = hashlib.blake2b((row["audio"] or {}).get("bytes") or b"", digest_size=12).digest()
        heard.same_audio += digest in files
        files.add(digest)
    return heard


def _hear(number: int, row: Row, ear: Scorer, heard: Listening) -> None:
    text = row["text_normalized"] or ""
    failures: dict[str, str] = {}
    transcript, errors, sound, mos, doubled, duration_s = None, None, None, None, None, 0.0
    try:
        wave = clip_wave(row)
    except Refused as refusal:
        failures["audio"] = str(refusal)
    else:
        found = ear.hear(wave, text or None)
        transcript, errors, failures = found.transcript, found.errors, dict(found.failures)
        duration_s = len(wave) / SAMPLE_RATE
        mos = found.ratings.get(ear.judges.mos.name) if ear.judges.mos else None
        if found.embedding is not None:
            heard.keep_voice(len(heard.clips), found.embedding)
        if "audio" not in failures:
            sound = measure_sound(wave)
        if errors is not None and not errors.repetitions and errors.wer < DOUBTFUL_WER:
            doubled = _doubled(wave, text, ear, failures)
    rate = len(text) / duration_s if duration_s else 0.0
    odds = doubled[1] if doubled else None
    heard.clips.append(Evidence(number, duration_s, rate, errors, sound, mos, odds))
    heard.speakers.append(str(row["speaker_id"]))
    heard.failures.update(failures.keys())
    heard.rows.append(
        {
            "id": str(row["id"]),
            "text": str(row["text"] or text),
            "speaker_id": str(row["speaker_id"]),
            "transcript": transcript,
            "doubled": doubled and doubled[0],
            "failures": failures,
        }
    )


def _doubled(
    wave: Wave, text: str, ear: Scorer, failures: dict[str, str]
) -> tuple[str, float] | None:
    try:
        return doubled_word(ear.judges.asr, wave, text, ear.language)
    except Refused:  # too long for one window
        return None
    except Exception as error:
        failures["doubled words"] = f"{error!r:.200}"
        return None


def clip_wave(row: Row) -> Wave:
    """(samples,) at 24 kHz, NaN kept. Raises Refused where nothing can be decoded."""
    data = (row["audio"] or {}).get("bytes")
    if not data:
        raise Refused("no_audio", "the row has no bytes")
    wave, sample_rate = decode(data, MAX_CLIP_S)
    return resample(wave, sample_rate, SAMPLE_RATE)
