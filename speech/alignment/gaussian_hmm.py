"""One Gaussian for the sound of each phoneme and one for its length, learnt from unaligned clips.

Viterbi training (Juang and Rabiner, 1990) from a start that knows only that pauses are quiet, vowels
loud and hisses high, and how long things typically last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torchaudio
from safetensors import safe_open
from safetensors.numpy import save
from torch import Tensor

from speech import storage
from speech.alignment.search import NEVER, search
from speech.audio.mel import N_MELS
from speech.training.weights import reading

Array = npt.NDArray[np.float64]
Frames = npt.NDArray[np.int64]

PAUSE = "."
"""stands for all punctuation, and for silence before and after a clip"""
PUNCTUATION = set(",.!?:;—–-“”…\"'()")
VOWELS, SONORANTS, HISSES = "AIOWYiuɔɑɜæəɛɪʊʌɐᵻᵊ", "lɹmnŋwj", "szʃʒʧʤftθk"
TYPICAL = {"ˈ": (5.5, 0.35), "ˌ": (4.3, 0.35), " ": (4.5, 0.35)}
"""frames and their spread in logarithms. Marks and gaps have no sound of their own, so these are not
learnt: they are the means of the packaged voices (61, 46 and 49 ms)"""

ARRAYS = ("mean", "variance", "log_frames", "spread")
CEPSTRA = 13
LONGEST = 60
"""frames up to which a duration's own probability counts"""
SOUND_WEIGHT = 0.12
"""neighbouring frames say much the same, so each counts for less than one"""
MIN_SPREAD, MIN_VARIANCE = 0.25, 0.02
PRIOR_FRAMES, PRIOR_SYMBOLS = 20.0, 3.0
"""how many observations the start counts as, for symbols that are rare"""
ROUNDS = 4
"""after which durations sharpen and boundaries drift, on 500 clips with known ends"""


@dataclass(frozen=True)
class GaussianHmmAligner:
    """For each of `symbols`: `mean` and `variance` (K, features), `log_frames` and `spread` (K,)."""

    symbols: str
    mean: Array
    variance: Array
    log_frames: Array
    spread: Array

    def align(self, features: Array, phonemes: str) -> Frames:
        """(T, features) -> (P,) frames of each phoneme, at least one, of sum T.

        Silence before the first and after the last phoneme is theirs.

        Raises:
            ValueError: fewer frames than phonemes.
        """
        lasts = self.path(features, symbols_of(phonemes, self.symbols))
        frames = lasts[1:-1].copy()
        frames[0] += lasts[0]
        frames[-1] += lasts[-1]
        return frames

    def path(self, features: Array, said: Frames) -> Frames:
        """(T, features), (N,) of `symbols_of` -> (N,) frames; the outer pauses may have none."""
        return search(self._scores(features), said, self._durations(said, len(features)))

    def _scores(self, features: Array) -> Array:
        """(T, features) -> (T, K)"""
        squares = np.concatenate((features**2, features), axis=1)
        weights = np.concatenate((-0.5 / self.variance, self.mean / self.variance), axis=1)
        constant = -0.5 * (self.mean**2 / self.variance + np.log(self.variance)).sum(axis=1)
        return SOUND_WEIGHT * (squares @ weights.T + constant)

    def _durations(self, said: Frames, total: int) -> Array:
        """(N, LONGEST + 1) log probabilities, log-normal at the clip's own rate."""
        rate = np.log(total / np.exp(self.log_frames[said[1:-1]]).sum()).clip(-0.4, 0.4)
        lasts = np.log(np.arange(1, LONGEST + 1))
        spread = self.spread[said, None]
        distance = (lasts - self.log_frames[said, None] - rate) / spread
        table = np.full((len(said), LONGEST + 1), NEVER)
        table[:, 1:] = -0.5 * distance**2 - np.log(spread) - lasts
        table[[0, -1], 0] = 0.0  # a clip need not begin or end with silence
        return table

    def write(self, path: str) -> None:
        """As safetensors, with the symbols in its metadata."""
        arrays = {name: getattr(self, name).astype(np.float32) for name in ARRAYS}
        storage.write_bytes(path, save(arrays, {"symbols": self.symbols}))


def load_aligner(path: str) -> GaussianHmmAligner:
    """What `GaussianHmmAligner.write` wrote, as a local file; raises InputError for another."""
    with reading(path), safe_open(path, "numpy") as file:
        arrays = {name: file.get_tensor(name).astype(np.float64) for name in ARRAYS}
        return GaussianHmmAligner(symbols=file.metadata()["symbols"], **arrays)


def symbols_of(phonemes: str, symbols: str) -> Frames:
    """(P + 2,) indices into `symbols`, with a pause before and after."""
    kinds = PAUSE + "".join(PAUSE if p in PUNCTUATION else p for p in phonemes) + PAUSE
    return np.array([symbols.index(kind) for kind in kinds])


