"""Voices from a dataset in the project's layout: each speaker's first clip of a fitting length."""

from dataclasses import replace

from speech.dataset.clips import open_clips
from speech.errors import InputError
from teacher.clip_voices import MAX_DURATION_S, MIN_DURATION_S, can_lead, clip_voice
from teacher.voices import VoiceBank


def dataset_bank(dataset: str, language: str) -> VoiceBank:
    """One voice for each speaker of `language`, in the order in which the dataset has them.

    The dataset's own phoneme ends are left out, so that the teacher meets each voice as it would
    meet a user's reference.

    Raises:
        InputError: no dataset there, or no such clip in it.
    """
    clips, chosen = open_clips(dataset), dict[str, int]()
    for i, clip in enumerate(clips):
        if clip.language == language and can_lead(clip):
            chosen.setdefault(clip.speaker_id, i)
    if not chosen:
        span = f"{MIN_DURATION_S:g} to {MAX_DURATION_S:g} s"
        raise InputError(f"{dataset} has no clip of {span} in {language!r:.20}")
    voices = {speaker: clip_voice(clips, i) for speaker, i in chosen.items()}
    return VoiceBank(
        {
            speaker: replace(voice, phonemes=None, phoneme_ends_s=None)
            for speaker, voice in voices.items()
        }
    )
