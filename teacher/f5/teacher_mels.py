"""Mels of a dataset's clips as a teacher makes them, in step with the clips' own waves.

What a teacher says from noise has another rhythm and another pitch than any recording. So the flow is
started on its way: at a time from the clip's mel, mixed with noise, with the clip's own phoneme ends.
The coarse structure stays the clip's, and the texture is the teacher's. Made once and kept in the
user's cache, in half precision: 68 MB an hour.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from speech import storage
from speech.audio.mel import log_mel
from speech.dataset.clips import Clips
from speech.errors import Refused
from speech.progress import track
from speech.seeds import short_id, stable_hash
from teacher.clip_voices import can_lead, clip_voice
from teacher.f5.config import F5Config, SamplerConfig
from teacher.f5.contours import contours_of
from teacher.f5.frontend import AlignedFrontend, Said, checked_frames, with_stop
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.sampler import Prompt, guide, initial_noise, is_guided, schedule, shown
from teacher.f5.teacher import F5Teacher, reference_gain
from teacher.voices import Voice

VERSION = 2
"""of the method: with another, mels are made anew"""
PARTS = 10_000
"""that the share is counted in"""


@dataclass(frozen=True)
class Recipe:
    """`share` of the clips, chosen by their ids; `start`: a time of the flow, noise 0 and speech 1."""

    teacher: F5Config
    share: float
    start: float
    seed: int

    @property
    def key(self) -> str:
        """What decides every mel, as far as it is not the clip's."""
        teacher = self.teacher.model_dump(
            mode="json",
            include={"sampler", "frontend", "reference_s", "reference_rms", "scale_reference"},
        )
        return short_id(
            "teacher mels", VERSION, self.teacher.revision, teacher, self.start, self.seed
        )


class TeacherMels:
    """Those of some clips of a dataset: each after another clip of its speaker, as in synthesis."""

    def __init__(self, recipe: Recipe, clips: Clips) -> None:
        self.recipe, self.clips = recipe, clips
        self.folder = storage.cache_dir() / "teacher_mels" / recipe.key

    def is_wanted(self, row: int) -> bool:
        chance = stable_hash("teacher mel", self.recipe.seed, self.clips[row].id) % PARTS
        return row in self.leads and chance < self.recipe.share * PARTS

    def make(self, rows: Sequence[int], console: Console) -> None:
        """Those of `rows` that are wanted and not yet kept."""
        missing = [row for row in rows if self.is_wanted(row) and not self._path(row).exists()]
        if not missing:
            return
        voices = {str(row): self.voices[row] for row in {self.leads[row] for row in missing}}
        teacher = F5Teacher(self.recipe.teacher, voices)
        for row in track(missing, "teacher's mels", console, "clip"):
            buffer = io.BytesIO()
            np.save(buffer, self._made(teacher, row).half().numpy())
            storage.write_bytes(self._path(row), buffer.getvalue())

    def pair(self, row: int) -> tuple[Tensor, Tensor]:
        """The wave (samples,), as loud as the teacher speaks, and the mel (frames, mels) that was made
        of it, both in half precision; raises OSError for one that was not made."""
        mel = torch.from_numpy(np.load(self._path(row), allow_pickle=False))
        return self._wave(row).half(), mel

    @cached_property
    def leads(self) -> dict[int, int]:
        """The clip that leads each: the first of its speaker that is not it and long enough."""
        able: dict[str, list[int]] = {}
        for row, clip in enumerate(self.clips):
            if can_lead(clip):
                able.setdefault(clip.speaker_id, []).append(row)
        found = {
            row: [lead for lead in able.get(clip.speaker_id, [])[:2] if lead != row]
            for row, clip in enumerate(self.clips)
        }
        return {row: leads[0] for row, leads in found.items() if leads}

    @cached_property
    def voices(self) -> dict[int, Voice]:
        return {row: clip_voice(self.clips, row) for row in set(self.leads.values())}

    def _wave(self, row: int) -> Tensor:
        wave = torch.from_numpy(self.clips.wave(row))
        return wave * reference_gain(wave, self.recipe.teacher)

    def _path(self, row: int) -> Path:
        """Of what the clip and the one before it are, wherever the dataset lies."""
        clip, lead = self.clips[row], self.voices[self.leads[row]]
        said = (clip.text_normalized, clip.phonemes, clip.phoneme_ends_s)
        return self.folder / f"{short_id(clip.id, clip.duration_s, *said, lead.sha256)}.npy"

    def _made(self, teacher: F5Teacher, row: int) -> Tensor:
        """(frames, mels); the clip's own where the teacher has no symbols for it, or it is too
        long after the one that leads it."""
        clip, lead = self.clips[row], teacher.leads[str(self.leads[row])]
        wave, (reference, gain) = self._wave(row), teacher.reference(str(self.leads[row]))
        mel = log_mel(wave)
        said = Said(clip.text_normalized, clip.language, clip.phonemes, clip.phoneme_ends_s, mel)
        frontend, contours = teacher.frontend, None
        is_aligned = isinstance(frontend, AlignedFrontend)
        transcript = lead.transcript if is_aligned else with_stop(lead.transcript)
        before = Said(transcript, lead.language, lead.phonemes, lead.phoneme_ends_s, reference)
        parts = ((before, torch.from_numpy(lead.wave) * gain, reference), (said, wave, mel))
        try:
            frames = checked_frames(len(reference) + len(mel))
            tokens = [frontend.clip_tokens(part, len(sound)) for part, _, sound in parts]
            if isinstance(frontend, AlignedFrontend) and teacher.config.contours:
                drawn = [
                    contours_of(heard, sound, frontend.aligned(part, len(sound))[1])[1]
                    for part, heard, sound in parts
                ]
                contours = torch.cat(drawn)
        except Refused:
            return mel
        key = f"{self.recipe.seed} {clip.id}"
        prompt = Prompt(reference, torch.cat(tokens), frames, key, contours=contours)
        with teacher.resident(teacher.network):
            return sample_from(teacher.network, prompt, mel, self.recipe.start, teacher.sampler)


@torch.inference_mode()
def sample_from(
    network: PackedNetwork, prompt: Prompt, mel: Tensor, start: float, config: SamplerConfig
) -> Tensor:
    """As `teacher.f5.sampler.sample` of one prompt, but from the time `start` on, at which noise
    and `mel` (frames - R, mel_dim) are mixed; its like, on the CPU."""
    times = torch.tensor([start, *(t for t in schedule(config).tolist() if t > start)])
    target = torch.cat((prompt.reference, mel))
    y = torch.lerp(initial_noise(prompt, network.mel_dim, config), target, start)
    y, reference = y.to(network.device), shown(prompt).to(network.device)
    conditions = network.conditions([prompt.tokens], reference, [prompt.frames], [prompt.contours])
    modulations = network.modulation(times.to(network.device)[:-1])
    for time, step, modulation in zip(
        times.tolist(), times.diff().tolist(), modulations, strict=False
    ):
        copies = 2 if is_guided(time, config) else 1
        flow = network.velocity(y, conditions, modulation, copies)
        y = torch.add(y, guide(flow, config.guidance), alpha=step)
    return y[len(prompt.reference) :].cpu()
