"""The clips that a student is trained on: chosen, aligned, as batches of like lengths."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from rich.console import Console
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from speech.alignment.clips import Alignment
from speech.audio.mel import FRAME_RATE, N_MELS
from speech.dataset.clips import Clips
from speech.dataset.selection import split_clips
from speech.training.buckets import bucketed_batches, rounded
from speech.training.cache import BoundedCache
from speech.training.task import Batch
from student.config import TrainStudentConfig
from student.data.features import Features, features_of
from student.data.packed_levels import LevelCodec, fitted_codec
from student.data.speakers import speaker_vectors
from student.models.acoustic import token_ids
from student.models.ar_config import ArConfig


@dataclass(frozen=True)
class Example:
    """A clip with its phonemes `ids` (P,), the mel frames `durations` (P,) of each, and its place
    in the table of speakers."""

    features: Features
    ids: Tensor
    durations: Tensor
    speaker: int


class StudentData:
    """Rows of a dataset, by number: `lengths` of those trained on, and those `held_out`."""

    def __init__(
        self,
        config: TrainStudentConfig,
        clips: Clips,
        alignments: Sequence[Alignment | None],
        console: Console,
    ) -> None:
        self.config, self.clips, self.alignments = config, clips, alignments
        split = split_clips(clips, config.clips, config.held_out_share, refusal=self._not_aligned)
        self.left_out, self.held_out = split.left_out, split.held_out
        self.lengths = {row: self._frames(row) for row in split.trained}
        self.speakers, self.vectors = speaker_vectors(clips, list(self.lengths), console)
        known = set(self.speakers)
        self.held_out = [row for row in self.held_out if clips[row].speaker_id in known]
        self.codec = _codec(config, clips, list(self.lengths), console)
        self._cache = BoundedCache[Features](config.cache_mb)

    def _not_aligned(self, row: int) -> str | None:
        return "not_aligned" if self.alignments[row] is None else None

    def _frames(self, row: int) -> int:
        alignment = self.alignments[row]
        assert alignment is not None
        return sum(alignment.frames)

    @property
    def mb_per_hour(self) -> float:
        """What is kept of the mels of an hour: half precision, or packed levels."""
        frame_bytes = N_MELS * 2 if self.codec is None else N_MELS // 2
        return frame_bytes * FRAME_RATE * 3600 / 1e6

    def plan(self, epoch: int) -> list[list[int]]:
        config = self.config
        return bucketed_batches(self.lengths, config.batch_frames, config.training.seed, epoch)

    def load(self, row: int) -> Example:
        alignment = self.alignments[row]
        assert alignment is not None
        features = self._cache.get(
            row, lambda: self._features(row), lambda features: features.nbytes
        )
        if self.codec is not None:
            features = replace(features, mel=self.codec.mel(features.mel))
        return Example(
            features,
            token_ids(alignment.phonemes),
            torch.tensor(alignment.frames),
            self.speakers.index(self.clips[row].speaker_id),
        )

    def _features(self, row: int) -> Features:
        """As they are cached: of a student of levels, the mels are packed."""
        features = features_of(self.clips, row, self.clips.wave(row))
        if self.codec is None:
            return features
        return replace(features, mel=self.codec.packed(features.mel.float()))


def _codec(
    config: TrainStudentConfig, clips: Clips, rows: Sequence[int], console: Console
) -> LevelCodec | None:
    """None: the student learns mels as they are."""
    student = config.student
    if not isinstance(student, ArConfig) or student.tokens == "continuous":
        return None
    assert student.dmel is not None
    return fitted_codec(clips, rows, student.dmel, console)


def collate(examples: Sequence[Example]) -> Batch:
    """Padded to a length of few shapes: `mel` (B, N, mels), `pitch`, `voiced` and `energy` (B, N),
    `ids` and `durations` (B, P), 0 on padding, `speaker` (B,)."""
    longest = rounded(max(len(example.features.mel) for example in examples))
    return {
        "mel": _padded([e.features.mel.float() for e in examples], longest),
        "pitch": _padded([e.features.pitch for e in examples], longest),
        "voiced": _padded([e.features.voiced for e in examples], longest),
        "energy": _padded([e.features.energy for e in examples], longest),
        "ids": pad_sequence([e.ids for e in examples], True),
        "durations": pad_sequence([e.durations for e in examples], True),
        "speaker": torch.tensor([e.speaker for e in examples]),
    }


def _padded(rows: Sequence[Tensor], length: int) -> Tensor:
    padded = rows[0].new_zeros(len(rows), length, *rows[0].shape[1:])
    for target, row in zip(padded, rows, strict=True):
        target[: len(row)] = row
    return padded
