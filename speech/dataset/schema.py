"""The rows of the dataset and their Arrow schemas; the column names are the project's contract."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_type_hints

from speech.audio import SAMPLE_RATE
from speech.reasons import Stage

if TYPE_CHECKING:
    from datasets import Features


class MelBytes(bytes):
    """Log-mels, as `speech.dataset.mel_bytes` writes them."""


@dataclass(frozen=True)
class Utterance:
    """One thing to be spoken by one voice: a line of the corpus, or a part of one."""

    id: str
    text: str
    """the text after cleaning"""
    text_normalized: str
    language: str
    voice: str
    """of the bank; until one is chosen, which one its row asks for, or nothing"""
    seed: int | None
    """of what is random in its clip; None until it has its voice"""
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

    @property
    def corpus(self) -> str:
        """The file of its `source`. Clips have that alone: a line that is put in above leaves them as
        they were."""
        return self.source.rpartition(":")[0]

    def rejected(self, stage: Stage, reason: str, detail: str = "") -> "Rejection":
        return Rejection(
            id=self.id,
            text=self.text,
            text_normalized=self.text_normalized,
            language=self.language,
            speaker_id=self.voice or None,
            seed=self.seed,
            reason=reason,
            stage=stage,
            detail=detail,
            corpus=self.corpus,
            source=self.source,
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """The columns, in their order, each with its description; None: not measured, or not known."""

    id: Annotated[str, "hash of the text, its place and voice; the same in every run"]
    audio: Annotated[bytes | None, f"FLAC, 16 bit, mono, {SAMPLE_RATE} Hz"] = None
    text: Annotated[str, "the line as it was given"]
    text_normalized: Annotated[
        str | None, "the line as it was spoken, numbers and abbreviations written out"
    ] = None
    language: Annotated[str | None, "ISO 639-1 code"] = None
    speaker_id: Annotated[str | None, "voice of the bank"] = None
    seed: Annotated[int | None, "of the teacher's noise"] = None
    attempt: Annotated[int | None, "0 for the first try"] = None
    duration_s: Annotated[float | None, "seconds of audio"] = None
    transcript: Annotated[str | None, "what the recogniser heard"] = None
    wer: Annotated[
        float | None,
        "word error rate of the transcript against the nearest right reading, 0 to 1 and above",
    ] = None
    cer: Annotated[float | None, "character error rate of the transcript"] = None
    similarity: Annotated[
        float | None, "cosine between the speaker embeddings of clip and reference"
    ] = None
    mos: Annotated[float | None, "estimated opinion score, 1 to 5; empty where not measured"] = None
    speaking_rate: Annotated[float | None, "characters of normalised text per second"] = None
    teacher: Annotated[str | None, "model that spoke"] = None
    teacher_revision: Annotated[str | None, "its revision"] = None
    license: Annotated[str | None, "that the clip is under"] = None
    voice_source: Annotated[str | None, "who speaks in the reference, as its bank says"] = None
    voice_sha256: Annotated[str | None, "of the reference's audio file"] = None
    voice_license: Annotated[str | None, "of the reference"] = None
    voice_consent: Annotated[str | None, "to the use of the voice, as its bank says"] = None
    synthetic: Annotated[bool, "always true"] = True
    watermark: Annotated[str | None, "method and version of the mark in the audio, if any"] = None
    corpus: Annotated[str | None, "file of the corpus that its line is from"] = None
    phonemes: Annotated[
        str | None, "misaki phonemes that were said, where the teacher is told them"
    ] = None
    phoneme_ends_s: Annotated[
        Sequence[float] | None,
        "the second at which each character of `phonemes` ends, where known",
    ] = None
    teacher_mel: Annotated[
        MelBytes | None,
        "the log-mel that the teacher's vocoder was given, if kept: one byte a band, 100 a frame of "
        "256 samples; the natural log of its magnitude is ln(1e-5) + 0.075 times the byte",
    ] = None

    def to_row(self) -> dict[str, Any]:
        audio = {"bytes": self.audio, "path": f"{self.id}.flac"} if self.audio else None
        return {**asdict(self), "audio": audio}


@dataclass(frozen=True, kw_only=True)
class Clip(Row):
    """An accepted row."""

    audio: bytes
    duration_s: float


@dataclass(frozen=True, kw_only=True)
class Rejection(Row):
    """A line that did not become a clip."""

    reason: Annotated[str, "one of speech.reasons.Reason, which is counted"]
    stage: Annotated[str, "where it fell: corpus, text, voice, teacher or gate"]
    detail: Annotated[str, "the figure, and what is allowed"] = ""
    source: Annotated[str, "file:line of the corpus"] = ""


class Column(NamedTuple):
    name: str
    type: str
    """as `datasets` names it; audio and lists of float32 by those words"""
    description: str


_TYPES = {
    str: "string",
    int: "int64",
    float: "float32",
    bool: "bool",
    bytes: "audio",
    MelBytes: "binary",
    Sequence[float]: "list",
}


def _columns(row: type[Row]) -> tuple[Column, ...]:
    hints = get_type_hints(row, include_extras=True)
    found = []
    for field in fields(row):
        kind, description = get_args(hints[field.name])
        plain = get_args(kind)[0] if isinstance(kind, UnionType) else kind
        found.append(Column(field.name, _TYPES[plain], description))
    return tuple(found)


CLIP_COLUMNS = _columns(Row)
"""of data/"""


def clip_features() -> "Features":
    """Columns of data/, as `datasets` and the Hub's viewer understand them."""
    return _features(CLIP_COLUMNS)


def rejection_features() -> "Features":
    """Columns of rejected/: those of a clip, and why it is not one."""
    return _features(_columns(Rejection))


def _features(columns: Sequence[Column]) -> "Features":
    from datasets import Audio, Features, List, Value  # takes a second to import

    special = {"audio": Audio(sampling_rate=SAMPLE_RATE), "list": List(Value("float32"))}
    return Features({name: special.get(type_) or Value(type_) for name, type_, _ in columns})
