"""f5_tts's own sampling over a teacher's weights: what this project's sampler is compared to."""

from collections.abc import Sequence
from dataclasses import replace
from unittest import mock

import torch
from f5_tts.model import CFM, DiT
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from teacher.base import Prepared, Speech
from teacher.f5.sampler import Prompt, initial_noise
from teacher.f5.teacher import F5Teacher


def upstream_network(teacher: F5Teacher) -> DiT:
    """Of the teacher's shape, as upstream ships it: padding is attended to."""
    return DiT(
        **teacher.config.architecture.model_dump(),
        text_num_embeds=len(teacher.vocabulary),
        attn_mask_enabled=False,
        dropout=0.0,
    )


class Upstream:
    """`CFM.sample` (f5_tts/model/cfm.py), item by item as its tools do, or a ragged batch at once,
    before the teacher's vocoder.

    A batch's shorter items come out as something else: their padding is attended to.
    """

    def __init__(self, teacher: F5Teacher, network: DiT) -> None:
        """`network` has its weights, on the teacher's device and in the precision that it runs in."""
        self.teacher = teacher
        self.cfm = CFM(transformer=network).eval()

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        prompts = [replace(item.payload, key=key) for item, key in zip(batch, keys, strict=True)]
        mels = self.synthesize_mels(prompts)
        return [*map(Speech, self.teacher.vocode(mels, [b.request.voice for b in batch]))]

    def synthesize_mels(self, prompts: Sequence[Prompt]) -> list[Tensor]:
        """(frames - R, mel_dim) of each, in one call, from the noise that their keys stand for. It says
        a frame more where there are as many tokens as frames."""
        sampler, device = self.teacher.sampler, self.teacher.device
        longest = [max(p.frames, len(p.tokens) + 1, len(p.reference) + 1) for p in prompts]
        starts = iter(
            [
                initial_noise(replace(p, frames=n), p.reference.shape[1], sampler)
                for p, n in zip(prompts, longest, strict=True)
            ]
        )

        def drawn(*_: object, device: torch.device, dtype: torch.dtype) -> Tensor:
            return next(starts).to(device, dtype)

        lengths = torch.tensor([[len(p.reference), p.frames] for p in prompts]).to(device)
        with mock.patch("torch.randn", drawn):  # it takes a seed, the same one for all items
            made, _ = self.cfm.sample(
                pad_sequence([p.reference for p in prompts], True).to(device),
                pad_sequence([p.tokens for p in prompts], True, padding_value=-1).to(device),
                lengths[:, 1],
                lens=lengths[:, 0],
                steps=sampler.steps,
                cfg_strength=sampler.guidance,
                sway_sampling_coef=sampler.sway,
                use_epss=sampler.epss,
            )
        return [
            mel[len(p.reference) : p.frames].float() for mel, p in zip(made, prompts, strict=True)
        ]
