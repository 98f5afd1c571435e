"""From phonemes to the frames that frames.onnx is given: what the kinds of student differ in.

Without torch, as all of `student.onnx.runtime`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from student.onnx.noise import Noise, NoiseTable
from student.onnx.waves import Floats

GIVEN, STEP = "given.onnx", "step.onnx"
NOISE, PITCH, CONTOUR = "noise_of_reading", "pitch", "contour"
"""what text.onnx is given and gives, and frames.onnx is given, of students that draw their readings"""

Kind = Literal["nar", "ar"]
Integers = npt.NDArray[np.int64]
Feeds = Mapping[str, Any]
Frames = Callable[[int, int], Feeds]
"""Of one text, what frames.onnx needs to know of the frames from one place to another; in order."""


class NoiseSource:
    """What one part of a text leaves to chance: where in the table its noise begins, what is drawn for
    its steps, and for how it is read. They do not mix, since pieces of other lengths draw them in
    another order."""

    def __init__(self, seed: int) -> None:
        self.seed, self.place = seed, int(np.random.default_rng(seed).integers(2**31))

    @cached_property
    def steps(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, 1])

    @cached_property
    def readings(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, 2])

    def noise(self, n_fft: int, hop: int) -> Noise:
        """White, of variance 1."""
        return NoiseTable(n_fft, hop, self.place)

    def uniform(self, *shape: int) -> Floats:
        """From 0 to 1."""
        return self.steps.random(shape, np.float32)

    def normal(self, *shape: int) -> Floats:
        return self.steps.standard_normal(shape, np.float32)

    def reading(self, *shape: int) -> Floats:
        """As `normal`, for how a text is read."""
        return self.readings.standard_normal(shape, np.float32)


class NarFrames:
    """All is known of all frames beforehand."""

    growth: ClassVar[int] = 32
    """How many times as long as the one before each piece of a stream is. None comes too late where
    a student is as many times as fast as it is listened to, and few pieces work out few margins: a
    sentence of four seconds in two pieces costs a seventh less than in three."""

    def __init__(self, session: Callable[[str], Any]) -> None:
        """`session` opens a graph by the name of its file."""

    def begin(self, text: Feeds, chance: NoiseSource) -> Frames:
        """`text`: encoded (1, P, dim), the index (N,) and places (1, N, 3) of `expand`, the voice's
        condition (1, 1, C), and where readings are drawn their contour (1, N)."""
        by_frame = [name for name in ("places", CONTOUR) if name in text]
        return lambda low, high: {
            **text,
            "index": text["index"][low:high],
            **{name: text[name][:, low:high] for name in by_frame},
        }


class ArFrames:
    """The mels of each step follow from those before it."""

    growth: ClassVar[int] = 4

    def __init__(self, session: Callable[[str], Any]) -> None:
        self.given, self.step = session(GIVEN), session(STEP)

    def begin(self, text: Feeds, chance: NoiseSource) -> Frames:
        """As `NarFrames`."""
        steps = Steps(self.step, self.given.run(None, text), chance)
        return lambda low, high: {"mel": steps.until(high)[:, low:high]}


class Steps:
    """The mels of a text, drawn as far as somebody asks for them."""

    def __init__(self, step: Any, told: Sequence[Floats], chance: NoiseSource) -> None:
        """`told`: as `student.onnx.ar_graphs.GivenGraph` has it."""
        self.step, self.chance = step, chance
        self.given, self.rotations, films, last = told
        self.reduction = last.shape[1]
        self.shapes = {value.name: value.shape for value in step.get_inputs()}
        self.carried = [value.name.removeprefix("next_") for value in step.get_outputs()]
        self.feeds = {name: _nothing(self.shapes[name]) for name in self.carried}
        self.feeds |= {"films": films, "last": last}
        self.drawn: list[Floats] = []

    def until(self, frame: int) -> Floats:
        """(1, frames, mels), as many or a few more."""
        while len(self.drawn) * self.reduction < frame:
            self.drawn.append(self._next())
        return np.concatenate(self.drawn, 1)

    def _next(self) -> Floats:
        at = len(self.drawn)
        feeds = self.feeds
        feeds["given"], feeds["rotation"] = self.given[:, at : at + 1], self.rotations[at : at + 1]
        chance = self.chance
        draws = {"chance": chance.uniform, "noise": chance.normal, "choice": chance.uniform}
        for name, draw in draws.items():
            if name in self.shapes:
                feeds[name] = draw(*self.shapes[name])
        feeds.update(zip(self.carried, self.step.run(None, feeds), strict=True))
        return feeds["last"]


def _nothing(shape: Sequence[int | str]) -> Floats:
    """Of a shape whose named axes may be of any length."""
    return np.zeros([0 if isinstance(size, str) else size for size in shape], np.float32)


def expand(frames: Integers) -> tuple[Integers, Floats]:
    """(P,) frames of each phoneme -> (N,) the phoneme of each frame and (1, N, 3) where in it the
    frame lies, as `student.models.acoustic.Acoustic.expand`."""
    index = np.arange(len(frames)).repeat(frames)
    lasts = frames[index]
    since = np.arange(len(index)) - (frames.cumsum() - frames)[index]
    share = (since + 0.5) / lasts
    places = np.stack((share, 1 - share, np.log(lasts)), -1)
    return index, places[None].astype(np.float32)


def contour_of(pitch: Floats, frames: Integers) -> Floats:
    """(P, 3) octaves of phonemes of so many frames (P,) -> (1, N), as
    `student.models.reading.contour_of`."""
    places = (np.arange(pitch.shape[1]) + 0.5) / pitch.shape[1]
    starts = frames.cumsum() - frames
    at = starts[:, None] + frames[:, None] * places
    times = np.arange(frames.sum()) + 0.5
    return np.interp(times, at.ravel(), pitch.ravel())[None].astype(np.float32)
