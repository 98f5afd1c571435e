"""The clips that a student is trained on: chosen, aligned, as batches of like lengths."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from rich.console import Console
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from speech.alignment.clips import Alignment
from speech.dataset.clips import ClipInfo, Clips
from speech.errors import InputError
from speech.seeds import stable_hash
from speech.training.buckets import bucketed_batches, rounded
from speech.training.cache import BoundedCache
from speech.training.task import Batch
from student.config import ClipsConfig, TrainStudentConfig
from student.data.features import Features, features_of
from student.data.speakers import speaker_vectors
from student.models.acoustic import token_ids


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
        self.left_out: Counter[str] = Counter()
        wanted = [row for row in range(len(clips)) if self._is_wanted(row)]
        if not wanted:
            reasons = ", ".join(f"{reason} {n}" for reason, n in self.left_out.most_common())
            raise InputError(
                f"none of the {len(clips)} clips in {config.dataset} is left to train on: {reasons}"
            )
        held = [row for row in wanted if self._is_held_out(clips[row])]
        self.held_out = held if len(held) < len(wanted) else []
        kept_out = set(self.held_out)
        self.lengths = {row: self._frames(row) for row in wanted if row not in kept_out}
        self.speakers, self.vectors = speaker_vectors(clips, list(self.lengths), console)
        known = set(self.speakers)
        self.held_out = [row for row in self.held_out if clips[row].speaker_id in known]
        self._cache = BoundedCache[Features](config.cache_mb)

    def _is_wanted(self, row: int) -> bool:
        reason = refusal(self.clips[row], self.config.clips)
        if reason is None and self.alignments[row] is None:
            reason = "not_aligned"
        if reason is not None:
            self.left_out[reason] += 1
        return reason is None

    def _is_held_out(self, clip: ClipInfo) -> bool:
        return stable_hash("held out", clip.id) % 10_000 < self.config.held_out_share * 10_000

    def _frames(self, row: int) -> int:
        alignment = self.alignments[row]
        assert alignment is not None
        return sum(alignment.frames)

    def plan(self, epoch: int) -> list[list[int]]:
        config = self.config
        return bucketed_batches(self.lengths, config.batch_frames, config.training.seed, epoch)

    def load(self, row: int) -> Example:
        alignment = self.alignments[row]
        assert alignment is not None
        features = self._cache.get(
            row, lambda: features_of(self.clips.wave(row)), lambda features: features.nbytes
        )
        return Example(
            features,
            token_ids(alignment.phonemes),
            torch.tensor(alignment.frames),
            self.speakers.index(self.clips[row].speaker_id),
        )


def refusal(clip: ClipInfo, wanted: ClipsConfig) -> str | None:
    """Why a clip is not trained on, as a name to count; written so that NaN does not pass."""
    if wanted.speakers is not None and clip.speaker_id not in wanted.speakers:
        return "speaker"
    if not wanted.min_duration_s <= clip.duration_s <= wanted.max_duration_s:
        return "duration"
    limits: Mapping[str, bool] = {
        "wer": wanted.wer_max is None or (clip.wer is not None and clip.wer <= wanted.wer_max),
        "similarity": wanted.similarity_min is None
        or (clip.similarity is not None and clip.similarity >= wanted.similarity_min),
        "mos": wanted.mos_min is None or (clip.mos is not None and clip.mos >= wanted.mos_min),
    }
    return next((name for name, fits in limits.items() if not fits), None)


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
