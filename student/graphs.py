"""The NAR student as two graphs: what is exported to ONNX.

The same sums as `student.nar` and `speech.pulse_vocoder`, wired for a fast graph of one utterance:
nothing is masked, the speaker's scale and shift are those of the layer norm, convolutions over time
are written as those of an image of one row (onnxruntime has fast kernels for those alone), and the
scale at a block's end is part of its last linear layer.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from speech.pitch import HIGHEST_HZ, LOWEST_HZ
from speech.pulse_vocoder import BINS, SMALLEST, PulseVocoder
from student.blocks import Block, Stack
from student.features import hertz_of
from student.nar import NarStudent, Prosody

Normalized = Callable[[Tensor], Tensor]


class TextGraph(nn.Module):
    """ids (1, P) and a condition (1, 1, C) -> encoded (1, P, dim) and log frames (1, P)."""

    def __init__(self, student: NarStudent) -> None:
        super().__init__()
        self.embed, self.log_frames = student.embed, student.log_frames
        self.encoder, self.duration = FastStack(student.encoder), FastStack(student.duration)

    def forward(self, ids: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        encoded = self.encoder(self.embed(ids), condition)
        return encoded, self.log_frames(self.duration(encoded, condition))[..., 0]


class FramesGraph(nn.Module):
    """Encoded text, frame by frame, to what the pulses and the noise are filtered by."""

    inverse: Tensor

    def __init__(self, student: NarStudent, vocoder: PulseVocoder) -> None:
        super().__init__()
        backbone = vocoder.backbone
        self.places, self.mel_out = student.places, student.mel_out
        self.prosody_out, self.prosody_in = student.prosody_out, student.prosody_in
        self.prosody, self.decoder = FastStack(student.prosody), FastStack(student.decoder)
        self.embed, self.embed_norm = backbone.embed, backbone.norm
        self.blocks = nn.ModuleList(
            FastBlock(block.dwconv, block.pwconv1, block.pwconv2, block.gamma)
            for block in backbone.convnext
        )
        self.norms = nn.ModuleList(block.norm for block in backbone.convnext)
        self.last_norm, self.spectra = backbone.final_layer_norm, vocoder.spectra
        self.register_buffer("inverse", vocoder.inverse.T.contiguous())

    def forward(
        self, encoded: Tensor, index: Tensor, places: Tensor, kept: Tensor, condition: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """
        Args:
            encoded: (1, P, dim).
            index: (N,) the phoneme of each frame.
            places: (1, N, 3) where in it each frame lies, see `Acoustic.expand`.
            kept: (K,) the frames whose spectra are wanted; others are there for their neighbours.
            condition: (1, 1, C).

        Returns:
            The pitch (1, N) in hertz, and (1, K, bins) the levels of pulses and noise, and the
            phase in radians by which the pulses are turned.
        """
        x = encoded.index_select(1, index) + self.places(places)
        pitch, voiced, energy = self.prosody_out(self.prosody(x, condition)).unbind(-1)
        mel = self._mel(x, Prosody(pitch, (voiced > 0).to(x.dtype), energy), condition)
        level = (mel.index_select(1, kept).exp() @ self.inverse).clamp(min=SMALLEST)
        features = self._features(mel).index_select(1, kept)
        pulses, noise, delay = self.spectra(features).split(BINS, dim=-1)
        hertz = hertz_of(pitch).clamp(LOWEST_HZ, HIGHEST_HZ)
        return hertz, level * pulses.exp(), level * noise.exp(), math.pi * delay.tanh()

    def _mel(self, x: Tensor, prosody: Prosody, condition: Tensor) -> Tensor:
        given = (prosody.pitch * prosody.voiced, prosody.voiced, prosody.energy)
        x = x + self.prosody_in(torch.stack(given, -1))
        return self.mel_out(self.decoder(x, condition))

    def _features(self, mel: Tensor) -> Tensor:
        x = self.embed_norm(over_time(self.embed, mel))
        for block, norm in zip(self.blocks, self.norms, strict=True):
            x = block(x, norm)
        return self.last_norm(x)


class FastBlock(nn.Module):
    """A ConvNeXt block, its norm given."""

    def __init__(self, conv: nn.Conv1d, up: nn.Linear, down: nn.Linear, scale: Tensor) -> None:
        super().__init__()
        self.conv, self.up = conv, up
        self.down = nn.Linear(down.in_features, down.out_features)
        self.down.weight = nn.Parameter(down.weight * scale[:, None])
        self.down.bias = nn.Parameter(down.bias * scale)

    def forward(self, x: Tensor, norm: Normalized) -> Tensor:
        y = norm(over_time(self.conv, x))
        return x + self.down(F.gelu(self.up(y)))


class FastStack(nn.Module):
    """`student.blocks.Stack`."""

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


def margin_frames(graph: FramesGraph) -> int:
    """How many neighbours on each side a frame depends on, through all convolutions."""
    convolutions = [module for module in graph.modules() if isinstance(module, nn.Conv1d)]
    return sum(int(conv.padding[0]) for conv in convolutions)


def over_time(conv: nn.Conv1d, x: Tensor) -> Tensor:
    """A convolution of (1, N, channels) over N, as one of an image of height 1."""
    image = x.unsqueeze(1).permute(0, 3, 1, 2)
    padding = (0, int(conv.padding[0]))
    y = F.conv2d(image, conv.weight.unsqueeze(2), conv.bias, padding=padding, groups=conv.groups)
    return y.permute(0, 2, 3, 1).squeeze(1)
