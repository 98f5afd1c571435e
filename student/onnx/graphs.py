"""What a student is exported as: graphs of one utterance, and the parts that both kinds share.

The same sums as the student's and its vocoder's, wired to be fast: nothing is masked, the speaker's
scale and shift are those of the layer norm, convolutions over time are written as those of an image
of one row (onnxruntime has fast kernels for those alone), and the scale at a block's end is part of
its last linear layer.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from speech.vocoder.network import BINS, SMALLEST, PulseVocoder
from student.models.acoustic import Acoustic
from student.models.blocks import Block, Stack, over_time
from student.onnx.waves import AHEAD, RESIDUAL

PHONEMES, FRAMES = 7, 31
"""of the examples that graphs are traced with"""

BY_PHONEME = {name: {1: "phonemes"} for name in ("ids", "encoded", "log_frames")}
BY_FRAME = {"encoded": {1: "phonemes"}, "index": {0: "frames"}, "places": {1: "frames"}}
BY_KEPT = {name: {1: "kept"} for name in ("pulses", "noise", "phase")}
BY_KEPT |= {"kept": {0: "kept"}, "hertz": {1: "frames"}}
"""Of `TextGraph`, of `text_by_frame` and of `FramesGraph`, the axes of any length."""

Normalized = Callable[[Tensor], Tensor]


class Graph(nn.Module):
    """What becomes one file.

    Attributes:
        outputs: their names.
        axes: of inputs and outputs, by name and place, those that may be of any length.
        quantized: parts of the names of linear layers that are worth it in int8.
    """

    outputs: tuple[str, ...]
    axes: Mapping[str, Mapping[int, str]]
    quantized: tuple[str, ...] = ()

    def inputs(self) -> dict[str, Tensor]:
        """Those of `forward`, an example of each, by their names."""
        raise NotImplementedError


class TextGraph(Graph):
    """ids (1, P) and a condition (1, 1, C) -> encoded (1, P, dim) and log frames (1, P)."""

    outputs: tuple[str, ...] = ("encoded", "log_frames")
    axes = BY_PHONEME
    quantized: tuple[str, ...] = ("/up/", "/down/", "film")

    def __init__(self, student: Acoustic) -> None:
        super().__init__()
        self.condition_dim = student.config.condition_dim
        self.embed, self.log_frames = student.embed, student.log_frames
        self.encoder, self.duration = FastStack(student.encoder), FastStack(student.duration)

    def inputs(self) -> dict[str, Tensor]:
        ids = torch.ones(1, PHONEMES, dtype=torch.long)
        return {"ids": ids, "condition": torch.zeros(1, 1, self.condition_dim)}

    def forward(self, ids: Tensor, condition: Tensor) -> tuple[Tensor, ...]:
        encoded = self.encoder(self.embed(ids), condition)
        return encoded, self.log_frames(self.duration(encoded, condition))[..., 0]


def text_by_frame(student: Acoustic) -> dict[str, Tensor]:
    """Examples of what the first graph after the durations is given: encoded phonemes (1, P, dim),
    the phoneme of each frame (N,), where in it the frame lies (1, N, 3), see `Acoustic.expand`, and
    the voice's condition (1, 1, C)."""
    config = student.config
    return {
        "encoded": torch.zeros(1, PHONEMES, config.dim),
        "index": torch.arange(FRAMES) * PHONEMES // FRAMES,
        "places": torch.zeros(1, FRAMES, student.places.in_features),
        "condition": torch.zeros(1, 1, config.condition_dim),
    }


class FramesGraph(Graph):
    """The last graph of every student: to what the pulses and the noise are filtered by.

    Of the frames it is given, `kept` (K,) are those whose spectra are wanted; others are there for
    their neighbours. Its outputs are the pitch (1, N) in hertz, and (1, K, bins) the levels of pulses
    and noise, and the phase in radians by which the pulses are turned; of a
    vocoder with a residual its real and its imaginary part as well.
    """

    outputs: tuple[str, ...] = ("hertz", "pulses", "noise", "phase")
    axes = BY_KEPT

    def __init__(self, vocoder: PulseVocoder) -> None:
        super().__init__()
        self.vocoder = FastVocoder(vocoder)
        if vocoder.residual is not None:
            self.outputs = (*self.outputs, *RESIDUAL)
            self.axes = {**self.axes, **{part: {1: "kept"} for part in RESIDUAL}}

    def margin_frames(self) -> int:
        """How many neighbours on each side a frame depends on: through all convolutions, and as those
        next to it need whose pitch its pulses lead to."""
        convolutions = [module for module in self.modules() if isinstance(module, nn.Conv1d)]
        return sum(int(conv.padding[0]) for conv in convolutions) + AHEAD


