"""A teacher as contestants: upstream's loop over its weights, and this project's sampler."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import torch
from f5_tts.model import CFM, DiT
from torch import nn

from eval.bench.candidate import Candidate, Entry, bytes_on, parameters_of
from eval.bench.setups import Setup, set_up, setups
from pipelines.attempts import prepare
from speech.dataset.schema import SAMPLE_RATE, Utterance
from speech.errors import InputError
from teacher.base import Prepared, Speech
from teacher.f5.config import Dtype
from teacher.f5.sampler import Prompt
from teacher.f5.teacher import F5Teacher
from teacher.packing import BatchLimit, pack


class Speaker(Protocol):
    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> Sequence[Speech]: ...


class Upstream:
    """f5_tts's own `CFM.sample`, item by item as its tools do, before the same vocoder."""

    def __init__(self, teacher: F5Teacher, dtype: Dtype) -> None:
        self.teacher = teacher
        dit = DiT(
            **teacher.config.architecture.model_dump(),
            text_num_embeds=len(teacher.vocabulary),
            attn_mask_enabled=False,
            dropout=0.0,
        )
        dit.load_state_dict(teacher.network.dit.state_dict())
        self.cfm = CFM(transformer=dit).to(teacher.device, getattr(torch, dtype)).eval()

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        mels = [self._mel(item.payload) for item in batch]
        return [*map(Speech, self.teacher.vocode(mels, [b.request.voice for b in batch]))]

    def _mel(self, prompt: Prompt) -> torch.Tensor:
        """(frames - R, mel_dim)."""
        sampler = self.teacher.sampler
        mels: torch.Tensor = self.cfm.sample(
            prompt.reference[None].to(self.cfm.device),
            prompt.tokens[None].to(self.cfm.device),
            prompt.frames,
            steps=sampler.steps,
            cfg_strength=sampler.guidance,
            sway_sampling_coef=sampler.sway,
            use_epss=sampler.epss,
            seed=0,
        )[0]
        return mels[0, len(prompt.reference) :].float()


def teacher_entries(teacher: F5Teacher) -> list[Entry]:
    """The first is what the others are compared to. float16 is what upstream loads on a GPU."""
    name = teacher.config.name
    dtypes: tuple[Dtype, ...] = ("float32", "float16")
    theirs = [
        Entry(f"{name}, upstream, batch 1, {dtype}", partial(_upstream, teacher, dtype))
        for dtype in dtypes
    ]
    ours = [Entry(s.name(teacher), partial(_ours, teacher, s)) for s in setups(teacher)]
    return theirs + ours


def _upstream(teacher: F5Teacher, dtype: Dtype) -> Candidate:
    if teacher.device.type != "cuda" and dtype == "float16":
        raise InputError("needs a GPU")
    upstream = Upstream(teacher, dtype)
    parts = (upstream.cfm, teacher.vocoder)
    return _contestant(teacher, upstream, BatchLimit(items=1), parts)


def _ours(teacher: F5Teacher, setup: Setup) -> Candidate:
    """The batches are measured before anything is compiled, which takes memory of its own."""
    limit = set_up(teacher, replace(setup, compiled=False)).limit()
    changed = set_up(teacher, setup)
    return _contestant(changed, changed, limit, (changed.network, changed.vocoder))


def _contestant(
    teacher: F5Teacher, speaker: Speaker, limit: BatchLimit, parts: Sequence[nn.Module]
) -> Candidate:
    speak = partial(_speak, speaker, teacher, limit)
    return Candidate(
        teacher.device,
        parameters_of(*parts),
        bytes_on(teacher.device, parts),
        speak,
        lambda line: speak([line]),
        limit.items,
    )


def _speak(
    speaker: Speaker, teacher: F5Teacher, limit: BatchLimit, lines: Sequence[Utterance]
) -> float:
    """Text in, waves out, in batches within the limit."""
    prepared = [prepare(line, teacher).prepared for line in lines]
    samples = 0
    for batch in pack([item.cost for item in prepared], limit):
        spoken = speaker.speak([prepared[i] for i in batch], [lines[i].id for i in batch])
        samples += sum(len(speech.wave) for speech in spoken)
    return samples / SAMPLE_RATE
