"""What a teacher in training sounds like: held-out lines, spoken after a clip of their speaker."""

from collections.abc import Sequence
from contextlib import suppress

import torch

from speech.dataset.clips import Clips
from speech.errors import Refused
from speech.training.task import Evaluation
from teacher.base import Request
from teacher.clip_voices import can_lead, clip_voice
from teacher.f5.config import F5Config
from teacher.f5.network import Network
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.sampler import Prompt, dtype_on, sample
from teacher.f5.teacher import F5Teacher
from teacher.f5.vocoder import build_vocoder

COUNT = 3


class Samples:
    """Chosen once; spoken at each evaluation with the same noise."""

    def __init__(
        self, config: F5Config, clips: Clips, lines: Sequence[int], others: Sequence[int]
    ) -> None:
        self.config = config
        self.vocoder = build_vocoder(config.vocoder)
        leads = [i for i in others if can_lead(clips[i])]
        chosen: dict[str, tuple[int, int]] = {}
        for line in lines:
            speaker = clips[line].speaker_id
            lead = next((i for i in leads if clips[i].speaker_id == speaker), None)
            if len(chosen) < COUNT and lead is not None:
                chosen.setdefault(speaker, (line, lead))
        voices = {speaker: clip_voice(clips, lead) for speaker, (_, lead) in chosen.items()}
        teacher = F5Teacher(config, voices)
        self.prompts: dict[str, Prompt] = {}
        for speaker, (line, _) in chosen.items():
            clip = clips[line]
            request = Request(clip.text_normalized, clip.language, speaker)
            with suppress(Refused):  # another language's line has no phonemes
                prompt = teacher.prompt(request, clip.id)
                self.prompts[f"{speaker}: {clip.text_normalized:.60}"] = prompt

    def speak(self, network: Network) -> Evaluation:
        if not self.prompts:
            return Evaluation({})
        sampler, prompts = self.config.sampler, list(self.prompts.values())
        packed = PackedNetwork(network, getattr(torch, dtype_on(network.device, sampler)))
        mels = [mel.cpu() for mel in sample(packed, prompts, sampler)]
        with torch.inference_mode():
            waves = [self.vocoder(mel).clamp(-1, 1).numpy() for mel in mels]
        return Evaluation(
            {},
            dict(zip(self.prompts, waves, strict=True)),
            {name: mel.T for name, mel in zip(self.prompts, mels, strict=True)},
        )
