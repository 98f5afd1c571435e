"""F5-TTS on a TPU, or on whatever else XLA compiles for: all that is known of it here.

XLA compiles a program for every new shape, and one more where the host looks at a value. So batches
have one of few shapes, with zeros for what is missing; what differs from batch to batch and step to
step enters as a tensor; the text embedding, the modulations and the rotary positions are computed on
the host; and between two steps the device is told to start, and is not waited for.

`torch_xla` 2.9 is its last release, and it takes a torch of its own, which is why it is imported by
name and stands in requirements-xla.txt alone. What follows it (TorchTPU, torchax) has to take the
place of `_open` and `_start` only.
"""

import importlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from threading import Lock

import torch
from torch import Tensor
from torch.backends import mkldnn
from torch.nn import functional as F

from speech.errors import InputError
from teacher.f5.attention import rotation
from teacher.f5.config import SamplerConfig
from teacher.f5.frontend import MAX_FRAMES
from teacher.f5.linear import PackedLinear
from teacher.f5.network import Network
from teacher.f5.packed_network import Conditions, Modulation, PackedNetwork
from teacher.f5.rows import PaddedRows
from teacher.f5.sampler import Prompt, guide, initial_noise, is_guided, schedule, shown
from teacher.f5.teacher import F5Teacher
from teacher.f5.text_embedding import packed_embedding
from teacher.fixed_shapes import FixedShapes, Shape, shapes_within
from teacher.packing import pack

LENGTHS = (256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, MAX_FRAMES)
"""of rows, in frames: half as long again each time, so that a clip is padded by a fifth"""
ONE_PROGRAM = Lock()
"""held while a batch is told to the device: what two threads of a process tell it would be compiled
together, in whatever order it came"""
BATCH_FRAMES = 4096
"""of all rows, twice that with guidance: enough to keep matrix units busy, few enough that the rows
of a unit of work are mostly filled"""


class XlaTeacher(F5Teacher):
    """The network's blocks on the accelerator; frontend, text embedding and vocoder on the host."""

    @cached_property
    def network(self) -> "XlaNetwork":
        return XlaNetwork(self.read_network(), getattr(torch, self.dtype), self.device)

    @cached_property
    def fixed_sampler(self) -> "FixedSampler":
        return FixedSampler(self.network, self.sampler, self.limit())

    def synthesize_mels(self, prompts: Sequence[Prompt]) -> list[Tensor]:
        return self.fixed_sampler.sample(prompts)

    @property
    def vocoder_device(self) -> torch.device:
        return torch.device("cpu")

    def limit(self) -> FixedShapes:
        """Nothing is measured: the shapes are fixed, with `batch_size` rows at most."""
        asked = self.config.batch_size
        return shapes_within(BATCH_FRAMES, LENGTHS, None if asked == "auto_max" else asked)


class XlaNetwork(PackedNetwork):
    """`velocity` runs on `accelerator`; `conditions` and `modulation` on the host."""

    def __init__(self, network: Network, dtype: torch.dtype, accelerator: torch.device) -> None:
        """`network` is on the CPU, and stays there."""
        super().__init__(network, dtype, accelerator)
        packs = mkldnn.is_available()
        self.text_embed = packed_embedding(network.dit.text_embed, packs)
        known = self.enter_known
        if not known.packed:
            self.enter_known = PackedLinear(known.weight, known.bias, torch.float32, packs)
        self.accelerator = accelerator
        _open(accelerator, dtype)
        for part in (self.enter_noisy, self.convolutions, self.blocks, self.leave):
            part.to(accelerator)


@dataclass(frozen=True)
class Step:
    """On the device: how long it is (), its modulation; and how many copies of each row it takes."""

    copies: int
    length: Tensor
    modulation: Modulation


