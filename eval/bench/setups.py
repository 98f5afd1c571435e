"""The ways to run a teacher that are compared: the shipped one, and others with one thing changed."""

import copy
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal, get_args

from torch._inductor.cpp_builder import get_cpp_compiler

from speech.errors import InputError
from teacher.f5.config import Dtype
from teacher.f5.network import AttentionKind, Network, RaggedAttention, attention_kind
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
            f"{self.attention} attention": self.attention != attention_kind(teacher.device),
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
    native, kind = teacher.dtype, attention_kind(teacher.device)
    shipped = Setup("auto_max", native, kind, reference_s=teacher.config.reference_s)
    alone = replace(shipped, batch=1)
    found = [replace(alone, dtype="float32"), alone, replace(shipped, batch=8), shipped]
    if teacher.sampler.guidance_interval != EVERY_STEP:
        found.append(replace(shipped, guided_throughout=True))
    found += [replace(shipped, dtype=dtype) for dtype in get_args(Dtype)]
    found += [replace(shipped, attention=other) for other in get_args(AttentionKind)]
    found += [replace(shipped, attention="masked", compiled=True), replace(shipped, offload=True)]
    found += [replace(shipped, reference_s=seconds) for seconds in REFERENCES_S]
    return list(dict.fromkeys(found))


def set_up(teacher: F5Teacher, setup: Setup) -> F5Teacher:
    """A teacher that runs in this way over the same weights; raises where it cannot."""
    if teacher.device.type != "cuda" and (setup.offload or setup.dtype == "float16"):
        raise InputError("needs a GPU")
    if setup.compiled:
        get_cpp_compiler()  # raises where there is none, before much is done in vain
    changed = _with_references(teacher, setup)
    interval = EVERY_STEP if setup.guided_throughout else teacher.sampler.guidance_interval
    changed.sampler = teacher.sampler.model_copy(
        update={"dtype": setup.dtype, "guidance_interval": interval}
    )
    if setup.offload:
        changed.network = copy.deepcopy(teacher.network).to("cpu")
        changed.vocoder = copy.deepcopy(teacher.vocoder).to("cpu")
        return changed
    changed.network = _twin(teacher.network)
    for block in changed.network.dit.transformer_blocks:
        heads = teacher.config.architecture.pe_attn_head
        block.attn.processor = RaggedAttention(heads, setup.attention)
        if setup.compiled:  # one program for all blocks and lengths
            block.compile(dynamic=True)
    return changed


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


def _twin(network: Network) -> Network:
    """The same tensors in modules of their own."""
    tensors = chain(network.parameters(), network.buffers())
    return copy.deepcopy(network, {id(tensor): tensor for tensor in tensors})
