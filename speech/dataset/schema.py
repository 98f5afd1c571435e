"""The rows of the dataset and their Arrow schemas; the column names are the project's contract."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets import Features


SAMPLE_RATE = 24_000
"""Hz of every clip in a dataset."""


@dataclass(frozen=True)
class Utterance:
    """One thing to be spoken by one voice: a line of the corpus, or a part of one."""

    id: str
    text: str
    text_normalized: str
    language: str
    voice: str
    seed: int
    source: str
    """file:line of the corpus, for people"""
    place: tuple[int, int] = (0, 0)
    """the number of its file in the corpus and of its line in that, from 0"""
    phonemes: str | None = None
    """of the whole text, where the corpus or its lexicon says how it sounds"""
    line: str = ""
    """what the parts of one long line have in common; empty for a whole line"""
    part: int = 0
    """its number among them, from 1"""
    is_respelled: bool = False
    """the lexicon gives a word of it another spelling"""


@dataclass(frozen=True)
class Clip:
    """An accepted row. `audio` holds FLAC bytes, PCM_16, 24 kHz, mono; None stands for not measured."""

    id: str
    audio: bytes
    text: str
    text_normalized: str
    language: str
    speaker_id: str
    seed: int
    attempt: int
    duration_s: float
    transcript: str | None
    wer: float | None
    cer: float | None
    similarity: float | None
    mos: float | None
    speaking_rate: float
    """characters of normalised text per second"""
    teacher: str
    teacher_revision: str
    license: str
    synthetic: bool = True
    phonemes: str | None = None
    phoneme_ends_s: Sequence[float] | None = None
    """seconds from the clip's start, one for each character of `phonemes`, where they are known"""

    def to_row(self) -> dict[str, Any]:
        return {**asdict(self), "audio": {"bytes": self.audio, "path": f"{self.id}.flac"}}


@dataclass(frozen=True)
class Rejection:
    """A line that did not become a clip: `reason` is a counted name, `stage` where it fell."""

    id: str
    text: str
    reason: str
    stage: str
    """corpus, text, voice, teacher or gate"""
    detail: str = ""
    source: str = ""
    text_normalized: str | None = None
    language: str | None = None
    speaker_id: str | None = None
    seed: int | None = None
    attempt: int | None = None
    duration_s: float | None = None
    transcript: str | None = None
    wer: float | None = None
    cer: float | None = None
    similarity: float | None = None
    mos: float | None = None
    speaking_rate: float | None = None
    teacher: str | None = None
    teacher_revision: str | None = None
    license: str | None = None
    synthetic: bool = True
    audio: bytes | None = None

    def to_row(self) -> dict[str, Any]:
        audio = {"bytes": self.audio, "path": f"{self.id}.flac"} if self.audio else None
        return {**asdict(self), "audio": audio}


def clip_features() -> "Features":
    """Columns of data/, as `datasets` and the Hub's viewer understand them."""
    from datasets import Audio, Features, List, Value  # takes a second to import

    text, number, real = Value("string"), Value("int64"), Value("float32")
    return Features(
        {
            "id": text,
            "audio": Audio(sampling_rate=SAMPLE_RATE),
            "text": text,
            "text_normalized": text,
            "language": text,
            "speaker_id": text,
            "seed": number,
            "attempt": number,
            "duration_s": real,
            "transcript": text,
            "wer": real,
            "cer": real,
            "similarity": real,
            "mos": real,
            "speaking_rate": real,
            "teacher": text,
            "teacher_revision": text,
            "license": text,
            "synthetic": Value("bool"),
            "phonemes": text,
            "phoneme_ends_s": List(real),
        }
    )


def rejection_features() -> "Features":
    """Columns of rejected/: those of a clip, and why it is not one."""
    from datasets import Features, Value

    added = dict.fromkeys(("reason", "stage", "detail", "source"), Value("string"))
    return Features({**clip_features(), **added})
