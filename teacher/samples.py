"""What a teacher in training sounds like: held-out lines, spoken after a clip of their speaker."""

from collections.abc import Sequence

import torch

from speech.clips import Clips
from speech.errors import Refused
from speech.training.task import Evaluation
from teacher.config import TeacherConfig
from teacher.network import Network
from teacher.sampler import Prompt, sample
from teacher.teacher import Planner
from teacher.vocoder import build_vocoder
from teacher.voices import Voice

COUNT = 3
REFERENCE_S = (2.0, 6.0)


class Samples:
    """Chosen once; spoken at each evaluation with the same noise."""

    def __init__(
        self, config: TeacherConfig, clips: Clips, lines: Sequence[int], others: Sequence[int]
    ) -> None:
        self.config = config
        self.vocoder = build_vocoder(config.vocoder)
        chosen: list[tuple[int, int]] = []
        for line in lines:
            speaker = clips[line].speaker_id
            if len(chosen) < COUNT and speaker not in {clips[r].speaker_id for _, r in chosen}:
                fits = (i for i in others if _can_lead(clips, i, speaker))
                chosen += [(line, reference) for reference in list(fits)[:1]]
        voices = {clips[r].id: _voice(clips, r) for _, r in chosen}
        planner = Planner(config, voices)
        self.prompts: dict[str, Prompt] = {}
        for line, reference in chosen:
            clip = clips[line]
            try:
                self.prompts[f"{clip.speaker_id}: {clip.text_normalized:.60}"] = planner.prompt(
                    clips[reference].id, clip.text_normalized, clip.language, clip.id
                )
            except Refused:
                continue  # another language's line has no phonemes

    def speak(self, network: Network) -> Evaluation:
        if not self.prompts:
            return Evaluation({})
        mels = sample(network, list(self.prompts.values()), self.config.sampler)
        with torch.inference_mode():
            waves = [self.vocoder(mel).clamp(-1, 1).numpy() for mel in mels]
        return Evaluation(
            {},
            dict(zip(self.prompts, waves, strict=True)),
            {name: mel.T for name, mel in zip(self.prompts, mels, strict=True)},
        )


def _can_lead(clips: Clips, index: int, speaker: str) -> bool:
    low, high = REFERENCE_S
    return clips[index].speaker_id == speaker and low <= clips[index].duration_s <= high


def _voice(clips: Clips, index: int) -> Voice:
    clip = clips[index]
    return Voice(
        id=clip.id,
        wave=clips.wave(index),
        transcript=clip.text_normalized,
        speaker=clip.speaker_id,
        language=clip.language,
        license="",
        consent="",
        sha256="",
        phonemes=clip.phonemes,
        phoneme_ends_s=clip.phoneme_ends_s,
    )
