"""Beside every speed, how far what is said is from float32 at batch 1, and what it costs a chip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from eval.bench.candidate import Candidate, Entry
from eval.bench.costs import Cost, batch_cost
from eval.bench.loop import timed
from eval.bench.peaks import peak_flops
from eval.bench.setups import EVERY_STEP, Setup, set_up
from eval.bench.teachers import TeacherCandidate, Way
from pipelines.speak.attempts import prepare
from speech.dataset.schema import Utterance
from speech.machine import device_name
from teacher.f5.sampler import Prompt
from teacher.f5.teacher import F5Teacher


@dataclass(frozen=True)
class Trial:
    """Differences of log-mels from this project's float32 at batch 1, guided in the same steps and led
    by the same references, over all lines; the share of the chip's peak is of the batch of `cost`."""

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
        self.teacher, self.lines = teacher, lines
        self.found: dict[str, Trial] = {}
        self._expected: dict[Setup, tuple[list[Prompt], list[Tensor]]] = {}

    def entry(self, way: Way) -> Entry:
        """A contestant that is tried when it enters."""
        name = way.name(self.teacher)

        def enter() -> Candidate:
            candidate = way.enter(self.teacher)
            self.found[name] = self._tried(candidate, way)
            return candidate

        return Entry(name, enter)

    def _tried(self, candidate: TeacherCandidate, way: Way) -> Trial:
        prompts, expected = self._exact(way)
        batches = candidate.in_batches([prompt.frames for prompt in prompts])
        apart = []
        for batch in batches:
            made = candidate.speaker.synthesize_mels([prompts[i] for i in batch])
            pairs = zip(batch, made, strict=True)
            apart += [(mel.float().cpu() - expected[i]).abs().flatten() for i, mel in pairs]
        first = [prompts[i] for i in batches[0]]
        seconds, _ = timed(candidate, lambda: candidate.speaker.synthesize_mels(first))
        cost = batch_cost(self.teacher, way, first)
        peak, source = peak_flops(candidate.device, device_name(candidate.device), way.dtype)
        every = torch.cat(apart)
        return Trial(
            every.max().item(),
            every.mean().item(),
            cost,
            seconds,
            None if cost is None else cost.flops / seconds / peak,
            source,
        )

    def _exact(self, way: Way) -> tuple[list[Prompt], list[Tensor]]:
        """What is to be said, with the way's references, and the mels of float32 at batch 1."""
        interval = self.teacher.sampler.guidance_interval
        shipped = Setup(
            1,
            "float32",
            "rowwise",
            guided_throughout=way.guided_throughout and interval != EVERY_STEP,
            reference_s=way.setup.reference_s if way.setup else self.teacher.config.reference_s,
        )
        if shipped not in self._expected:
            exact = set_up(self.teacher, shipped)
            prompts = [
                replace(prepare(line, exact).prepared.payload, key=line.id) for line in self.lines
            ]
            mels = [exact.synthesize_mels([prompt])[0].float().cpu() for prompt in prompts]
            self._expected[shipped] = prompts, mels
        return self._expected[shipped]
