"""How much of a reference leads each clip: its frames cost as much as those that are generated.

A reference is cut where a word ends, audio, text and phonemes together. ZipVoice's README asks for
prompts under 3 s for the same reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch

from speech.alignment.gaussian_hmm import GaussianHmmAligner, features_of
from speech.audio import SAMPLE_RATE
from speech.audio.mel import FRAME_RATE, log_mel
from speech.errors import Refused
from speech.text.phonemes import phonemize
from teacher.voices import Voice

SENTENCE_ENDS = ".?!"
ENOUGH = 0.6
"""of the seconds that are allowed: a sentence that ends between here and there is taken whole"""


class Leads(Mapping[str, Voice]):
    """What leads the clips of each voice: its reference, or the beginning of it; found once."""

    def __init__(
        self,
        voices: Mapping[str, Voice],
        max_s: float | None,
        aligner: GaussianHmmAligner | None,
    ) -> None:
        self._voices, self._max_s, self._aligner = voices, max_s, aligner
        self._found: dict[str, Voice] = {}

    def __getitem__(self, voice_id: str) -> Voice:
        if voice_id not in self._found:
            self._found[voice_id] = self._lead(self._voices[voice_id])
        return self._found[voice_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._voices)

    def __len__(self) -> int:
        return len(self._voices)

    def _lead(self, voice: Voice) -> Voice:
        """The whole reference where nothing tells when its words end."""
        if self._max_s is None:
            return voice
        if voice.phonemes is not None and voice.phoneme_ends_s is not None:
            return lead_of(voice, self._max_s, voice.phonemes, voice.phoneme_ends_s)
        try:
            phonemes = voice.phonemes or phonemize(voice.transcript, voice.language)
        except Refused:
            return voice
        mel = log_mel(torch.from_numpy(voice.wave))
        if self._aligner is None or len(mel) < len(phonemes):
            return voice
        lasts = self._aligner.align(features_of(mel), phonemes)
        return lead_of(voice, self._max_s, phonemes, (lasts.cumsum() / FRAME_RATE).tolist())


def lead_of(voice: Voice, max_s: float, phonemes: str, ends_s: Sequence[float]) -> Voice:
    """The beginning of a reference, up to the last word that ends within `max_s`.

    The cut is in the middle of the pause after it. Where a sentence ends late enough, that is
    taken, so that the teacher is not led by half of one.

    Args:
        phonemes: What the reference says, a space between its words.
        ends_s: Of each of them, the second at which it ends.

    Returns:
        The voice itself where it is short enough, no word ends in time, or the words of its
        transcript are not those of its phonemes.
    """
    if len(voice.wave) <= max_s * SAMPLE_RATE:
        return voice
    words, sounds = voice.transcript.split(), phonemes.split(" ")
    spaces = [i for i, phoneme in enumerate(phonemes) if phoneme == " "]
    fitting = [n for n, i in enumerate(spaces, 1) if _middle_s(i, ends_s) <= max_s]
    if not fitting or len(words) != len(sounds):
        return voice
    whole = [
        n
        for n in fitting
        if words[n - 1][-1] in SENTENCE_ENDS and _middle_s(spaces[n - 1], ends_s) >= ENOUGH * max_s
    ]
    count = (whole or fitting)[-1]
    space = spaces[count - 1]
    samples = round(_middle_s(space, ends_s) * SAMPLE_RATE)
    lead = replace(voice, wave=voice.wave[:samples], transcript=" ".join(words[:count]))
    if voice.phonemes is None:  # the frontend aligns the shorter wave itself
        return lead
    return replace(lead, phonemes=phonemes[:space], phoneme_ends_s=tuple(ends_s[:space]))


def _middle_s(place: int, ends_s: Sequence[float]) -> float:
    return (ends_s[place - 1] + ends_s[place]) / 2
