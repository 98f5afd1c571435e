"""What a student is to those who have it say something, by torch or by onnxruntime; needs no torch."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from speech.audio.waveform import Wave
from speech.errors import InputError, Refused
from speech.synthesizer import AtOnce, Size, Speech, SynthesisRequest
from student.description import Described


class StudentSynthesizer(AtOnce, ABC):
    """Speaks in the voices of its description."""

    description: Described

    @property
    def name(self) -> str:
        return self.description.name

    @property
    @abstractmethod
    def revision(self) -> str: ...

    @property
    @abstractmethod
    def size(self) -> Size: ...

    @property
    def license(self) -> str:
        return self.description.license

    @property
    def voices(self) -> tuple[str, ...]:
        return self.description.speakers

    @property
    def languages(self) -> tuple[str, ...]:
        return (self.description.language,)

    def add_voice(self, reference: str) -> None:
        """Speak in the voice of a recording as well, by its path; raises InputError."""
        raise InputError("reference=... needs the checkpoint that was trained, not its export")

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: SynthesisRequest) -> Speech | Refused:
        try:
            voice = self.voice_of(request)
            return Speech(self.speak(request.text, voice, request.seed, request.speed))
        except Refused as refusal:
            return refusal

    def voice_of(self, request: SynthesisRequest) -> str:
        """Its first voice, where none is asked for; raises Refused for what it does not speak."""
        if request.language not in self.languages:
            allowed = ", ".join(self.languages)
            raise Refused("unsupported_language", f"{request.language!r:.20}, allowed {allowed}")
        voice = self.voices[0] if request.voice is None else request.voice
        self.place_of(voice)
        return voice

    def place_of(self, voice: str) -> int:
        """Among its voices; raises Refused."""
        if voice not in self.voices:
            allowed = ", ".join(self.voices)
            raise Refused("unknown_voice", f"{voice!r:.80}; {self.name} speaks {allowed:.200}")
        return self.voices.index(voice)

    @abstractmethod
    def speak(self, text: str, voice: str, seed: int = 0, speed: float = 1.0) -> Wave:
        """Text of any length; raises Refused for one that cannot be spoken."""
