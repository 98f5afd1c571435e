"""What a batch asks of a GPU in each way to run a teacher: counted on a device that is not there."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from eval.bench.counting.counts import Counts
from eval.bench.counting.fake_device import fake_device, without_values
from eval.bench.setups import Setup, dtype_of, faster_attention, set_up
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
    """frames of its items, without padding"""
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
        config = teacher.config
        network = Network(config.architecture, len(teacher.vocabulary), config.contours)
        theirs = upstream_network(teacher)
    with fake_device() as device:
        network = without_values(network).eval().requires_grad_(False)
        theirs = without_values(theirs, dtype=dtype_of(way.dtype)).requires_grad_(False)
        twin = _twin(teacher, network)

        def counts(steps: int) -> Counts:
            changes = {"steps": steps, "epss": False}
            twin.sampler = teacher.sampler.model_copy(update=changes)
            speaker = _ours(twin, teacher, setup) if setup else Upstream(twin, theirs)
            return device.count(lambda: speaker.synthesize_mels(prompts))

        few, more = counts(FEW), counts(MORE)
    frames = sum(prompt.frames for prompt in prompts)
    return _cost(frames, few, more - few, teacher.sampler.steps)


def _twin(teacher: F5Teacher, network: Network) -> F5Teacher:
    """On the fake device, with this network for its weights."""
    twin = copy.copy(teacher)
    twin.device, twin.dtype = torch.device("cuda"), teacher.dtype
    vars(twin).pop("network", None)  # which it prepares from what it reads
    vars(twin)["read_network"] = lambda: network
    return twin


def _ours(twin: F5Teacher, teacher: F5Teacher, setup: Setup) -> F5Teacher:
    """The attention that the teacher's device takes by itself is a GPU's own there. Offloading copies
    the weights once a batch, which is not counted."""
    attention = setup.attention
    if attention == faster_attention(teacher, setup.dtype):
        attention = faster_attention(twin, setup.dtype)
    return set_up(twin, replace(setup, offload=False, attention=attention))


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
