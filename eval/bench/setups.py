"""The ways to run a teacher that are compared: the shipped one, and others with one thing changed."""

import copy
from dataclasses import dataclass, replace
from typing import Literal, get_args

import torch
from torch._inductor.cpp_builder import get_cpp_compiler

from speech.errors import InputError
from teacher.f5.attention import AttentionKind, attention_kind
from teacher.f5.config import Dtype
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.teacher import F5Teacher

EVERY_STEP = (0.0, 1.0)
REFERENCES_S = (None, 3.0)


@dataclass(frozen=True)
class Setup:
    batch: int | Literal["auto_max"]
    dtype: Dtype
    attention: AttentionKind
    compiled: bool = False
    offload: bool = False
    guided_throughout: bool = False
    """where the teacher is not guided in all steps, as upstream always is"""
    reference_s: float | None = None
    """how much of a reference leads each clip; None: all of it"""

    def name(self, teacher: F5Teacher) -> str:
        changed = {
            f"{self.attention} attention": self.attention != faster_attention(teacher, self.dtype),
            "compiled": self.compiled,
            "offload": self.offload,
            "guided throughout": self.guided_throughout,
            _references(self.reference_s): self.reference_s != teacher.config.reference_s,
        }
        batch = "auto_max" if self.batch == "auto_max" else f"batch {self.batch}"
        said = [name for name, is_changed in changed.items() if is_changed]
        return ", ".join([teacher.config.name, batch, self.dtype, *said])


def _references(seconds: float | None) -> str:
    return "whole references" if seconds is None else f"references of {seconds:g} s"


def setups(teacher: F5Teacher) -> list[Setup]:
    """The first steps from upstream to what is shipped, then what one change makes of that."""
    kind = faster_attention(teacher, teacher.dtype)
    shipped = Setup("auto_max", teacher.dtype, kind, reference_s=teacher.config.reference_s)
    alone = replace(shipped, batch=1)
    found = [_in(teacher, alone, "float32"), alone, replace(shipped, batch=8), shipped]
    if teacher.sampler.guidance_interval != EVERY_STEP:
        found.append(replace(shipped, guided_throughout=True))
    found += [_in(teacher, shipped, dtype) for dtype in get_args(Dtype)]
    found += [replace(shipped, attention=other) for other in get_args(AttentionKind)]
    found += [replace(shipped, compiled=True), replace(shipped, offload=True)]
    found += [replace(shipped, reference_s=seconds) for seconds in REFERENCES_S]
    return list(dict.fromkeys(found))


def _in(teacher: F5Teacher, setup: Setup, dtype: Dtype) -> Setup:
    """With the faster attention for it."""
    return replace(setup, dtype=dtype, attention=faster_attention(teacher, dtype))


def faster_attention(teacher: F5Teacher, dtype: Dtype) -> AttentionKind:
    """On the teacher's device."""
    return attention_kind(teacher.device, dtype_of(dtype))


def set_up(teacher: F5Teacher, setup: Setup) -> F5Teacher:
    """A teacher that runs in this way over the same weights; raises where it cannot."""
    on_gpu = setup.offload or setup.dtype == "float16" or setup.attention == "varlen"
    if on_gpu and teacher.device.type != "cuda":
        raise InputError("needs a GPU")
    if setup.compiled:
        get_cpp_compiler()  # raises where there is none, before much is done in vain
    changed = _with_references(teacher, setup)
    interval = EVERY_STEP if setup.guided_throughout else teacher.sampler.guidance_interval
    changed.sampler = teacher.sampler.model_copy(
        update={"dtype": setup.dtype, "guidance_interval": interval}
    )
    if setup.offload:
        changed.vocoder = copy.deepcopy(teacher.vocoder).to("cpu")
    ways = (setup.dtype, setup.attention, setup.compiled, setup.offload)
    shipped = (teacher.dtype, faster_attention(teacher, teacher.dtype), False, False)
    changed.network = teacher.network if ways == shipped else _network(teacher, setup)
    return changed


def _network(teacher: F5Teacher, setup: Setup) -> PackedNetwork:
    network = teacher.read_network()
    if not setup.offload:
        network.to(teacher.device)
    dtype = dtype_of(setup.dtype)
    return PackedNetwork(network, dtype, teacher.device, setup.attention, setup.compiled)


def _with_references(teacher: F5Teacher, setup: Setup) -> F5Teacher:
    changes = {
        "batch_size": setup.batch,
        "offload": setup.offload,
        "reference_s": setup.reference_s,
    }
    config = teacher.config.model_copy(update=changes)
    if setup.reference_s == teacher.config.reference_s:  # what it knows of them stays known
        changed = copy.copy(teacher)
        changed.config = config
        return changed
    changed = F5Teacher(config, teacher.voices, teacher.watch)
    changed.device, changed.vocoder = teacher.device, teacher.vocoder
    return changed


def dtype_of(name: Dtype) -> torch.dtype:
    dtype: torch.dtype = getattr(torch, name)
    return dtype
