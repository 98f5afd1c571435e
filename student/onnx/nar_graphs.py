"""The non-autoregressive student as graphs: phonemes, then all frames at once."""

import torch
from torch import Tensor

from speech.audio.pitch import HIGHEST_HZ, LOWEST_HZ, hertz_of
from speech.vocoder.network import PulseVocoder
from student.models.nar import NarStudent, Prosody
from student.onnx.graphs import (
    BY_FRAME,
    FRAMES,
    FastStack,
    FramesGraph,
    Graphs,
    text_by_frame,
)


class NarFramesGraph(FramesGraph):
    """From encoded text."""

    axes = FramesGraph.axes | BY_FRAME
    quantized = ("/up/", "/down/", "film", "spectra", "/residual/")
    """not the small layers that pitch and mels come straight out of"""

    def __init__(self, student: NarStudent, vocoder: PulseVocoder) -> None:
        super().__init__(vocoder)
        self.examples = text_by_frame(student)
        self.places, self.mel_out = student.places, student.mel_out
        self.prosody_out, self.prosody_in = student.prosody_out, student.prosody_in
        self.prosody, self.decoder = FastStack(student.prosody), FastStack(student.decoder)

    def inputs(self) -> dict[str, Tensor]:
        return self.examples | {"kept": torch.arange(1, FRAMES)}

    def forward(
        self, encoded: Tensor, index: Tensor, places: Tensor, condition: Tensor, kept: Tensor
    ) -> tuple[Tensor, ...]:
        """As `text_by_frame`, and the frames that are kept (K,)."""
        x = encoded.index_select(1, index) + self.places(places)
        pitch, voiced, energy = self.prosody_out(self.prosody(x, condition)).unbind(-1)
        mel = self._mel(x, Prosody(pitch, (voiced > 0).to(x.dtype), energy), condition)
        features = self.vocoder.features(mel)
        own = hertz_of(pitch).clamp(LOWEST_HZ, HIGHEST_HZ)
        hertz = torch.where(voiced > 0, own, self.vocoder.pitch_hz(features))
        return hertz, *self.vocoder(mel, features, kept)

    def _mel(self, x: Tensor, prosody: Prosody, condition: Tensor) -> Tensor:
        given = (prosody.pitch * prosody.voiced, prosody.voiced, prosody.energy)
        x = x + self.prosody_in(torch.stack(given, -1))
        return self.mel_out(self.decoder(x, condition))


def nar_graphs(student: NarStudent, vocoder: PulseVocoder) -> Graphs:
    return Graphs(NarFramesGraph(student, vocoder), {})
