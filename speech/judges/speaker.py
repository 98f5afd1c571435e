"""Whose voice it is: Resemblyzer's GE2E speaker encoder, without librosa's 13 s of compilation."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample, rms_db

if TYPE_CHECKING:
    from resemblyzer import VoiceEncoder
    from torch import Tensor

Embedding = npt.NDArray[np.float32]
"""(256,), of length 1; NaN where there is no voice"""

ENCODER_RATE = 16_000
WEIGHTS = "package://resemblyzer/pretrained.pt"
WEIGHTS_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
EMBEDDING_SIZE = 256
WINDOW_S = 1.6
"""what the encoder hears at once; shorter clips are padded with silence and come out less alike"""
MIN_VOICED_S = 0.1
MIN_RMS_DB = -60.0
PARTIALS_PER_S, MIN_COVERAGE = 1.3, 0.75
"""defaults of `VoiceEncoder.embed_utterance`"""


class SpeakerEncoder:
    """Embeddings whose dot product is the similarity; the weights are loaded at first use."""

    name = "resemblyzer"

    def __init__(self) -> None:
        self.revision = f"Resemblyzer {version('Resemblyzer')}, sha256 {WEIGHTS_SHA256:.12}"

    def embed(self, waves: Sequence[Wave]) -> list[Embedding]:
        """24 kHz waves -> embeddings, each independent of the others."""
        return [self._embed(wave) for wave in waves]

    def _embed(self, wave: Wave) -> Embedding:
        """What `VoiceEncoder.embed_utterance(preprocess_wav(wave))` gives, save for silence.

        Silence has one constant embedding there, so that two silences are the same speaker.
        """
        import torch

        if rms_db(wave) < MIN_RMS_DB:
            return _no_voice()
        voiced = _resemblyzer().preprocess_wav(
            np.clip(resample(wave, SAMPLE_RATE, ENCODER_RATE), -1, 1)
        )
        if len(voiced) < MIN_VOICED_S * ENCODER_RATE:
            return _no_voice()
        waves, mels = self._encoder.compute_partial_slices(
            len(voiced), PARTIALS_PER_S, MIN_COVERAGE
        )
        padded = np.pad(voiced, (0, max(0, waves[-1].stop - len(voiced))))
        mel = mel_power(torch.from_numpy(padded.astype(np.float32)))
        with torch.inference_mode(), _one_thread():
            partials = self._encoder(torch.stack([mel[part] for part in mels]))
        mean = partials.mean(dim=0)
        return (mean / mean.norm()).numpy()

    @cached_property
    def _encoder(self) -> "VoiceEncoder":
        weights = storage.local_path(WEIGHTS, WEIGHTS_SHA256)
        return _resemblyzer().VoiceEncoder("cpu", verbose=False, weights_fpath=weights)


@lru_cache(maxsize=1)
def _resemblyzer() -> Any:
    with warnings.catch_warnings():  # of webrtcvad and scipy, about their own future
        warnings.simplefilter("ignore")
        import resemblyzer
    return resemblyzer


@contextmanager
def _one_thread() -> Iterator[None]:
    """An LSTM's small products wait for each other: on a busy machine, seconds a clip."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def similarity(first: Embedding, second: Embedding) -> float:
    """Cosine of two embeddings; NaN where either has no voice."""
    return np.dot(first, second).item()


def has_voice(embedding: Embedding) -> bool:
    """Whether a voice was heard in the clip that it is of."""
    return bool(np.isfinite(embedding).all())


def mel_power(wave: "Tensor") -> "Tensor":
    """(samples,) at 16 kHz -> (frames, 40): `resemblyzer.audio.wav_to_mel_spectrogram`."""
    import torch

    window = torch.hann_window(400)
    spectrum = torch.stft(
        wave, 400, 160, window=window, center=True, pad_mode="constant", return_complex=True
    )
    return (_mel_filters().T @ spectrum.abs().square()).T


@lru_cache(maxsize=1)
def _mel_filters() -> "Tensor":
    """(201 bins, 40 mels), as librosa's defaults have them."""
    from torchaudio.functional import melscale_fbanks

    return melscale_fbanks(201, 0.0, 8000.0, 40, ENCODER_RATE, norm="slaney", mel_scale="slaney")


def _no_voice() -> Embedding:
    return np.full(EMBEDDING_SIZE, np.nan, dtype=np.float32)