class FixedSampler:
    """`teacher.f5.sampler.sample` in batches of fixed shapes."""

    def __init__(self, network: XlaNetwork, config: SamplerConfig, shapes: FixedShapes) -> None:
        self.network, self.config, self.shapes = network, config, shapes
        self.device = network.accelerator
        self.turns: dict[Shape, Tensor] = {}

    def sample(self, prompts: Sequence[Prompt]) -> list[Tensor]:
        """Of each the generated mel (frames - R, mel_dim) on the host, float32; not a bit of it
        depends on the other prompts, however many they are.

        Raises:
            InputError: the device has no room for one of the shapes, whatever is in it.
        """
        lengths = [prompt.frames for prompt in prompts]
        mels: dict[int, Tensor] = {}
        for batch in pack(lengths, self.shapes):
            shape = self.shapes.of(lengths[batch[0]])
            with _room_for(shape):
                rows = self._sample([prompts[i] for i in batch], shape)
            mels.update(zip(batch, rows, strict=True))
        return [mels[i] for i in range(len(prompts))]

    @torch.no_grad()  # inference tensors are none of XLA's
    def _sample(self, prompts: Sequence[Prompt], shape: Shape) -> list[Tensor]:
        y, conditions = self.padded(prompts, shape)
        with ONE_PROGRAM:
            for step in self.steps:
                flow = self.network.velocity(y, conditions, step.modulation, step.copies)
                y = y + step.length * guide(flow, self.config.guidance)
                _start(self.device)
        rows = y.cpu().unflatten(0, (shape.rows, shape.frames))
        return [row[len(p.reference) : p.frames] for row, p in zip(rows, prompts, strict=False)]

    @cached_property
    def steps(self) -> list[Step]:
        """Tensors each, since a number would be a part of the program."""
        times = schedule(self.config)
        modulations = self.network.modulation(times[:-1])
        return [
            Step(
                2 if is_guided(start, self.config) else 1,
                torch.tensor(end - start).to(self.device),
                Modulation(parts.blocks.to(self.device), parts.last.to(self.device)),
            )
            for (start, end), parts in zip(pairwise(times.tolist()), modulations, strict=True)
        ]

    def padded(self, prompts: Sequence[Prompt], shape: Shape) -> tuple[Tensor, Conditions]:
        """The noise (T, mel_dim) and what is given, T = rows * frames, zeros after each prompt.

        Rows without a prompt are all zeros, and valid: attention to nothing at all has no value.
        """
        network = self.network
        alone = [
            network.conditions([p.tokens], shown(p), [p.frames], [p.contours]) for p in prompts
        ]
        y = _rows([initial_noise(p, network.mel_dim, self.config) for p in prompts], shape)
        constant = torch.stack(
            [_rows([one.constant[copy] for one in alone], shape) for copy in (0, 1)]
        )
        valid = torch.ones(shape.rows, shape.frames, dtype=torch.bool)
        for row, prompt in enumerate(prompts):
            valid[row, prompt.frames :] = False
        y, constant, valid = (part.to(self.device) for part in (y, constant, valid))
        return y, Conditions(constant, self._turn(shape), PaddedRows(valid))

    def _turn(self, shape: Shape) -> Tensor:
        """Rotary positions of all rows, copied to the device once."""
        if shape not in self.turns:
            positions = torch.arange(shape.frames).repeat(shape.rows)
            turn = rotation(positions, self.network.frequencies, self.network.turned_heads)
            self.turns[shape] = turn.to(self.device)
        return self.turns[shape]


def _rows(parts: Sequence[Tensor], shape: Shape) -> Tensor:
    """(frames, C) each -> (T, C), zeros after each and in rows without one."""
    rows = [F.pad(part, (0, 0, 0, shape.frames - len(part))) for part in parts]
    rows.append(rows[0].new_zeros(shape.frames * (shape.rows - len(rows)), rows[0].shape[1]))
    return torch.cat(rows)


@contextmanager
def _room_for(shape: Shape) -> Iterator[None]:
    """Fewer items would take the same memory: it is no item's matter."""
    try:
        yield
    except RuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        raise InputError(
            f"the device has no room for {shape.rows} rows of {shape.frames} frames; "
            "allowed: teacher.batch_size=N, which is the most rows of a batch"
        ) from error


def _open(device: torch.device, dtype: torch.dtype) -> None:
    """Before anything is put there or compiled; a TPU multiplies float32 in bfloat16, if not told."""
    if device.type == "xla":
        backends = importlib.import_module("torch_xla.backends")
        if dtype == torch.float32 and backends.get_mat_mul_precision() != "highest":
            logging.getLogger(backends.__name__).setLevel(logging.ERROR)  # warned at the first time
            backends.set_mat_mul_precision("highest")


def _start(device: torch.device) -> None:
    """Have the device run what it was told so far; the host goes on."""
    if device.type == "xla":
        importlib.import_module("torch_xla").sync()
