"""An autoregressive student as graphs: phonemes, what each step is told of them, one step, frames."""

import torch
from torch import Tensor, nn

from speech.audio.mel import N_MELS
from speech.errors import InputError
from speech.vocoder.network import PulseVocoder
from student.models.acoustic import MEAN_MEL
from student.models.ar import ArStudent
from student.models.ar_decoder import FILMS, rotations_of
from student.models.ar_dmel import DmelStudent
from student.models.ar_steps import Autoregressive
from student.models.blocks import over_time
from student.onnx.ar_step_graphs import DmelStepGraph, LatentStepGraph
from student.onnx.frames import GIVEN, STEP
from student.onnx.graphs import (
    BY_FRAME,
    FRAMES,
    FramesGraph,
    Graph,
    Graphs,
    TextGraph,
    text_by_frame,
)


class GivenGraph(Graph):
    """What is worked out once for all steps of a text."""

    outputs = ("given", "rotations", "films", "last")
    axes = BY_FRAME | {"given": {1: "steps"}, "rotations": {0: "steps"}}
    neutral: Tensor

    def __init__(self, student: Autoregressive) -> None:
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


class ArFramesGraph(FramesGraph):
    """From the mels (1, N, mels) of the steps. The vocoder finds the pitch in them, and so stays
    float32 as the post-net does."""

    axes = FramesGraph.axes | {"mel": {1: "frames"}}

    def __init__(self, student: Autoregressive, vocoder: PulseVocoder) -> None:
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


def ar_graphs(student: Autoregressive, vocoder: PulseVocoder) -> Graphs:
    """Raises InputError for one that has a stop head."""
    if student.stop is not None:
        raise InputError("its stop head cannot be exported; train it with student.stop=durations")
    others = {GIVEN: GivenGraph(student), STEP: _step_graph(student)}
    return Graphs(TextGraph(student), ArFramesGraph(student, vocoder), others)


def _step_graph(student: Autoregressive) -> Graph:
    if isinstance(student, DmelStudent):
        return DmelStepGraph(student)
    assert isinstance(student, ArStudent)
    return LatentStepGraph(student)
