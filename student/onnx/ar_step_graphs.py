"""One step of an autoregressive student as a graph: from the mels of the last step to the next."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from speech.audio.mel import N_MELS
from student.models.acoustic import MEAN_MEL
from student.models.ar import ArStudent
from student.models.ar_decoder import FILMS, CausalBlock, rotated
from student.models.ar_dmel import DmelStudent
from student.models.ar_levels import drawn_step, level_mels
from student.models.ar_steps import Autoregressive
from student.onnx.graphs import Graph, scaled

STEPS = 5


class StepGraph(Graph):
    """The mels of the last step and what is remembered of all -> the next mels.

    What goes from step to step comes out under the names by which the next step takes it, with
    "next_" before: the mels, what else the head wants to know (`carried`), and each layer's keys and
    values (heads, steps, dim / heads).
    """

    quantized: tuple[str, ...] = ("/qkv/", "/heard/", "/up/", "/down/")
    """not the layers at both ends: what they get wrong goes round and round"""
    carried: tuple[str, ...] = ()

    def __init__(self, student: Autoregressive) -> None:
        super().__init__()
        self.config = student.config
        self.prenet, self.norm = student.prenet, student.decoder.norm
        blocks = [block for block in student.decoder.blocks if isinstance(block, CausalBlock)]
        self.blocks = nn.ModuleList(FastCausalBlock(block) for block in blocks)
        self.past = [f"{kind}_{i}" for i in range(len(blocks)) for kind in ("keys", "values")]
        self.outputs = tuple(f"next_{name}" for name in ("last", *self.carried, *self.past))
        self.axes = {name: {1: "done"} for name in self.past}
        self.axes |= {f"next_{name}": {1: "with_this"} for name in self.past}

    def inputs(self) -> dict[str, Tensor]:
        config = self.config
        dim, head_dim = config.dim, config.dim // config.heads
        examples = {
            "last": torch.zeros(1, config.reduction, N_MELS),
            "given": torch.zeros(1, 1, dim),
            "rotation": torch.zeros(1, 2, head_dim // 2),
            "films": torch.ones(len(self.blocks), FILMS, dim),
            "chance": torch.zeros(len(self.prenet.hidden), config.prenet_dim),
        }
        past = {name: torch.zeros(config.heads, STEPS, head_dim) for name in self.past}
        return examples | self.head_inputs() | past

    def head_inputs(self) -> dict[str, Tensor]:
        """Examples of what the head is given beside the state."""
        raise NotImplementedError

    def drawn(self, hidden: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        """The state (1, 1, dim) and `head_inputs` -> mels of any shape, and what else is `carried`."""
        raise NotImplementedError

    def forward(
        self,
        last: Tensor,
        given: Tensor,
        rotation: Tensor,
        films: Tensor,
        chance: Tensor,
        *rest: Tensor,
    ) -> tuple[Tensor, ...]:
        """
        Args:
            last: (1, r, mels).
            given: (1, 1, dim), `rotation` (1, 2, dim / heads / 2): this step's of `GivenGraph`.
            films: (layers, FILMS, dim).
            chance: (2, prenet_dim) evenly between 0 and 1: what the pre-net drops.
            rest: `head_inputs`; then keys and values.
        """
        own, past = rest[: -len(self.past)], rest[-len(self.past) :]
        x = self._prenet(last.reshape(1, 1, -1), chance) + given
        seen: list[Tensor] = []
        for i, block in enumerate(self.blocks):
            x, *more = block(x, films[i], rotation, *past[2 * i : 2 * i + 2])
            seen += more
        mels, *carried = self.drawn(self.norm(x), *own)
        return mels.reshape(last.shape), *carried, *seen

    def _prenet(self, mels: Tensor, chance: Tensor) -> Tensor:
        dropout = self.prenet.dropout
        kept = (chance >= dropout).to(mels.dtype) / (1 - dropout)
        x = mels
        for i, layer in enumerate(self.prenet.hidden):
            x = F.relu(layer(x)) * kept[i]
        return self.prenet.out(x)


class LatentStepGraph(StepGraph):
    """Of continuous mels. With sampling, it is given noise (1, 1, r * mels) of variance 1."""

    def __init__(self, student: ArStudent) -> None:
        super().__init__(student)
        self.latent = student.latent

    def head_inputs(self) -> dict[str, Tensor]:
        noise = torch.zeros(1, 1, self.config.reduction * N_MELS)
        return {"noise": noise} if self.config.sampling else {}

    def drawn(self, hidden: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        drawn, log_variance = self.latent.distribution(hidden).chunk(2, dim=-1)
        if given:
            drawn = drawn + (0.5 * log_variance).exp() * given[0]
        return (drawn + self.latent.mlp(drawn),)


class DmelStepGraph(StepGraph):
    """Of levels, in `choice` (2, 1, 1, r * mels) by chance, evenly between 0 and 1, and against what
    the last steps drew, `recent` (window, r * mels), as `drawn_step` has both."""

    quantized = (*StepGraph.quantized, "/logits/")
    """the head too: what it gets wrong is rounded off to levels"""
    carried = ("recent",)
    levels: Tensor

    def __init__(self, student: DmelStudent) -> None:
        super().__init__(student)
        self.dmel, self.logits = student.dmel, student.logits
        levels = (student.levels - MEAN_MEL).repeat(self.config.reduction, 1)
        self.register_buffer("levels", levels)

    def head_inputs(self) -> dict[str, Tensor]:
        size = len(self.levels)
        recent = torch.zeros(self.dmel.repetition_window, size)
        return {"choice": torch.zeros(2, 1, 1, size), "recent": recent}

    def drawn(self, hidden: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        choice, recent = given
        logits = self.logits(hidden).reshape(1, 1, *self.levels.shape)
        numbers = drawn_step(logits, choice, recent.unsqueeze(0), self.dmel)
        recent = torch.cat((recent[1:], numbers[0].to(recent.dtype) + 1))
        return level_mels(numbers, self.levels), recent


class FastCausalBlock(nn.Module):
    """`student.models.ar_decoder.CausalBlock` for one step."""

    def __init__(self, block: CausalBlock) -> None:
        super().__init__()
        self.heads, dim = block.heads, block.out.in_features
        queries = torch.ones(3, dim)
        queries[0] = (dim / block.heads) ** -0.5
        self.qkv = scaled(block.qkv, queries.reshape(-1))
        self.heard = scaled(block.out, block.attention_scale)
        self.up, self.down = block.up, scaled(block.down, block.scale)

    def forward(
        self, x: Tensor, film: Tensor, rotation: Tensor, keys: Tensor, values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """x (1, 1, dim), film (FILMS, dim) -> its like, and keys and values with its own."""
        size = x.shape[-1:]
        y = self.qkv(F.layer_norm(x, size, film[0], film[1])).reshape(3, self.heads, 1, -1)
        both = rotated(y[:2], rotation)
        keys, values = torch.cat((keys, both[1]), 1), torch.cat((values, y[2]), 1)
        weights = (both[0] @ keys.transpose(1, 2)).softmax(-1)
        x = x + self.heard((weights @ values).reshape(x.shape))
        y = F.layer_norm(x, size, film[2], film[3])
        return x + self.down(F.gelu(self.up(y))), keys, values
