"""A student that speaks without torch: numpy and onnxruntime on what `student.export` wrote.

onnx.json          voices, alphabet, settings, SHA-256 of the files
text.onnx          phonemes -> encoded phonemes and how long each lasts
given.onnx         of an autoregressive student: those by frame -> what each step is told of them
step.onnx          and the mels of each step, from those before it
frames.onnx        all that by frame -> pitch, and the spectra that pulses and noise are given
config.json        a little of onnx.json, for the hub
conditions.npy     (voices, condition_dim) what each voice tells the graphs
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from speech import storage
from speech.audio import FEWEST_FRAMES, SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.errors import InputError
from speech.synthesizer import Size
from speech.text.lexicon import NO_WORDS, Lexicon
from student.description import EXPORTED_STUDENT, Described
from student.onnx.consistency import DECIMATION
from student.onnx.frames import (
    CONTOUR,
    NOISE,
    ArFrames,
    Feeds,
    Integers,
    Kind,
    NarFrames,
    NoiseSource,
    contour_of,
    expand,
)
from student.onnx.overlap import Floats
from student.onnx.waves import AHEAD, RESIDUAL, PulseFilter
from student.phrases import token_numbers
from student.synthesizer import StudentSynthesizer

DESCRIPTION = EXPORTED_STUDENT
TEXT, FRAMES, CONDITIONS = "text.onnx", "frames.onnx", "conditions.npy"
KINDS: dict[Kind, type[NarFrames | ArFrames]] = {"nar": NarFrames, "ar": ArFrames}
MOST_FRAMES = 10_000
LONGEST_PIECE = 512
"""frames: of twice as many the layers leave the processor's cache, and take a fifth longer each"""


@dataclass(frozen=True, kw_only=True)
class OnnxDescription(Described):
    """onnx.json."""

    FILE = DESCRIPTION
    WRITTEN_BY = "python -m student.export"

    format: int = 2
    kind: Kind
    revision: str
    """revision of the student that was exported"""
    precision: str
    """float32, or int8: of the linear layers"""
    parameters: int
    n_fft: Annotated[int, Field(ge=2)]
    hop_length: Annotated[int, Field(ge=1)]
    margin_frames: Annotated[int, Field(ge=AHEAD)]
    """neighbours on each side that a frame depends on"""
    shortest_frames: Annotated[int, Field(ge=1, le=MOST_FRAMES)]
    longest_frames: Annotated[int, Field(ge=1, le=MOST_FRAMES)]
    """of a phoneme"""


@dataclass(frozen=True)
class Encoded:
    """A text as a voice reads it: encoded phonemes (1, P, dim), the whole frames (P,) of each, the
    voice's condition (1, 1, C), and of students that draw it the pitch (P, 3) of each in octaves."""

    encoded: Floats
    frames: Integers
    condition: Floats
    pitch: Floats | None = None

    def by_frame(self) -> Feeds:
        """What graphs by frame are given."""
        index, places = expand(self.frames)
        text = {"encoded": self.encoded, "index": index, "places": places}
        if self.pitch is not None:
            text[CONTOUR] = contour_of(self.pitch, self.frames)
        return {**text, "condition": self.condition}


def is_onnx(location: str) -> bool:
    return storage.exists(storage.join(location, DESCRIPTION))


