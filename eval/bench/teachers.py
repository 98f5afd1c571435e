"""A teacher as contestants: upstream's loop over its weights, and this project's sampler."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import torch
from torch import Tensor, nn

from eval.bench.candidate import Candidate, Entry, bytes_on, parameters_of
from eval.bench.setups import Setup, set_up, setups
from eval.bench.upstream import Upstream, upstream_network
from pipelines.speak.attempts import prepare
from speech.audio import SAMPLE_RATE
from speech.dataset.schema import Utterance
from speech.errors import InputError
from teacher.base import Prepared, Speech
from teacher.f5.config import Dtype
from teacher.f5.sampler import Prompt
from teacher.f5.teacher import F5Teacher
from teacher.packing import pack

UPSTREAM_DTYPES: tuple[Dtype, ...] = ("float32", "float16")
"""float16 is what upstream loads on a GPU"""
UPSTREAM_BATCH = 8


class Speaker(Protocol):
    """One batch."""

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> Sequence[Speech]: ...

    def synthesize_mels(self, prompts: Sequence[Prompt]) -> list[Tensor]: ...


InBatches = Callable[[Sequence[int]], list[list[int]]]
"""frames of items -> their places, batch by batch"""


@dataclass(frozen=True, kw_only=True)
class TeacherCandidate(Candidate):
    speaker: Speaker
    in_batches: InBatches


@dataclass(frozen=True)
class Way:
    """A way to run a teacher: the `setup` of this project's sampler, or upstream's, one item or
    `UPSTREAM_BATCH` at a time."""

    dtype: Dtype
    setup: Setup | None = None
    batch: int = 1

    @property
    def guided_throughout(self) -> bool:
        return self.setup is None or self.setup.guided_throughout

    def name(self, teacher: F5Teacher) -> str:
        if self.setup:
            return self.setup.name(teacher)
        batch = "batch 1" if self.batch == 1 else f"ragged batch {self.batch}"
        return f"{teacher.config.name}, upstream, {batch}, {self.dtype}"

    def enter(self, teacher: F5Teacher) -> TeacherCandidate:
        """Raises InputError where the machine cannot."""
        return _ours(teacher, self.setup) if self.setup else _upstream(teacher, self)


def teacher_ways(teacher: F5Teacher) -> list[Way]:
    """The first is what the others are compared to."""
    theirs = [Way(dtype) for dtype in UPSTREAM_DTYPES]
    return theirs + [Way(setup.dtype, setup) for setup in setups(teacher)]


def ragged_ways() -> list[Way]:
    """Upstream's own batches, whose shorter items are wrong."""
    return [Way(dtype, batch=UPSTREAM_BATCH) for dtype in UPSTREAM_DTYPES]


def teacher_entries(teacher: F5Teacher) -> list[Entry]:
    return [Entry(way.name(teacher), partial(way.enter, teacher)) for way in teacher_ways(teacher)]


def _upstream(teacher: F5Teacher, way: Way) -> TeacherCandidate:
    if teacher.device.type != "cuda" and way.dtype == "float16":
        raise InputError("needs a GPU")
    network = upstream_network(teacher)
    network.load_state_dict(teacher.read_network().dit.state_dict())
    upstream = Upstream(teacher, network.to(teacher.device, getattr(torch, way.dtype)))
    parts = (upstream.cfm, teacher.vocoder)
    return _contestant(teacher, upstream, partial(_in_order, size=way.batch), way.batch, parts)


def _ours(teacher: F5Teacher, setup: Setup) -> TeacherCandidate:
    """The batches are measured before anything is compiled, which takes memory of its own."""
    limit = set_up(teacher, replace(setup, compiled=False)).limit()
    changed = set_up(teacher, setup)
    parts = (changed.network, changed.vocoder)
    return _contestant(changed, changed, partial(pack, limit=limit), limit.items, parts)


def _in_order(frames: Sequence[int], size: int) -> list[list[int]]:
    """As they come: long ones beside short ones."""
    places = range(len(frames))
    return [[*places[start : start + size]] for start in places[::size]]


def _contestant(
    teacher: F5Teacher,
    speaker: Speaker,
    in_batches: InBatches,
    items: int | None,
    parts: Sequence[nn.Module],
) -> TeacherCandidate:
    speak = partial(_speak, speaker, teacher, in_batches)
    return TeacherCandidate(
        device=teacher.device,
        parameters=parameters_of(*parts),
        weights_bytes=bytes_on(teacher.device, parts),
        speak=speak,
        begin=lambda line: speak([line]),
        batch=items,
        speaker=speaker,
        in_batches=in_batches,
    )


def _speak(
    speaker: Speaker, teacher: F5Teacher, in_batches: InBatches, lines: Sequence[Utterance]
) -> float:
    """Text in, waves out."""
    prepared = [prepare(line, teacher).prepared for line in lines]
    samples = 0
    for batch in in_batches([item.cost for item in prepared]):
        spoken = speaker.speak([prepared[i] for i in batch], [lines[i].id for i in batch])
        samples += sum(len(speech.wave) for speech in spoken)
    return samples / SAMPLE_RATE
