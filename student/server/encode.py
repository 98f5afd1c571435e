"""Waves to the bytes of audio files while they are made."""

from typing import Protocol

import numpy as np

from speech.audio.waveform import Wave
from speech.dataset.schema import SAMPLE_RATE


class Encoder(Protocol):
    content_type: str

    def push(self, wave: Wave) -> bytes:
        """The bytes that are finished with these samples; may be none."""
        ...

    def finish(self) -> bytes:
        """The rest."""
        ...


class PcmEncoder:
    """Signed 16 bits, little-endian, 24 kHz, mono, without a header."""

    content_type = "audio/pcm"

    def push(self, wave: Wave) -> bytes:
        return (np.clip(np.round(wave * 32768.0), -32768, 32767).astype("<i2")).tobytes()

    def finish(self) -> bytes:
        return b""


class WavEncoder(PcmEncoder):
    """RIFF whose sizes are 0xFFFFFFFF, as OpenAI's: nobody knows them while it is made."""

    content_type = "audio/wav"

    def __init__(self) -> None:
        self._header: bytes = wav_header()

    def push(self, wave: Wave) -> bytes:
        header, self._header = self._header, b""
        return header + super().push(wave)


def wav_header() -> bytes:
    """44 bytes: PCM_16, mono, 24 kHz, of unknown length."""
    unknown, byte_rate = b"\xff\xff\xff\xff", 2 * SAMPLE_RATE
    shape = [(16, 4), (1, 2), (1, 2), (SAMPLE_RATE, 4), (byte_rate, 4), (2, 2), (16, 2)]
    form = b"".join(value.to_bytes(size, "little") for value, size in shape)
    return b"RIFF" + unknown + b"WAVEfmt " + form + b"data" + unknown


FORMATS = {"pcm": PcmEncoder, "wav": WavEncoder}


def encoder(name: str) -> Encoder:
    """Of a response_format."""
    return FORMATS[name]()
