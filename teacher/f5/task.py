"""What `teacher.train` trains: the network on masked spans and, beside it, phoneme durations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from speech.audio.mel import FRAME_RATE, log_mel
from speech.dataset.clips import Clips
from speech.dataset.selection import split_clips
from speech.errors import InputError, Refused
from speech.training.buckets import bucketed_batches, rounded
from speech.training.cache import BoundedCache
from speech.training.task import Batch, Evaluation
from teacher.f5.contours import CHANNELS, contours_of, pad_contours, speaker_pitch
from teacher.f5.durations import duration_loss
from teacher.f5.flow_matching import FlowMatching
from teacher.f5.frontend import AlignedFrontend, Frontend, Said
from teacher.f5.network import Network
from teacher.f5.samples import Samples
from teacher.f5.teacher import reference_gain
from teacher.f5.training_config import TrainTeacherConfig

MIN_PHONEME_S = 0.004
PITCHED_CLIPS = 3
EVALUATED_CLIPS = 48


@dataclass(frozen=True)
class Example:
    """One clip: `mel` (frames, mels) in half precision, `tokens` (N_tokens,) and, where the frontend
    is aligned, `phonemes` (P,) ids from 1 and `seconds` (P,) of each."""

    mel: Tensor
    tokens: Tensor
    phonemes: Tensor
    seconds: Tensor
    points: Tensor
    """(P, 4), and its lines `contours` (frames, 2); empty where nothing is told of them"""
    contours: Tensor
    speaker: Tensor
    """(2,) mean and deviation of the speaker's pitch, in octaves"""


class TeacherTask:
    """Flow matching over the clips of a dataset, in batches of like lengths."""

    averaged: Sequence[str]

    def __init__(
        self,
        config: TrainTeacherConfig,
        clips: Clips,
        network: Network,
        beside: Mapping[str, nn.Module],
        frontend: Frontend,
    ) -> None:
        """`beside`: what else is trained, "durations" and "prosody"."""
        self.config, self.clips, self.frontend = config, clips, frontend
        drops = config.audio_drop, config.both_drop, config.contour_drop
        self.modules: Mapping[str, nn.Module] = {"network": FlowMatching(network, *drops), **beside}
        self.averaged = tuple(self.modules)
        self._pitches: dict[str, Tensor] = {}
        split = split_clips(clips, config.clips, config.held_out_share)
        self.held_out = split.held_out[:EVALUATED_CLIPS]
        self.lengths = {row: round(clips[row].duration_s * FRAME_RATE) for row in split.trained}
        self.samples = Samples(config.teacher, clips, self.held_out, list(self.lengths))
        self._cache = BoundedCache[Example](config.cache_mb)

    def plan(self, epoch: int) -> list[list[int]]:
        config = self.config
        return bucketed_batches(self.lengths, config.batch_frames, config.training.seed, epoch)

    def load(self, key: int) -> Example:
        return self._cache.get(
            key,
            lambda: self._read(key),
            lambda e: e.mel.nbytes + e.tokens.nbytes + e.contours.nbytes,
        )

    def _read(self, index: int) -> Example:
        clip = self.clips[index]
        wave = torch.from_numpy(self.clips.wave(index))
        wave = wave * reference_gain(wave, self.config.teacher)
        mel = log_mel(wave)
        said = Said(clip.text_normalized, clip.language, clip.phonemes, clip.phoneme_ends_s, mel)
        try:
            tokens = self.frontend.clip_tokens(said, len(mel))
        except Refused as refusal:
            raise InputError(f"clip {clip.id} of {self.config.dataset}: {refusal}") from refusal
        ids, seconds = torch.zeros(0, dtype=torch.long), torch.zeros(0)
        points, contours, speaker = torch.zeros(0, CHANNELS), torch.zeros(0, 2), torch.zeros(2)
        if isinstance(self.frontend, AlignedFrontend):
            ids, ends_s = self.frontend.aligned(said, len(mel))
            ids, seconds = ids + 1, ends_s.diff(prepend=ends_s.new_zeros(1))
            if self.config.teacher.contours:
                points, contours = contours_of(wave, mel, ends_s)
                speaker = self._pitch(clip.speaker_id)
        seconds = seconds.clamp(min=MIN_PHONEME_S)
        return Example(mel.half(), tokens, ids, seconds, points, contours, speaker)

    def _pitch(self, speaker: str) -> Tensor:
        """(2,) over some of the speaker's clips, as a reference tells it when the teacher speaks."""
        if speaker not in self._pitches:
            theirs = [i for i in self.lengths if self.clips[i].speaker_id == speaker]
            longest = sorted(theirs, key=lambda i: -self.lengths[i])[:PITCHED_CLIPS]
            heard = [speaker_pitch(torch.from_numpy(self.clips.wave(i))) for i in longest]
            self._pitches[speaker] = torch.tensor(heard or [(0.0, 0.2)]).mean(0)
        return self._pitches[speaker]

    def collate(self, items: Sequence[Example]) -> Batch:
        frames = torch.tensor([len(item.mel) for item in items])
        mel = torch.zeros(len(items), rounded(int(frames.max())), items[0].mel.shape[1])
        for row, item in zip(mel, items, strict=True):
            row[: len(item.mel)] = item.mel
        batch = {
            "mel": mel,
            "frames": frames,
            "tokens": pad_sequence([item.tokens for item in items], True, padding_value=-1),
            "phonemes": pad_sequence([item.phonemes for item in items], True),
            "seconds": pad_sequence([item.seconds for item in items], True, padding_value=1.0),
        }
        if self.config.teacher.contours:
            batch["points"] = pad_sequence([item.points for item in items], True)
            batch["contours"] = pad_contours([item.contours for item in items], mel.shape[1])
            batch["speaker"] = torch.stack([item.speaker for item in items])
        return batch

    def frames(self, batch: Batch) -> int:
        return int(batch["frames"].sum())

    def losses(
        self, name: str, modules: Mapping[str, nn.Module], batch: Batch, step: int
    ) -> dict[str, Tensor]:
        if name == "durations":
            predicted = modules[name](batch["phonemes"]).float()
            error, loss = duration_loss(predicted, batch["seconds"], batch["phonemes"] > 0)
            return {"total": loss, "duration_error": error}
        if name == "prosody":
            readings = torch.cat((batch["seconds"].log().unsqueeze(-1), batch["points"]), dim=-1)
            return {"total": modules[name](batch["phonemes"], batch["speaker"], readings)}
        loss = modules[name](*_told(batch))
        return {"total": loss, "flow": loss}

    def evaluate(self, averages: Mapping[str, nn.Module]) -> Evaluation:
        """Flow loss on clips that are not trained on, with the same noise each time."""
        flow = averages["network"]
        assert isinstance(flow, FlowMatching)
        losses = []
        for index in self.held_out:
            batch = self.collate([self.load(index)])
            batch = {key: value.to(flow.network.device) for key, value in batch.items()}
            losses.append(flow(*_told(batch)).item())
        shown = self.samples.speak(flow.network)
        scalars = {"flow": sum(losses) / len(losses)} if losses else {}
        return replace(shown, scalars=scalars)


def _told(batch: Batch) -> tuple[Tensor | None, ...]:
    return batch["mel"], batch["tokens"], batch["frames"], batch.get("contours")
