"""Packaged voices as a teacher that knows when each phoneme is said."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import soxr

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.errors import Refused
from speech.machine import pick_device
from speech.seeds import stable_hash
from speech.synthesizer import Size
from speech.text.phonemes import phonemize
from teacher.base import Prepared, Request, Speech, Teacher
from teacher.packaged.config import PackagedConfig
from teacher.packaged.engines import ENGINES, Engine, Spoken
from teacher.packaged.speakers import SPEAKERS, Speaker

if TYPE_CHECKING:
    import torch

RMS = 0.08
RATES = (0.95, 1.12)
"""speaking rates are drawn from here"""
CHARACTERS_PER_S = 15.0
MAX_PHONEMES = 510
"""Kokoro has no style for more"""
SILENCE = 0.004
LEAD_S, TAIL_S = 0.025, 0.0375
_BY_ID: Mapping[str, Speaker] = {speaker.id: speaker for speaker in SPEAKERS}


class PackagedTeacher(Teacher[PackagedConfig]):
    """Speaks item by item, each on one thread."""

    def prepare(self, request: Request) -> Prepared:
        """Its cost is its phonemes; those that the engine has no symbol for are left out."""
        engine = self.engines[self._speaker(request.voice).engine]
        phonemes = request.phonemes or phonemize(request.text, request.language)
        known = "".join(phoneme for phoneme in phonemes if engine.knows(phoneme))
        if not known.strip():
            raise Refused("nothing_to_speak", "no phoneme that the teacher knows")
        if len(known) > MAX_PHONEMES:
            raise Refused("too_long", f"{len(known)} phonemes, allowed {MAX_PHONEMES}")
        return Prepared(request, len(known), len(request.text) / CHARACTERS_PER_S, known)

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        """The rate and the noise of a clip follow from its key."""
        with self.watch("teacher"):
            return [self._say(item, key) for item, key in zip(batch, keys, strict=True)]

    def _say(self, item: Prepared, key: str) -> Speech:
        speaker, seed = self._speaker(item.request.voice), stable_hash(key)
        speed = np.random.default_rng(seed).uniform(*RATES) / speaker.shift
        engine = self.engines[speaker.engine]
        spoken = trimmed(engine.speak(item.payload, speaker.voice, speed, seed % 2**32))
        played_at = spoken.sample_rate * speaker.shift
        wave = _levelled(soxr.resample(spoken.wave, played_at, SAMPLE_RATE).astype(np.float32))
        duration_s = len(wave) / SAMPLE_RATE
        ends_s = [min(end / played_at, duration_s) for end in spoken.ends.tolist()]
        return Speech(wave, item.payload, ends_s)

    def _speaker(self, voice: str) -> Speaker:
        speaker = _BY_ID.get(voice)
        if speaker is None or speaker.engine not in self.engines:
            allowed = ", ".join(name for name, s in _BY_ID.items() if s.engine in self.engines)
            raise Refused("unknown_voice", f"{voice!r:.80}, allowed: {allowed}")
        return speaker

    @cached_property
    def engines(self) -> dict[str, Engine]:
        return {name: ENGINES[name]() for name in self.config.engines}

    def load(self) -> None:
        for engine in self.engines.values():
            engine.load()

    @property
    def size(self) -> Size:
        sizes = [engine.size for engine in self.engines.values()]
        return Size(sum(size.parameters for size in sizes), sum(size.bytes for size in sizes))

    @property
    def device(self) -> "torch.device":
        return pick_device("teacher.device", "cpu")


def trimmed(spoken: Spoken) -> Spoken:
    """Without its silent edges, and the ends as they then are; silence as it is, for the gate."""
    loud = np.flatnonzero(np.abs(spoken.wave) > SILENCE)
    if not len(loud):
        return spoken
    start = max(0, int(loud[0] - LEAD_S * spoken.sample_rate))
    stop = min(len(spoken.wave), int(loud[-1] + TAIL_S * spoken.sample_rate))
    ends: npt.NDArray[np.int64] = np.clip(spoken.ends - start, 0, stop - start)
    return Spoken(spoken.wave[start:stop], spoken.sample_rate, ends)


def _levelled(wave: Wave) -> Wave:
    rms = np.sqrt(np.mean(np.square(wave)))
    return np.clip(wave * (RMS / rms), -1, 1).astype(np.float32) if rms > 0 else wave
