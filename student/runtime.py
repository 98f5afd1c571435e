"""A student that speaks without torch: numpy and onnxruntime on what `student.export` wrote.

onnx.json          voices, alphabet, settings, SHA-256 of the files
text.onnx          phonemes -> encoded phonemes and how long each lasts
frames.onnx        those, frame by frame -> pitch, and the spectra that pulses and noise are given
conditions.npy     (voices, condition_dim) what each voice tells the graphs
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from speech import storage
from speech.audio import Wave
from speech.errors import InputError, Refused
from speech.phonemes import ALPHABET
from speech.rows import SAMPLE_RATE
from speech.seeds import stable_hash
from student.phrases import PAUSE_S, phonemes_of, token_numbers
from student.waves import AHEAD, FEWEST_FRAMES, Floats, Noise, PulseFilter

FORMAT = 1
DESCRIPTION, TEXT, FRAMES, CONDITIONS = "onnx.json", "text.onnx", "frames.onnx", "conditions.npy"
FIRST_S, GROWTH = 0.25, 4
"""The first piece, and how many times as long each that follows is: none comes too late where a
student is ten times as fast as it is listened to, and few pieces work out few margins."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OnnxDescription:
    """onnx.json."""

    name: str
    revision: str
    """of the student it was made of"""
    speakers: tuple[str, ...]
    language: str
    license: str
    precision: str
    """float32, or int8: of the linear layers"""
    parameters: int
    n_fft: int
    hop_length: int
    margin_frames: int
    """neighbours on each side that a frame depends on"""
    shortest_frames: int
    longest_frames: int
    """of a phoneme"""
    sha256: Mapping[str, str]
    alphabet: str = ALPHABET
    sample_rate: int = SAMPLE_RATE
    format: int = FORMAT


def is_onnx(location: str) -> bool:
    return storage.exists(storage.join(location, DESCRIPTION))


def read_onnx_description(location: str) -> OnnxDescription:
    """Raises InputError: no export there, or one that this version cannot read, and why."""
    path = storage.join(location, DESCRIPTION)
    if not storage.exists(path):
        raise InputError(f"{location} holds no {DESCRIPTION}; python -m student.export writes it")
    try:
        described = OnnxDescription(**json.loads(storage.read_bytes(path)))
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} is damaged, or of another version: {error}") from error
    ours = {"format": FORMAT, "alphabet": ALPHABET, "sample_rate": SAMPLE_RATE}
    for key, value in ours.items():
        if (theirs := getattr(described, key)) != value:
            raise InputError(f"{path} has {key} {theirs!r}, this version reads {value!r}")
    return described


