"""What a student is to those who have it say something, by torch or by onnxruntime; needs no torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any, ClassVar, TypeVar

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.errors import InputError, Refused
from speech.seeds import stable_hash
from speech.synthesizer import Size, Speech, SynthesisRequest
from speech.text.lexicon import Lexicon
from student.description import Described
from student.mastering import TARGET_LUFS, mastered
from student.phrases import phrases
from student.voice_mix import read_voice

V = TypeVar("V")

FIRST_S = 0.25
"""of a stream's first piece"""
SLOWEST, FASTEST = 0.2, 5.0
WARM_UP = (
    "On May 7th, 2024, Dr. Zyxelby read 3.5 km of tape: it wasn't live. "
    "Everybody who was there had waited for an hour, and then for another one, until somebody "
    "came, opened the door, and told them that they would have to come again at half past ten."
)
"""Numbers, a date, a name that no lexicon has, and two parts."""


class StudentSynthesizer(ABC):
    """Speaks in the voices of its description, and in mixes of them: `ada(2)+ben(1)`."""

    streams: ClassVar[bool]
    description: Described
    lexicon: Lexicon
    sample_rate = SAMPLE_RATE
    """of every wave, in hertz"""

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
    @abstractmethod
    def draws_readings(self) -> bool:
        """Whether another seed reads a text in another way, which can be made livelier."""

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

    def speak(self, text: str, voice: str | None = None, seed: int = 0, speed: float = 1.0) -> Wave:
        """Say a text of any length.

        Args:
            text: as it is written; a blank line, or the end of a line that ends a sentence, is the
                end of a paragraph.
            voice: one of `voices`, or a mix of them as `ada(2)+ben`; None: the first.
            seed: the same for the same wave.
            speed: above 0.2, below 5; 2 is twice as fast.

        Returns:
            float32 (samples,), mono, at `sample_rate`.

        Raises:
            Refused: a text that cannot be spoken, a voice that is not there, or such a speed.
        """
        return np.concatenate(list(self.stream(text, voice, seed, speed, first_s=None)))

    def stream(
        self,
        text: str | SynthesisRequest,
        voice: str | None = None,
        seed: int = 0,
        speed: float = 1.0,
        first_s: float | None = FIRST_S,
    ) -> Iterator[Wave]:
        """The wave of `speak` in pieces, the first of about `first_s`; None: whole parts of a text.

        A request holds voice, seed and speed itself. In int8 a piece's sound depends a little on
        where it is cut: layers are rounded by their largest value.

        Raises:
            Refused: as `speak`, for a voice, a language and a speed at once, for a text before its
                first piece.
        """
        if isinstance(text, SynthesisRequest):
            request = text
        else:
            request = SynthesisRequest(text, voice, self.description.language, seed, speed)
        voice = self.voice_of(request)
        return mastered(self._parts(request, voice, first_s), self._gain(voice))

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        return [self._answer(request) for request in requests]

    def warm_up(self) -> None:
        """Make the next call as quick as all that follow: lexica and frontend are loaded, and each
        graph is run."""
        for _ in self.stream(WARM_UP):
            pass

    def _answer(self, request: SynthesisRequest) -> Speech | Refused:
        try:
            return Speech(np.concatenate(list(self.stream(request, first_s=None))))
        except Refused as refusal:
            return refusal

    def voice_of(self, request: SynthesisRequest) -> str:
        """Its first voice, where none is asked for; raises Refused for what it does not speak."""
        if request.language not in self.languages:
            allowed = ", ".join(self.languages)
            raise Refused("unsupported_language", f"{request.language!r:.20}, allowed {allowed}")
        if not SLOWEST < request.speed < FASTEST:
            allowed = f"above {SLOWEST:g}, below {FASTEST:g}"
            raise Refused("unsupported_speed", f"{request.speed!r:.20}; allowed: {allowed}")
        voice = self.voices[0] if request.voice is None else request.voice
        read_voice(voice, self.voices)
        return voice

    def mixed(self, voice: str, of_voice: Callable[[str], V]) -> V:
        """What each voice has (a number, an array, a tensor): the mean by their shares in a mix; raises
        Refused."""
        shares = read_voice(voice, self.voices).items()
        parts: Any = (share * of_voice(name) for name, share in shares)  # type: ignore[operator]
        return reduce(add, parts)

    def _gain(self, voice: str) -> float:
        """What brings a voice to the target; 1 for one whose loudness nobody has measured."""

        def decibels(name: str) -> float:
            return TARGET_LUFS - self.description.loudness_lufs.get(name, TARGET_LUFS)

        return 10 ** (self.mixed(voice, decibels) / 20)

    def _parts(
        self, request: SynthesisRequest, voice: str, first_s: float | None
    ) -> Iterator[tuple[float, Iterator[Wave]]]:
        speed = request.speed
        for pause_s, phonemes in phrases(request.text, request.language, self.lexicon):
            seed = stable_hash(request.seed, phonemes)
            yield pause_s / speed, self.spoken(phonemes, voice, seed, speed, first_s)

    @abstractmethod
    def spoken(
        self, phonemes: str, voice: str, seed: int, speed: float, first_s: float | None
    ) -> Iterator[Wave]:
        """One part of a text in pieces, as the networks have it: of any level, and not yet begun and
        ended as speech is."""
