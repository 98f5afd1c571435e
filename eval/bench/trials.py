"""Beside every speed, how far what is said is from float32 at batch 1, and what it costs a chip."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from eval.bench.candidate import Candidate, Entry
from eval.bench.costs import Cost, batch_cost
from eval.bench.loop import timed
from eval.bench.peaks import peak_flops
from eval.bench.setups import EVERY_STEP, Setup, set_up
from eval.bench.teachers import TeacherCandidate, Way
from pipelines.attempts import prepare
from speech.dataset.schema import Utterance
from speech.machine import device_name
from teacher.f5.network import attention_kind
from teacher.f5.sampler import Prompt
from teacher.f5.teacher import F5Teacher
from teacher.packing import pack

Mels = list[Tensor]


@dataclass(frozen=True)
class Trial:
    """Differences of log-mels from this project's float32 at batch 1, guided in the same steps, over
    all lines of the trial; the share of the chip's peak is of the batch that `cost` is of."""

    max_difference: float
    mean_difference: float
    cost: Cost | None
    batch_s: float
    share_of_peak: float | None
    peak: str
    """whose figure of the chip's peak it is"""


class Trials:
    """Of a few lines, short to long."""

    def __init__(self, teacher: F5Teacher, lines: Sequence[Utterance]) -> None:
        self.teacher = teacher
        self.prompts: list[Prompt] = []
        for line in lines:
            prompt: Prompt = prepare(line, teacher).prepared.payload
            self.prompts.append(prompt)
        self.found: dict[str, Trial] = {}

    def entry(self, way: Way) -> Entry:
        """A contestant that is tried when it enters."""
        name = way.name(self.teacher)

        def enter() -> Candidate:
            candidate = way.enter(self.teacher)
            self.found[name] = self._tried(candidate, way)
            return candidate

        return Entry(name, enter)

    def _tried(self, candidate: TeacherCandidate, way: Way) -> Trial:
        batches = pack([prompt.frames for prompt in self.prompts], candidate.limit)
        mels: dict[int, Tensor] = {}
        for batch in batches:
            made = candidate.speaker.synthesize_mels([self.prompts[i] for i in batch])
            mels |= zip(batch, (mel.float().cpu() for mel in made), strict=True)
        apart = [
            (mels[i] - expected).abs().flatten() for i, expected in enumerate(self._expected(way))
        ]
        first = [self.prompts[i] for i in batches[0]]
        seconds, _ = timed(candidate, lambda: candidate.speaker.synthesize_mels(first))
        cost = batch_cost(self.teacher, way, first)
        name = device_name(candidate.device)
        peak, source = peak_flops(candidate.device, name, way.dtype)
        every = torch.cat(apart)
        return Trial(
            every.max().item(),
            every.mean().item(),
            cost,
            seconds,
            cost and cost.flops / seconds / peak,
            source,
        )

    def _expected(self, way: Way) -> Mels:
        always = way.setup is None or way.setup.guided_throughout
        return self._throughout if always else self._shipped

    @cached_property
    def _shipped(self) -> Mels:
        return self._exact(guided_throughout=False)

    @cached_property
    def _throughout(self) -> Mels:
        if self.teacher.sampler.guidance_interval == EVERY_STEP:
            return self._shipped
        return self._exact(guided_throughout=True)

    def _exact(self, guided_throughout: bool) -> Mels:
        kind = attention_kind(self.teacher.device)
        setup = Setup(1, "float32", kind, guided_throughout=guided_throughout)
        exact = set_up(self.teacher, setup)
        return [exact.synthesize_mels([prompt])[0].float().cpu() for prompt in self.prompts]