class OnnxStudent(StudentSynthesizer):
    """Speaks in the voices that the student was trained on."""

    streams = True
    description: OnnxDescription

    def __init__(
        self,
        location: str,
        threads: int = 1,
        lexicon: Lexicon = NO_WORDS,
        expressiveness: float = 1.0,
    ) -> None:
        """
        Args:
            location: Local, gs:// or package://.
            lexicon: Words as the user wants them said.
            expressiveness: How many times as far from its mean pitch goes, where readings are drawn.

        Raises:
            InputError: an export that cannot be used.
        """
        self.lexicon, self.expressiveness = lexicon, expressiveness
        self.location, self.description = location, OnnxDescription.read(location)
        session = partial(self._session, threads=threads)
        self.text, self.by_frame = session(TEXT), session(FRAMES)
        self.kind = KINDS[self.description.kind](session)
        self.channels: int | None = _last_size(self.text, NOISE)
        """of a reading; None: a student that draws none"""
        self._check_sizes()
        self.wanted = self._wanted()
        self.conditions = self._conditions()

    def _file(self, name: str) -> Path:
        return self.description.file(self.location, name)

    def _session(self, name: str, threads: int) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        path = self._file(name)
        try:
            return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base but this
            reason = str(error).splitlines()[0]
            where = f"{self.location}/{name}"
            raise InputError(f"{where} cannot be run by onnxruntime: {reason:.200}") from error

    def _check_sizes(self) -> None:
        """Raise InputError where the description's sizes are not those of the graphs."""
        n_fft, hop = self.description.n_fft, self.description.hop_length
        if n_fft % hop or hop % DECIMATION or _last_size(self.by_frame, "pulses") != n_fft // 2 + 1:
            raise InputError(
                f"{self.location}/{DESCRIPTION} has n_fft {n_fft} and hop_length {hop}, which are "
                f"not those of {FRAMES}"
            )

    def _wanted(self) -> list[str]:
        """Outputs of frames.onnx that speech is made of; raises InputError where one is not there."""
        there = [node.name for node in self.by_frame.get_outputs()]
        if "residual" in there:
            raise InputError(
                f"{self.location} was exported by an earlier version, with both parts of its residual "
                "in one: export it again"
            )
        return ["hertz", "pulses", "noise", "phase", *(name for name in RESIDUAL if name in there)]

    def _conditions(self) -> Floats:
        """(voices, condition_dim); raises InputError for anything else."""
        where, stored = f"{self.location}/{CONDITIONS}", self._file(CONDITIONS).read_bytes()
        try:
            conditions = np.load(io.BytesIO(stored), allow_pickle=False)
        except Exception as error:  # whatever numpy's reader meets in its header
            reason = str(error).split("\n")[0]
            raise InputError(f"{where} is no array, or a damaged one: {reason:.200}") from error
        wanted = (len(self.voices), _last_size(self.text, "condition"))
        if not isinstance(conditions, np.ndarray) or conditions.shape != wanted:
            shape = getattr(conditions, "shape", "no array")
            raise InputError(
                f"{where} is {shape}, not {wanted}: voices as {DESCRIPTION} names them"
            )
        if conditions.dtype != np.float32 or not np.isfinite(conditions).all():
            raise InputError(f"{where} holds {conditions.dtype}, not finite float32")
        return conditions

    @property
    def name(self) -> str:
        return f"{self.description.name}, ONNX {self.description.precision}"

    @property
    def revision(self) -> str:
        return self.description.revision

    @property
    def size(self) -> Size:
        return Size(self.description.parameters, self.bytes, self.description.precision)

    @property
    def draws_readings(self) -> bool:
        return self.channels is not None

    @property
    def bytes(self) -> int:
        """Of the files."""
        return sum(self._file(name).stat().st_size for name in self.description.sha256)

    def spoken(
        self, phonemes: str, voice: str, seed: int, speed: float, first_s: float | None
    ) -> Iterator[Wave]:
        condition, chance = self.condition(voice), NoiseSource(seed)
        return self.pieces(self.encode(phonemes, condition, chance, speed), chance, first_s)

    def condition(self, voice: str) -> Floats:
        """(1, 1, condition_dim)."""
        mean = self.mixed(voice, lambda name: self.conditions[self.voices.index(name)])
        return mean.reshape(1, 1, -1)

    def encode(
        self, phonemes: str, condition: Floats, chance: NoiseSource, speed: float = 1.0
    ) -> Encoded:
        feeds = {"ids": np.array([token_numbers(phonemes)]), "condition": condition}
        if self.channels is not None:
            feeds[NOISE] = chance.reading(*feeds["ids"].shape, self.channels)
        encoded, log_frames, *pitch = self.text.run(None, feeds)
        limits = self.description.shortest_frames, self.description.longest_frames
        frames = whole_frames(log_frames[0], speed, *limits)
        frames[-1] += max(0, FEWEST_FRAMES - frames.sum())
        return Encoded(encoded, frames, condition, *(self._livelier(found[0]) for found in pitch))

    def _livelier(self, pitch: Floats) -> Floats:
        """As `student.models.reading.Reading.livelier`."""
        mean = pitch.mean()
        return mean + np.float32(self.expressiveness) * (pitch - mean)

    def pieces(
        self, encoded: Encoded, chance: NoiseSource, first_s: float | None = None
    ) -> Iterator[Wave]:
        """The wave of ((frames - 1) * hop,) samples, given what is left to chance."""
        text = encoded.by_frame()
        known = self.kind.begin(text, chance)
        described, total = self.description, len(text["index"])
        shape = described.n_fft, described.hop_length
        filtered = PulseFilter(total, *shape, chance.noise(*shape))
        first = None if first_s is None else self._frames(first_s) + filtered.delay
        for begin, end in cuts(total, first, self.kind.growth, described.margin_frames):
            low = max(0, begin - described.margin_frames)
            high = min(total, end + described.margin_frames)
            feeds = {**known(low, high), "kept": np.arange(begin - low, end - low)}
            hertz, *parts = (out[0] for out in self.by_frame.run(self.wanted, feeds))
            hertz = hertz[begin - low : end + AHEAD - low]
            yield filtered.push(hertz, *parts)

    def _frames(self, duration_s: float) -> int:
        frames = round(duration_s * SAMPLE_RATE / self.description.hop_length)
        return max(FEWEST_FRAMES, frames)


def _last_size(session: Any, name: str) -> Any:
    """The last axis of one of a graph's inputs or outputs; None where there is no such."""
    nodes = {node.name: node.shape for node in (*session.get_inputs(), *session.get_outputs())}
    return nodes[name][-1] if nodes.get(name) else None


def cuts(total: int, first: int | None, growth: int, margin: int) -> Iterator[tuple[int, int]]:
    """Where pieces of frames begin and end: `first` frames, then `growth` times as many and so on, up
    to `LONGEST_PIECE`. A rest no longer than the margin, which is worked out anyway, belongs to the
    piece before it."""
    begin, length = 0, total if first is None else first
    while begin < total:
        length = min(length, LONGEST_PIECE)
        end = begin + length
        end = total if end + margin >= total else end
        yield begin, end
        begin, length = end, growth * length


def whole_frames(log_frames: Floats, speed: float, shortest: int, longest: int) -> Integers:
    """(P,) as `student.models.acoustic.whole_frames`, however few."""
    wanted = (np.exp(log_frames) / np.float32(speed)).clip(shortest, longest)
    return np.diff(wanted.cumsum(dtype=np.float32).round(), prepend=0).astype(np.int64)