class Graphs(NamedTuple):
    """What becomes text.onnx and frames.onnx, and what becomes the files that other kinds of student
    have not."""

    text: TextGraph
    frames: FramesGraph
    others: Mapping[str, Graph]


class FastVocoder(nn.Module):
    """`speech.vocoder.network`, as far as `FramesGraph` goes."""

    inverse: Tensor

    def __init__(self, vocoder: PulseVocoder) -> None:
        super().__init__()
        backbone = vocoder.backbone
        self.embed, self.embed_norm = backbone.embed, backbone.norm
        self.blocks = nn.ModuleList(
            FastBlock(block.dwconv, block.pwconv1, block.pwconv2, block.gamma)
            for block in backbone.convnext
        )
        self.norms = nn.ModuleList(block.norm for block in backbone.convnext)
        self.last_norm, self.spectra = backbone.final_layer_norm, vocoder.spectra
        self.residual = None if vocoder.residual is None else in_planes(vocoder.residual)
        self.register_buffer("inverse", vocoder.inverse.T.contiguous())
        self.pitch_hz = vocoder.pitch_hz

    def features(self, mel: Tensor) -> Tensor:
        """(1, N, mels) -> (1, N, size)."""
        x = self.embed_norm(over_time(self.embed, mel))
        for block, norm in zip(self.blocks, self.norms, strict=True):
            x = block(x, norm)
        return self.last_norm(x)

    def forward(self, mel: Tensor, features: Tensor, kept: Tensor) -> tuple[Tensor, ...]:
        """Of the frames `kept`, all outputs of `FramesGraph` but the pitch."""
        level = (mel.index_select(1, kept).exp() @ self.inverse).clamp(min=SMALLEST)
        features = features.index_select(1, kept)
        pulses, noise, delay = self.spectra(features).split(BINS, dim=-1)
        spectra = (level * pulses.exp(), level * noise.exp(), math.pi * delay.tanh())
        if self.residual is None:
            return spectra
        real, imaginary = self.residual(features).split(BINS, dim=-1)
        return *spectra, level * real, level * imaginary


class FastBlock(nn.Module):
    """A ConvNeXt block, its norm given."""

    def __init__(self, conv: nn.Conv1d, up: nn.Linear, down: nn.Linear, scale: Tensor) -> None:
        super().__init__()
        self.conv, self.up, self.down = conv, up, scaled(down, scale)

    def forward(self, x: Tensor, norm: Normalized) -> Tensor:
        y = norm(over_time(self.conv, x))
        return x + self.down(F.gelu(self.up(y)))


class FastStack(nn.Module):
    """`student.models.blocks.Stack`."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        blocks = [block for block in stack.blocks if isinstance(block, Block)]
        self.blocks = nn.ModuleList(FastBlock(b.conv, b.up, b.down, b.scale) for b in blocks)
        self.films = nn.ModuleList(block.film for block in blocks)
        self.norm = stack.norm

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        for block, film in zip(self.blocks, self.films, strict=True):
            scale, shift = film(condition[0, 0]).chunk(2)
            x = block(x, lambda y, w=1 + scale, b=shift: F.layer_norm(y, w.shape, w, b))
        return self.norm(x)


def in_planes(layer: nn.Linear) -> nn.Linear:
    """Outputs that are real and imaginary parts by turns: all real ones, then all imaginary ones, which
    are multiplied many times as fast."""
    planes = nn.Linear(layer.in_features, layer.out_features)
    planes.weight = nn.Parameter(torch.cat((layer.weight[::2], layer.weight[1::2])))
    planes.bias = nn.Parameter(torch.cat((layer.bias[::2], layer.bias[1::2])))
    return planes


def scaled(layer: nn.Linear, scale: Tensor) -> nn.Linear:
    """Its outputs times `scale` (outputs,)."""
    product = nn.Linear(layer.in_features, layer.out_features)
    product.weight = nn.Parameter(layer.weight * scale[:, None])
    product.bias = nn.Parameter(layer.bias * scale)
    return product