def features_of(mel: Tensor) -> Array:
    """(T, mels) -> (T, 39): cepstra of zero mean and unit variance, with two differences of each."""
    cepstra = (mel @ _cosines()).double().numpy()
    cepstra = (cepstra - cepstra.mean(axis=0)) / (cepstra.std(axis=0) + 1e-3)
    first = _differences(cepstra)
    return np.concatenate((cepstra, first, _differences(first)), axis=1)


@lru_cache(maxsize=1)
def _cosines() -> Tensor:
    return torchaudio.functional.create_dct(CEPSTRA, N_MELS, norm="ortho")


def _differences(track: Array) -> Array:
    """The slope over five frames."""
    p = np.pad(track, ((2, 2), (0, 0)), mode="edge")
    return (p[3:-1] - p[1:-3] + 2 * (p[4:] - p[:-4])) / 10


def learn(features: Sequence[Array], phonemes: Sequence[str], symbols: str) -> GaussianHmmAligner:
    """Align and estimate in turn; `symbols` are all that the model is to know.

    Clips with fewer frames than phonemes are left out.
    """
    usable = [(f, p) for f, p in zip(features, phonemes, strict=True) if len(f) >= len(p)]
    model = start = _start([f for f, _ in usable], symbols)
    for _ in range(ROUNDS):
        model = _estimate(model, start, usable)
    return model


def _start(features: Sequence[Array], symbols: str) -> GaussianHmmAligner:
    """Means and variances of quiet frames for the pause, of the others for the rest."""
    everything = np.concatenate(features)
    limits = [np.quantile(clip[:, 0], 0.06) for clip in features]
    quiet = np.concatenate(
        [clip[:, 0] <= limit for clip, limit in zip(features, limits, strict=True)]
    )
    mean = np.tile(everything[~quiet].mean(axis=0), (len(symbols), 1))
    variance = np.tile(everything[~quiet].var(axis=0), (len(symbols), 1))
    typical = [_typical(symbol) for symbol in symbols]
    for k, symbol in enumerate(symbols):
        vocal = symbol in VOWELS or symbol in TYPICAL
        mean[k, 0] += 0.5 if vocal else 0.3 if symbol in SONORANTS else -0.4
        mean[k, 1] -= symbol in HISSES
        if symbol == PAUSE:
            mean[k], variance[k] = everything[quiet].mean(axis=0), everything[quiet].var(axis=0)
    frames, spread = np.array(typical).T
    return GaussianHmmAligner(symbols, mean, variance + MIN_VARIANCE, np.log(frames), spread)


def _typical(symbol: str) -> tuple[float, float]:
    if symbol == PAUSE:
        return 12.0, 1.0
    return TYPICAL.get(symbol, (9.0, 0.5) if symbol in "AIOWYiuɔɑɜæ" else (6.0, 0.5))


def _estimate(
    model: GaussianHmmAligner, start: GaussianHmmAligner, clips: Sequence[tuple[Array, str]]
) -> GaussianHmmAligner:
    """The next model from an alignment of the clips by this one."""
    count, size = model.mean.shape
    frames, sums = np.zeros(count), np.zeros((count, 2 * size))
    logs: list[list[float]] = [[] for _ in range(count)]
    for features, phonemes in clips:
        said = symbols_of(phonemes, model.symbols)
        lasts = model.path(features, said)
        both = np.concatenate((features, features**2), axis=1)
        np.add.at(frames, said, lasts)
        np.add.at(sums, np.repeat(said, lasts), both)
        for k, log in zip(said[1:-1], np.log(lasts[1:-1]), strict=True):
            logs[k].append(log)
    total = frames[:, None] + PRIOR_FRAMES
    mean = (sums[:, :size] + PRIOR_FRAMES * start.mean) / total
    power = (sums[:, size:] + PRIOR_FRAMES * (start.variance + start.mean**2)) / total
    variance = np.maximum(power - mean**2, MIN_VARIANCE)
    log_frames, spread = _lengths(logs, start)
    return GaussianHmmAligner(model.symbols, mean, variance, log_frames, spread)


def _lengths(logs: Sequence[Sequence[float]], start: GaussianHmmAligner) -> tuple[Array, Array]:
    log_frames, spread = start.log_frames.copy(), start.spread.copy()
    for k, symbol in enumerate(start.symbols):
        if symbol in TYPICAL:
            continue
        n, seen = len(logs[k]) + PRIOR_SYMBOLS, np.array(logs[k])
        log_frames[k] = (seen.sum() + PRIOR_SYMBOLS * start.log_frames[k]) / n
        squares = ((seen - log_frames[k]) ** 2).sum() + PRIOR_SYMBOLS * start.spread[k] ** 2
        spread[k] = max(np.sqrt(squares / n), 1.0 if symbol == PAUSE else MIN_SPREAD)
    return log_frames, spread
