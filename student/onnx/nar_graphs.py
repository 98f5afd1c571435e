"""The non-autoregressive student as graphs: phonemes, then all frames at once."""

import torch
from torch import Tensor

from speech.vocoder.network import PulseVocoder
from student.models.nar import NarStudent, Prosody
from student.models.reading import CHANNELS, Reading, ReadingFlow
from student.onnx.frames import CONTOUR, NOISE, PITCH
from student.onnx.graphs import (
    BY_FRAME,
    FRAMES,
    PHONEMES,
    FastStack,
    FramesGraph,
    Graphs,
    TextGraph,
    text_by_frame,
)


class ReadTextGraph(TextGraph):
    """Of a student that draws its readings: from noise (1, P, 4) as well, to their pitch (1, P, 3)."""

    outputs = (*TextGraph.outputs, PITCH)
    axes = TextGraph.axes | {name: {1: "phonemes"} for name in (NOISE, PITCH)}
    quantized = ("/encoder/", "/duration/")
    """not the flow, in whose steps errors go round"""

    def __init__(self, student: NarStudent, flow: ReadingFlow) -> None:
        super().__init__(student)
        self.mean_pitch, self.temperature = student.mean_pitch, student.temperature
        self.expressiveness = student.expressiveness
        self.flow, self.stack = flow, FastStack(flow.stack)

    def inputs(self) -> dict[str, Tensor]:
        return super().inputs() | {NOISE: torch.zeros(1, PHONEMES, CHANNELS)}

    def forward(
        self, ids: Tensor, condition: Tensor, noise: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        assert noise is not None
        encoded = self.encoder(self.embed(ids), condition)
        hidden = self.duration(encoded, condition)
        mean = torch.cat((self.log_frames(hidden), self.mean_pitch(hidden)), -1)
        more = self.flow.draw(encoded, condition, noise * self.temperature, self.stack)
        drawn = mean + more
        reading = Reading(drawn[..., 0], drawn[..., 1:]).livelier(self.expressiveness)
        assert reading.pitch is not None
        return encoded, reading.log_frames, reading.pitch


class NarFramesGraph(FramesGraph):
    """From encoded text, and where readings are drawn the contour (1, N) of their pitch."""

    axes = FramesGraph.axes | BY_FRAME | {CONTOUR: {1: "frames"}}
    quantized = ("/up/", "/down/", "film", "spectra", "/residual/")
    """not the small layers that pitch and mels come straight out of"""

    def __init__(self, student: NarStudent, vocoder: PulseVocoder) -> None:
        super().__init__(vocoder)
        self.examples = text_by_frame(student)
        self.contour_in = None if student.reading_flow is None else student.contour_in
        self.places, self.mel_out = student.places, student.mel_out
        self.prosody_out, self.prosody_in = student.prosody_out, student.prosody_in
        self.prosody, self.decoder = FastStack(student.prosody), FastStack(student.decoder)

    def inputs(self) -> dict[str, Tensor]:
        examples = self.examples | {"kept": torch.arange(1, FRAMES)}
        return examples if self.contour_in is None else examples | {CONTOUR: torch.zeros(1, FRAMES)}

    def forward(
        self,
        encoded: Tensor,
        index: Tensor,
        places: Tensor,
        condition: Tensor,
        kept: Tensor,
        contour: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """As `text_by_frame`, and the frames that are kept (K,)."""
        x = encoded.index_select(1, index) + self.places(places)
        pitch, voiced, energy = self._prosody(x, condition, contour)
        mel = self._mel(x, Prosody(pitch, (voiced > 0).to(x.dtype), energy), condition)
        features = self.vocoder.features(mel)
        return self.vocoder.pitch_hz(features), *self.vocoder(mel, features, kept)

    def _prosody(
        self, x: Tensor, condition: Tensor, contour: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        if contour is not None and self.contour_in is not None:
            x = x + self.contour_in(contour.unsqueeze(-1))
        pitch, voiced, energy = self.prosody_out(self.prosody(x, condition)).unbind(-1)
        return pitch if contour is None else pitch + contour, voiced, energy

    def _mel(self, x: Tensor, prosody: Prosody, condition: Tensor) -> Tensor:
        given = (prosody.pitch * prosody.voiced, prosody.voiced, prosody.energy)
        x = x + self.prosody_in(torch.stack(given, -1))
        return self.mel_out(self.decoder(x, condition))


def nar_graphs(student: NarStudent, vocoder: PulseVocoder) -> Graphs:
    flow = student.reading_flow
    text = TextGraph(student) if flow is None else ReadTextGraph(student, flow)
    return Graphs(text, NarFramesGraph(student, vocoder), {})
