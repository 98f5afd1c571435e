"""Clips with a defect of a known kind, of hibari's voice at the pitch of several speakers."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, encode_flac
from speech.dataset.schema import Clip
from speech.text.normalize import normalize
from teacher.base import Request
from teacher.packaged.config import PackagedConfig
from teacher.packaged.speakers import SPEAKERS
from teacher.packaged.teacher import PackagedTeacher

KINDS = {
    "speaker": "speaker",
    "truncated": "truncated",
    "repetition": "repetition",
    "noise": "noise",
    "swapped": "transcript",
}
"""planted defects, and the names under which the report should find them"""
HIBARI = [s for s in SPEAKERS if s.engine == "hibari" and not s.voice][::3]
CUT_TO = (0.5, 0.85)
NOISE_SNR_DB = (5, 15)
MIN_CHARS = 30
"""shorter lines may give clips that are too short for a corpus"""


def sentences() -> list[str]:
    lines = storage.read_bytes("package://eval/testset/english.txt").decode().splitlines()
    return [line for line in lines if len(line) >= MIN_CHARS]


def planted_clips(each: int, clean: int, seed: int = 0) -> dict[str, tuple[str, Clip]]:
    """id -> (kind of defect, or "clean", and the clip), `each` of every kind."""
    choices = random.Random(seed)
    texts, kinds = sentences(), ["clean"] * clean + [k for k in KINDS for _ in range(each)]
    teacher = PackagedConfig(
        name="hibari",
        license="Apache-2.0",
        languages=("en",),
        engines=("hibari",),
        batch_size=1,
        device="cpu",
    ).open({})
    found = {}
    for number, kind in enumerate(kinds):
        text = texts[number % len(texts)]
        speaker = HIBARI[number % len(HIBARI)].id
        spoken = _twice(text, choices) if kind == "repetition" else text
        wave = _say(teacher, spoken, speaker, seed + number)
        clip = Clip(
            id=f"clip{number:05d}",
            audio=encode_flac(wave, SAMPLE_RATE),
            text=text,
            text_normalized=normalize(text, "en"),
            language="en",
            speaker_id=speaker,
            seed=seed,
            attempt=0,
            duration_s=len(wave) / SAMPLE_RATE,
            transcript=None,
            wer=None,
            cer=None,
            similarity=None,
            mos=None,
            speaking_rate=len(text) / len(wave) * SAMPLE_RATE,
            teacher="hibari",
            teacher_revision=teacher.config.revision,
            license=teacher.config.license,
        )
        found[clip.id] = kind, _plant(clip, kind, texts, choices)
    return found


def _say(teacher: PackagedTeacher, text: str, speaker: str, seed: int) -> Wave:
    prepared = teacher.prepare(Request(normalize(text, "en"), "en", speaker))
    return teacher.speak([prepared], [f"{seed}\x1f{speaker}\x1f{text}"])[0].wave


def _plant(clip: Clip, kind: str, texts: Sequence[str], choices: random.Random) -> Clip:
    if kind == "speaker":
        others = [s.id for s in HIBARI if s.id != clip.speaker_id]
        return replace(clip, speaker_id=choices.choice(others))
    if kind == "swapped":
        text = choices.choice([text for text in texts if text != clip.text])
        return replace(clip, text=text, text_normalized=normalize(text, "en"))
    wave = decode(clip.audio, 60)[0]
    if kind == "truncated":
        wave = wave[: int(len(wave) * choices.uniform(*CUT_TO))]
    if kind == "noise":
        wave = noisy(wave, choices.uniform(*NOISE_SNR_DB), choices.randrange(2**32))
    audio = encode_flac(wave, SAMPLE_RATE)
    return replace(clip, audio=audio, duration_s=len(wave) / SAMPLE_RATE)


def noisy(wave: Wave, snr_db: float, seed: int) -> Wave:
    power = np.mean(np.square(wave)) / 10 ** (snr_db / 10)
    hiss = np.random.default_rng(seed).normal(0, np.sqrt(power), len(wave))
    return (wave + hiss).astype(np.float32)


def _twice(text: str, choices: random.Random) -> str:
    """The text with one word of four letters or more said twice over."""
    words = text.split()
    place = choices.choice([i for i, word in enumerate(words) if word.isalpha() and len(word) > 3])
    return " ".join([*words[:place], words[place], *words[place:]])
