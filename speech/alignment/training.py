"""GaussianHmmAligner learnt from the clips of a dataset, whatever is wrong with some of them."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from rich.console import Console

from speech.alignment.gaussian_hmm import Array, GaussianHmmAligner, features_of, learn
from speech.audio.mel import HOP_LENGTH, log_mel
from speech.audio.waveform import Wave, rms_db
from speech.dataset.clips import ClipInfo, Clips
from speech.errors import Refused
from speech.progress import track
from speech.seeds import stable_hash
from speech.text.phonemes import phonemize

MIN_RMS_DB = -60.0


def phonemes_of(clip: ClipInfo) -> str | None:
    """None where its text has none."""
    try:
        return clip.phonemes or phonemize(clip.text_normalized, clip.language)
    except Refused:
        return None


def sound_of(clips: Clips, row: int) -> Wave | None:
    """(samples,) at 24 kHz; None where nothing can be heard or decoded."""
    try:
        wave = clips.decoded(row)
    except Refused:
        return None
    heard = len(wave) >= HOP_LENGTH and np.isfinite(wave).all() and rms_db(wave) >= MIN_RMS_DB
    return wave if heard else None


def wave_features(wave: Wave) -> Array:
    """(samples,) -> (frames, features)."""
    return features_of(log_mel(torch.from_numpy(wave)))


def is_long_enough(wave: Wave, phonemes: str) -> bool:
    """A frame for each."""
    return len(wave) // HOP_LENGTH >= len(phonemes)


def learn_from(
    clips: Clips,
    phonemes: Callable[[int], str | None],
    rows: Sequence[int],
    count: int,
    symbols: str,
    console: Console,
) -> GaussianHmmAligner | None:
    """A model of `count` of `rows`, chosen by their ids, each of which says `phonemes(row)`; None
    where none of them has sound."""
    chosen = sorted(rows, key=lambda row: stable_hash("alignment", clips[row].id))[:count]
    features, said = [], []
    for row in track(chosen, "learning how phonemes sound", console, "clip"):
        wave, text = sound_of(clips, row), phonemes(row)
        if wave is not None and text and is_long_enough(wave, text):
            features.append(wave_features(wave))
            said.append(text)
    return learn(features, said, symbols) if said else None
