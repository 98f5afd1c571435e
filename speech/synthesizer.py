"""What everything that says a text has in common: teachers, students, rivals, recordings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from speech.audio.waveform import Wave
from speech.errors import Refused

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Size:
    """How large a model is."""

    parameters: int
    bytes: int
    """size of the weights' files"""
    precision: str | None = None
    """of the arithmetic: float32, bfloat16, int8"""


@dataclass(frozen=True)
class SynthesisRequest:
    """A text as it was written, and how it is to be said."""

    text: str
    voice: str | None
    """None: the synthesizer's first, or the only one that it has"""
    language: str
    seed: int = 0
    speed: float = 1.0
    id: str = ""
    """by which a recording of it is found"""


@dataclass(frozen=True)
class Speech:
    """`wave` is float32 (samples,), mono, 24 kHz. Synthesizers that decide when each phoneme is said
    may tell it: one end, in seconds, for each character of `phonemes`. Those that make log-mels of
    `speech.audio.mel`'s kind may tell what their vocoder was given: `mel` (samples // hop, mels),
    as loud as the wave."""

    wave: Wave
    phonemes: str | None = None
    phoneme_ends_s: Sequence[float] | None = None
    mel: "Tensor | None" = None


class Synthesizer(Protocol):
    """Says texts, and says what it is."""

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str:
        """Of the weights; empty where there are none."""
        ...

    @property
    def license(self) -> str:
        """Of the weights, as SPDX names it; empty where it is not known."""
        ...

    @property
    def voices(self) -> Sequence[str]:
        """In which any text can be said; none where voices are not to be chosen."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """None at all where they are not known."""
        ...

    @property
    def size(self) -> Size | None:
        """None where nothing is computed, as of recordings."""
        ...

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        """One answer for each request, in their order: `Refused` for what it does not say. A clip is
        a function of its own request alone."""
        ...

    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:
        """The same speech in pieces; raises Refused for what it does not say."""
        ...

    @property
    def streams(self) -> bool:
        """Whether a stream's first piece is there before its last is made."""
        ...


class AtOnce:
    """The stream of a synthesizer that has no other way: one piece."""

    streams = False

    def stream(self: Synthesizer, request: SynthesisRequest) -> Iterator[Wave]:
        yield said(self, request).wave


def said(synthesizer: Synthesizer, request: SynthesisRequest) -> Speech:
    """One request alone; raises Refused."""
    [answer] = synthesizer.synthesize([request])
    if isinstance(answer, Refused):
        raise answer
    return answer
