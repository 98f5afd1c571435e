"""Waves to the bytes of audio files while they are made: what an OpenAI `response_format` names.

One after another, `push` and `finish` give a whole file. Its bytes depend on the samples alone, not
on how they were cut into waves.
"""

import io
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Protocol, cast

import av

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, pcm_16

UNKNOWN = b"\xff\xff\xff\xff"
"""a size in a header that is written before the sound is made"""


class Encoder(Protocol):
    """Of one response; `slow` where a piece of it takes milliseconds, and not the event loop's."""

    content_type: str
    slow: bool

    def push(self, wave: Wave) -> bytes:
        """The bytes that are finished with these samples; may be none."""
        ...

    def finish(self) -> bytes:
        """The rest."""
        ...


class PcmEncoder:
    """Signed 16 bits, little-endian, 24 kHz, mono, without a header."""

    content_type, slow = "audio/pcm", False

    def push(self, wave: Wave) -> bytes:
        return pcm_16(wave).tobytes()

    def finish(self) -> bytes:
        return b""


class WavEncoder(PcmEncoder):
    """The same after a RIFF header whose sizes are 0xFFFFFFFF, as OpenAI's."""

    content_type = "audio/wav"

    def __init__(self) -> None:
        self._header = wav_header()

    def push(self, wave: Wave) -> bytes:
        return self._once() + super().push(wave)

    def finish(self) -> bytes:
        return self._once()

    def _once(self) -> bytes:
        header, self._header = self._header, b""
        return header


class AvEncoder:
    """What FFmpeg's libraries encode, by PyAV, into a container that needs no way back."""

    slow = True

    def __init__(
        self,
        content_type: str,
        container: Mapping[str, str],
        codec: Mapping[str, str],
        bit_rate: int | None = None,
    ) -> None:
        """`container` and `codec`: `name` as FFmpeg has it, and FFmpeg's options."""
        self.content_type, self._sink, self._at = content_type, _Sink(), 0
        muxer, options = _named(container)
        self._file = av.open(
            self._sink, "w", format=muxer, options={"flush_packets": "1", **options}
        )
        name, options = _named(codec)
        stream = self._file.add_stream(name, rate=SAMPLE_RATE, layout="mono", options=options)
        self._stream = cast(av.AudioStream, stream)
        if bit_rate is not None:
            self._stream.bit_rate = bit_rate

    def push(self, wave: Wave) -> bytes:
        if not len(wave):
            return b""
        frame = av.AudioFrame.from_ndarray(pcm_16(wave)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = (
            SAMPLE_RATE,
            self._at,
            Fraction(1, SAMPLE_RATE),
        )
        self._at += len(wave)
        self._file.mux(self._stream.encode(frame))
        return self._sink.taken()

    def finish(self) -> bytes:
        self._file.mux(self._stream.encode(None))
        self._file.close()
        return self._sink.taken()


class _Sink:
    """A file that can only be written on."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()

    def write(self, data: bytes) -> int:
        return self._buffer.write(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        data, self._buffer = self._buffer.getvalue(), io.BytesIO()
        return data


def _named(options: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    return options["name"], {key: value for key, value in options.items() if key != "name"}


MP3 = {"name": "mp3", "write_xing": "0", "id3v2_version": "0"}
"""without the headers that are written last"""
OGG = {"name": "ogg", "page_duration": "100000"}
"""in microseconds"""

# settings that take a third of the time of FFmpeg's own, and are as near to the wave or nearer
FORMATS: Mapping[str, Callable[[], Encoder]] = {
    "mp3": lambda: AvEncoder(
        "audio/mpeg", MP3, {"name": "libmp3lame", "compression_level": "7"}, 64_000
    ),
    "opus": lambda: AvEncoder(
        "audio/ogg", OGG, {"name": "libopus", "compression_level": "5"}, 48_000
    ),
    "aac": lambda: AvEncoder(
        "audio/aac", {"name": "adts"}, {"name": "aac", "aac_coder": "fast"}, 64_000
    ),
    "flac": lambda: AvEncoder("audio/flac", {"name": "flac"}, {"name": "flac"}),
    "wav": WavEncoder,
    "pcm": PcmEncoder,
}


def wav_header() -> bytes:
    """44 bytes: PCM_16, mono, 24 kHz, of unknown length."""
    byte_rate = 2 * SAMPLE_RATE
    shape = [(16, 4), (1, 2), (1, 2), (SAMPLE_RATE, 4), (byte_rate, 4), (2, 2), (16, 2)]
    form = b"".join(value.to_bytes(size, "little") for value, size in shape)
    return b"RIFF" + UNKNOWN + b"WAVEfmt " + form + b"data" + UNKNOWN
