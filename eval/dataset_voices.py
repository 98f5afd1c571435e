"""Voices from a dataset in the project's layout: each speaker's first clip of a fitting length."""

import hashlib

from speech.audio import encode_flac
from speech.clips import Clips, open_clips
from speech.errors import InputError
from speech.rows import SAMPLE_RATE
from teacher.voices import Voice, VoiceBank

MIN_DURATION_S, MAX_DURATION_S = 2.0, 6.0
"""a shorter reference shows little of a voice, a longer one costs time in every clip"""


def dataset_bank(dataset: str, language: str) -> VoiceBank:
    """One voice for each speaker of `language`, in the order in which the dataset has them.

    The dataset's own phoneme ends are left out, so that the teacher meets each voice as it would
    meet a user's reference.

    Raises:
        InputError: no dataset there, or no such clip in it.
    """
    clips, chosen = open_clips(dataset), dict[str, int]()
    for i, clip in enumerate(clips):
        if clip.language == language and MIN_DURATION_S <= clip.duration_s <= MAX_DURATION_S:
            chosen.setdefault(clip.speaker_id, i)
    if not chosen:
        span = f"{MIN_DURATION_S:g} to {MAX_DURATION_S:g} s"
        raise InputError(f"{dataset} has no clip of {span} in {language!r:.20}")
    return VoiceBank({speaker: _voice(clips, i) for speaker, i in chosen.items()})


def _voice(clips: Clips, index: int) -> Voice:
    clip, wave = clips[index], clips.wave(index)
    return Voice(
        id=clip.speaker_id,
        wave=wave,
        transcript=clip.text_normalized,
        speaker=clip.speaker_id,
        language=clip.language,
        license="the dataset's",
        consent="the dataset's",
        sha256=hashlib.sha256(encode_flac(wave, SAMPLE_RATE)).hexdigest(),
    )
