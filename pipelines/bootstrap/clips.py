"""One clip of a bootstrap corpus: a speaker says an utterance."""

from functools import cache

import numpy as np
import soxr

from pipelines.bootstrap.engines import ENGINES, Engine
from pipelines.bootstrap.speakers import Speaker
from speech.audio.waveform import Wave, encode_flac
from speech.dataset.schema import SAMPLE_RATE, Clip
from speech.errors import Refused
from speech.seeds import short_id, stable_hash
from speech.text.normalize import normalize
from speech.text.phonemes import phonemize

RMS = 0.08
RATES = (0.95, 1.12)
"""speaking rates are drawn from here"""
SILENCE = 0.004
LEAD_S, TAIL_S = 0.025, 0.0375
MIN_S, MAX_S = 1.2, 16.0


@cache
def engine_named(name: str) -> Engine:
    return ENGINES[name]()


def clip_id(text: str, speaker: Speaker, seed: int) -> str:
    return short_id(seed, speaker.id, text)


def make_clip(text: str, speaker: Speaker, seed: int) -> Clip:
    """Raises Refused where there is nothing to speak, or too little or too much came out."""
    normalized = normalize(text, "en")
    engine = engine_named(speaker.engine)
    phonemes = "".join(p for p in phonemize(normalized, "en") if engine.knows(p))
    key = stable_hash(seed, speaker.id, text)
    choices = np.random.default_rng(key)
    speed = choices.uniform(*RATES) / speaker.shift
    spoken = engine.speak(phonemes, speaker.voice, speed, key % 2**32)
    wave, ends = _trimmed(spoken.wave, spoken.ends, spoken.sample_rate)
    played_at = spoken.sample_rate * speaker.shift
    wave = _levelled(soxr.resample(wave, played_at, SAMPLE_RATE).astype(np.float32))
    duration_s = len(wave) / SAMPLE_RATE
    if not MIN_S <= duration_s <= MAX_S:
        raise Refused("duration", f"{duration_s:.1f} s, allowed {MIN_S:g} to {MAX_S:g}")
    return Clip(
        id=clip_id(text, speaker, seed),
        audio=encode_flac(wave, SAMPLE_RATE),
        text=text,
        text_normalized=normalized,
        language="en",
        speaker_id=speaker.id,
        seed=seed,
        attempt=0,
        duration_s=duration_s,
        transcript=None,
        wer=None,
        cer=None,
        similarity=None,
        mos=None,
        speaking_rate=len(normalized) / duration_s,
        teacher=speaker.engine,
        teacher_revision=speaker.id,
        license=engine.license,
        phonemes=phonemes,
        phoneme_ends_s=[min(end / played_at, duration_s) for end in ends.tolist()],
    )


def _trimmed(wave: Wave, ends: np.ndarray, sample_rate: int) -> tuple[Wave, np.ndarray]:
    """The wave without its silent edges, and the ends as they then are."""
    loud = np.flatnonzero(np.abs(wave) > SILENCE)
    if not len(loud):
        raise Refused("silent", "no sound came out")
    start = max(0, int(loud[0] - LEAD_S * sample_rate))
    stop = min(len(wave), int(loud[-1] + TAIL_S * sample_rate))
    return wave[start:stop], np.clip(ends - start, 0, stop - start)


def _levelled(wave: Wave) -> Wave:
    return np.clip(wave * (RMS / np.sqrt(np.mean(np.square(wave)))), -1, 1).astype(np.float32)
