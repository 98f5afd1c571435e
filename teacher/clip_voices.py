"""Clips of a dataset as reference voices."""

import hashlib

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import encode_flac
from speech.dataset.clips import ClipInfo, Clips
from teacher.voices import Voice

MIN_DURATION_S, MAX_DURATION_S = 2.0, 6.0
"""a shorter reference shows little of a voice, a longer one costs time in every clip"""


def can_lead(clip: ClipInfo) -> bool:
    """Whether a clip is of a fitting length for a reference."""
    return MIN_DURATION_S <= clip.duration_s <= MAX_DURATION_S


def clip_voice(clips: Clips, index: int) -> Voice:
    """The clip's speaker, with the phoneme ends that the dataset has."""
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
        phonemes=clip.phonemes,
        phoneme_ends_s=clip.phoneme_ends_s,
    )
