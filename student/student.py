"""A trained student that speaks: text and a voice in, a wave out."""

from collections.abc import Iterator

import torch
from torch import Tensor

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, resample
from speech.errors import InputError, Refused
from speech.synthesizer import Size
from speech.text.lexicon import NO_WORDS, Lexicon
from speech.vocoder.network import PulseVocoder
from student.data.speakers import voice_vector
from student.models.acoustic import Acoustic, token_ids
from student.models.nar import NarStudent
from student.package import VOCODER, WEIGHTS, Description, read_package
from student.synthesizer import StudentSynthesizer

MAX_REFERENCE_S = 60.0


class Student(StudentSynthesizer):
    """Speaks in the voices it was trained on; in others by a vector of the speaker encoder."""

    streams = False
    description: Description

    def __init__(
        self,
        location: str,
        description: Description,
        acoustic: Acoustic,
        vocoder: PulseVocoder,
        lexicon: Lexicon = NO_WORDS,
        expressiveness: float = 1.0,
    ) -> None:
        self.lexicon, self.expressiveness = lexicon, expressiveness
        self.location, self.description = location, description
        self.acoustic, self.vocoder = acoustic, vocoder
        self.added: dict[str, Tensor] = {}
        """vectors (256,) of the speaker encoder, by voice"""

    @property
    def revision(self) -> str:
        return self.description.revision

    @property
    def voices(self) -> tuple[str, ...]:
        return *self.description.speakers, *self.added

    @property
    def size(self) -> Size:
        return Size(self.parameters, self.bytes, "float32")

    @property
    def parameters(self) -> int:
        """Of student and vocoder."""
        return sum(p.numel() for part in (self.acoustic, self.vocoder) for p in part.parameters())

    @property
    def bytes(self) -> int:
        """Of the files that hold them."""
        paths = [storage.join(self.location, name) for name in (WEIGHTS, VOCODER)]
        return sum(storage.local_path(path).stat().st_size for path in paths)

    @property
    def draws_readings(self) -> bool:
        return isinstance(self.acoustic, NarStudent) and self.acoustic.reading_flow is not None

    def add_voice(self, reference: str) -> None:
        """Raises InputError: no such file, or no voice in it."""
        data = storage.read_bytes(reference)
        try:
            wave, rate = decode(data, MAX_REFERENCE_S)
            self.added[reference] = voice_vector(resample(wave, rate, SAMPLE_RATE))
        except Refused as refusal:
            raise InputError(
                f"reference={reference} is no recording of a voice: {refusal}"
            ) from refusal

    def spoken(
        self, phonemes: str, voice: str, seed: int, speed: float, first_s: float | None
    ) -> Iterator[Wave]:
        """In one piece."""
        yield self._wave(token_ids(phonemes), self.condition(voice), seed, speed)

    def condition(self, voice: str) -> Tensor:
        """(1, 1, condition_dim)."""
        return self.mixed(voice, self._condition)

    def _condition(self, voice: str) -> Tensor:
        if voice in self.added:
            return self.acoustic.of_vectors(self.added[voice][None])
        return self.acoustic.condition(torch.tensor([self.voices.index(voice)]))

    @torch.inference_mode()
    def _wave(self, ids: Tensor, condition: Tensor, seed: int, speed: float) -> Wave:
        mel, _ = self.acoustic.synthesize(
            ids[None],
            condition,
            torch.Generator().manual_seed(seed),
            speed=speed,
            expressiveness=self.expressiveness,
        )
        return self.vocoder.speak(mel)[0].numpy()


def open_student(
    location: str,
    lexicon: Lexicon = NO_WORDS,
    expressiveness: float = 1.0,
) -> Student:
    """A folder that `make train-student` wrote: local, gs:// or package://; raises InputError."""
    return Student(location, *read_package(location), lexicon, expressiveness)
