"""What a batch asks of a GPU in each way to run a teacher: counted on a device that is not there."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from eval.bench.counting.counts import Counts
from eval.bench.counting.fake_device import fake_device, without_values
from eval.bench.setups import Setup, set_up
from eval.bench.teachers import Way
from eval.bench.upstream import Upstream, upstream_network
from teacher.f5.network import Network
from teacher.f5.sampler import Prompt
from teacher.f5.teacher import F5Teacher

FEW, MORE = 2, 3
"""steps: the difference is what a step costs, a guided one where the first is not"""


@dataclass(frozen=True)
class Cost:
    """Of one batch. A step is one evaluation of the network, guidance included, and the update."""

    frames: int
    """of its items, without padding"""
    step_kernels: int
    step_waits: int
    step_to_device: int
    step_flops: int
    kernels: int
    waits: int
    to_device: int
    flops: int


def batch_cost(teacher: F5Teacher, way: Way, prompts: Sequence[Prompt]) -> Cost | None:
    """Of the mels, without the vocoder; None where a compiler decides what is launched."""
    setup = way.setup
    if setup and setup.compiled:
        return None
    with torch.device("meta"):
        network = Network(teacher.config.architecture, len(teacher.vocabulary))
        theirs = upstream_network(teacher)
    twin = copy.copy(teacher)
    twin.device = torch.device("cuda")
    with fake_device() as device:
        twin.network = without_values(network).eval().requires_grad_(False)
        dtype = getattr(torch, way.dtype)
        theirs = without_values(theirs, dtype=dtype).requires_grad_(False)

        def counts(steps: int) -> Counts:
            changes = {"steps": steps, "epss": False}
            twin.sampler = teacher.sampler.model_copy(update=changes)
            speaker = _ours(twin, setup) if setup else Upstream(twin, theirs).synthesize_mels
            return device.count(lambda: speaker(prompts))

        few, more = counts(FEW), counts(MORE)
    frames = sum(prompt.frames for prompt in prompts)
    return _cost(frames, few, more - few, teacher.sampler.steps)


def _ours(twin: F5Teacher, setup: Setup) -> Callable[[Sequence[Prompt]], list[Tensor]]:
    """Offloading copies the weights once a batch, which is not counted."""
    return set_up(twin, replace(setup, offload=False)).synthesize_mels


def _cost(frames: int, few: Counts, step: Counts, steps: int) -> Cost:
    def whole(of: Callable[[Counts], int]) -> int:
        return of(few) + (steps - FEW) * of(step)

    return Cost(
        frames,
        step.kernels.total(),
        step.waits.total(),
        step.to_device.total(),
        step.flops.total(),
        whole(lambda counts: counts.kernels.total()),
        whole(lambda counts: counts.waits.total()),
        whole(lambda counts: counts.to_device.total()),
        whole(lambda counts: counts.flops.total()),
    )