class OnnxStudent:
    """Speaks in the voices that the student was trained on."""

    def __init__(self, location: str, threads: int = 1) -> None:
        """`location`: local, gs:// or package://; raises InputError where it cannot be used."""
        self.location, self.description = location, read_onnx_description(location)
        self.text = _session(self._file(TEXT), threads)
        self.by_frame = _session(self._file(FRAMES), threads)
        self.conditions = self._conditions()

    def _file(self, name: str) -> Path:
        path = storage.join(self.location, name)
        return storage.local_path(path, self.description.sha256.get(name, "none"))

    def _conditions(self) -> Floats:
        conditions = np.load(io.BytesIO(self._file(CONDITIONS).read_bytes()), allow_pickle=False)
        if len(conditions) != len(self.voices):
            voices = f"{len(conditions)} voices, {DESCRIPTION} names {len(self.voices)}"
            raise InputError(f"{self.location}/{CONDITIONS} holds {voices}")
        return conditions

    @property
    def voices(self) -> tuple[str, ...]:
        return tuple(self.description.speakers)

    @property
    def bytes(self) -> int:
        """Of the files."""
        return sum(self._file(name).stat().st_size for name in self.description.sha256)

    def speak(self, text: str, voice: str, seed: int = 0, speed: float = 1.0) -> Wave:
        """Text of any length; raises Refused as `stream`."""
        return np.concatenate(list(self.stream(text, voice, seed, speed, first_s=None)))

    def stream(
        self,
        text: str,
        voice: str,
        seed: int = 0,
        speed: float = 1.0,
        first_s: float | None = FIRST_S,
    ) -> Iterator[Wave]:
        """The wave of `speak` in pieces, the first of about `first_s`; null: whole parts. In int8 a
        piece's sound depends a little on where it is cut: layers are rounded by their largest value.

        Raises:
            Refused: a text that cannot be spoken, or a voice that is not there.
        """
        if voice not in self.voices:
            raise Refused("unknown_voice", f"{self.description.name} has no voice {voice!r}")
        condition = self.conditions[self.voices.index(voice)].reshape(1, 1, -1)
        for number, phonemes in enumerate(phonemes_of(text, self.description.language)):
            if number:
                yield np.zeros(round(PAUSE_S * SAMPLE_RATE), np.float32)
            encoded, frames = self.encode(phonemes, condition, speed)
            rng = np.random.default_rng(stable_hash(seed, phonemes))
            yield from self.pieces(encoded, frames, condition, partial(white, rng), first_s)

    def encode(
        self, phonemes: str, condition: Floats, speed: float = 1.0
    ) -> tuple[Floats, Integers]:
        """Encoded phonemes (1, P, dim) and the frames (P,) of each."""
        ids = np.array([token_numbers(phonemes)])
        encoded, log_frames = self.text.run(None, {"ids": ids, "condition": condition})
        limits = self.description.shortest_frames, self.description.longest_frames
        frames = whole_frames(log_frames[0], speed, *limits)
        frames[-1] += max(0, FEWEST_FRAMES - frames.sum())
        return encoded, frames

    def pieces(
        self,
        encoded: Floats,
        frames: Integers,
        condition: Floats,
        noise: Noise,
        first_s: float | None = None,
    ) -> Iterator[Wave]:
        """The wave of ((frames - 1) * hop,) samples, given `encode`'s and the noise."""
        index, places = expand(frames)
        described, total = self.description, len(index)
        filtered = PulseFilter(total, described.n_fft, described.hop_length, noise)
        for begin, end in cuts(total, self._frames(first_s), described.margin_frames):
            low = max(0, begin - described.margin_frames)
            high = min(total, end + described.margin_frames)
            feeds = {
                "encoded": encoded,
                "index": index[low:high],
                "places": places[None, low:high],
                "kept": np.arange(begin - low, end - low),
                "condition": condition,
            }
            hertz, pulses, hiss, phase = (out[0] for out in self.by_frame.run(None, feeds))
            hertz = hertz[begin - low : end + AHEAD - low]
            yield filtered.push(hertz, pulses, hiss, phase)

    def _frames(self, duration_s: float | None) -> int | None:
        if duration_s is None:
            return None
        return max(FEWEST_FRAMES, round(duration_s * SAMPLE_RATE / self.description.hop_length))


def cuts(total: int, first: int | None, margin: int) -> Iterator[tuple[int, int]]:
    """Where pieces of frames begin and end: `first` frames, then `GROWTH` times as many and so on. A
    rest no longer than the margin, which is worked out anyway, belongs to the piece before it."""
    begin, length = 0, total if first is None else first
    while begin < total:
        end = begin + length
        end = total if end + margin >= total else end
        yield begin, end
        begin, length = end, GROWTH * length


def whole_frames(log_frames: Floats, speed: float, shortest: int, longest: int) -> Integers:
    """(P,) as `student.acoustic.whole_frames`."""
    wanted = (np.exp(log_frames) / np.float32(speed)).clip(shortest, longest)
    return np.diff(wanted.cumsum(dtype=np.float32).round(), prepend=0).astype(np.int64)


def expand(frames: Integers) -> tuple[Integers, Floats]:
    """(P,) frames of each phoneme -> (N,) the phoneme of each frame and (N, 3) where in it the frame
    lies, as `student.acoustic.Acoustic.expand`."""
    index = np.arange(len(frames)).repeat(frames)
    lasts = frames[index]
    since = np.arange(len(index)) - (frames.cumsum() - frames)[index]
    share = (since + 0.5) / lasts
    return index, np.stack((share, 1 - share, np.log(lasts)), -1).astype(np.float32)


def white(rng: np.random.Generator, samples: int) -> Wave:
    """Evenly spread and of variance 1: four times as fast as normal, and the same to the ear, since
    a spectrum adds up a thousand of them."""
    return (rng.random(samples, np.float32) - 0.5) * np.float32(12**0.5)


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base but this
        reason = str(error).splitlines()[0]
        raise InputError(f"{path.name} cannot be run by onnxruntime: {reason}") from error
