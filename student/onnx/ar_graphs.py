"""The autoregressive student as graphs: phonemes, what each step is told of them, one step, frames."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from speech.audio.mel import N_MELS
from speech.errors import InputError
from speech.vocoder.network import PulseVocoder
from student.models.acoustic import MEAN_MEL
from student.models.ar import ArStudent
from student.models.ar_decoder import FILMS, CausalBlock, rotated, rotations_of
from student.models.blocks import over_time
from student.onnx.frames import GIVEN, STEP
from student.onnx.graphs import (
    BY_FRAME,
    FRAMES,
    FramesGraph,
    Graph,
    Graphs,
    scaled,
    text_by_frame,
)

STEPS = 5


class GivenGraph(Graph):
    """What is worked out once for all steps of a text."""

    outputs = ("given", "rotations", "films", "last")
    axes = BY_FRAME | {"given": {1: "steps"}, "rotations": {0: "steps"}}
    neutral: Tensor

    def __init__(self, student: ArStudent) -> None:
        super().__init__()
        self.examples, self.config = text_by_frame(student), student.config
        self.places, self.text, self.start = student.places, student.text, student.start
        self.film, self.head_dim = student.decoder.film, student.decoder.head_dim
        self.register_buffer("neutral", torch.tensor([1.0, 0.0] * (FILMS // 2))[:, None])

    def inputs(self) -> dict[str, Tensor]:
        return self.examples

    def forward(
        self, encoded: Tensor, index: Tensor, places: Tensor, condition: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """As `text_by_frame`.

        Returns:
            (1, T, dim) by steps, the rotations of all steps (T, 2, dim / heads / 2), the scales and
            shifts of all norms (layers, FILMS, dim), and the mels before the first step (1, r, mels).
        """
        x = encoded.index_select(1, index) + self.places(places)
        r, dim = self.config.reduction, self.config.dim
        x = torch.cat((x, torch.zeros(1, r - 1, dim)), 1)
        steps = x.shape[1] // r
        given = self.text(x[:, : steps * r].reshape(1, steps, r * dim))
        films = self.film(condition).reshape(-1, FILMS, dim) + self.neutral
        rotations = rotations_of(torch.arange(steps), self.head_dim)
        return given, rotations, films, self.start.reshape(1, r, N_MELS)


class StepGraph(Graph):
    """One step: from the mels of the last and what is remembered of all to the next mels.

    The mels, and each layer's keys and values (heads, steps, dim / heads), come out under the names
    by which the next step takes them, with "next_" before.
    """

    quantized = ("/qkv/", "/heard/", "/up/", "/down/")
    """not the layers at both ends: what they get wrong goes round and round"""

    def __init__(self, student: ArStudent) -> None:
        super().__init__()
        self.config = student.config
        self.prenet, self.latent, self.norm = student.prenet, student.latent, student.decoder.norm
        blocks = [block for block in student.decoder.blocks if isinstance(block, CausalBlock)]
        self.blocks = nn.ModuleList(FastCausalBlock(block) for block in blocks)
        self.past = [f"{kind}_{i}" for i in range(len(blocks)) for kind in ("keys", "values")]
        self.outputs = tuple(f"next_{name}" for name in ("last", *self.past))
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
        if config.sampling:
            examples["noise"] = torch.zeros(1, 1, config.reduction * N_MELS)
        return examples | {name: torch.zeros(config.heads, STEPS, head_dim) for name in self.past}

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
            rest: with sampling noise (1, 1, r * mels) of variance 1; then keys and values.
        """
        noise, past = rest[: -len(self.past)], rest[-len(self.past) :]
        x = self._prenet(last.reshape(1, 1, -1), chance) + given
        seen: list[Tensor] = []
        for i, block in enumerate(self.blocks):
            x, *more = block(x, films[i], rotation, *past[2 * i : 2 * i + 2])
            seen += more
        drawn, log_variance = self.latent.distribution(self.norm(x)).chunk(2, dim=-1)
        if noise:
            drawn = drawn + (0.5 * log_variance).exp() * noise[0]
        return (drawn + self.latent.mlp(drawn)).reshape(last.shape), *seen

    def _prenet(self, mels: Tensor, chance: Tensor) -> Tensor:
        dropout = self.prenet.dropout
        kept = (chance >= dropout).to(mels.dtype) / (1 - dropout)
        x = mels
        for i, layer in enumerate(self.prenet.hidden):
            x = F.relu(layer(x)) * kept[i]
        return self.prenet.out(x)


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


class ArFramesGraph(FramesGraph):
    """From the mels (1, N, mels) of the steps. The vocoder finds the pitch in them, and so stays
    float32 as the post-net does."""

    axes = FramesGraph.axes | {"mel": {1: "frames"}}

    def __init__(self, student: ArStudent, vocoder: PulseVocoder) -> None:
        super().__init__(vocoder)
        self.postnet = student.postnet.layers

    def inputs(self) -> dict[str, Tensor]:
        return {"mel": torch.zeros(1, FRAMES, N_MELS), "kept": torch.arange(1, FRAMES)}

    def forward(self, mel: Tensor, kept: Tensor) -> tuple[Tensor, ...]:
        *convolutions, last = (layer for layer in self.postnet if isinstance(layer, nn.Conv1d))
        x = mel
        for convolution in convolutions:
            x = over_time(convolution, x).tanh()
        mel = mel + over_time(last, x) + MEAN_MEL
        features = self.vocoder.features(mel)
        return self.vocoder.pitch_hz(features), *self.vocoder(mel, features, kept)


def ar_graphs(student: ArStudent, vocoder: PulseVocoder) -> Graphs:
    """Raises InputError for one that has a stop head."""
    if student.stop is not None:
        raise InputError("its stop head cannot be exported; train it with student.stop=durations")
    others = {GIVEN: GivenGraph(student), STEP: StepGraph(student)}
    return Graphs(ArFramesGraph(student, vocoder), others)
