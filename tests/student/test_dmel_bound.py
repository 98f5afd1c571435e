"""What levels cost before any student has learnt them: mel -> levels -> mel -> vocoder."""

import json
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from speech.audio.mel import log_mel
from speech.audio.waveform import decode
from speech.judges.distillmos import Mos
from student.data.packed_levels import LevelCodec
from student.models.ar_config import DmelConfig
from student.models.ar_levels import fitted_levels
from student.package import read_vocoder
from tests.spoken import VOICES

CLIPS = 4


def mels() -> list[Tensor]:
    """Of the embedded references, which are clean speech."""
    lines = (VOICES / "voices.jsonl").read_text("utf-8").splitlines()
    waves = [decode((VOICES / json.loads(line)["audio"]).read_bytes(), 60)[0] for line in lines]
    return [log_mel(torch.from_numpy(wave)) for wave in waves]


def codec(count: int) -> LevelCodec:
    values = {"levels": count, "edges": "global", "temperature": 1.0, "top_p": 1.0}
    values |= {"repetition_window": 1, "repetition_share": 1.0, "replaced": 0.0, "moved": 0.0}
    return LevelCodec(fitted_levels(torch.cat(mels()), DmelConfig.model_validate(values)))


def test_sixteen_levels_cost_little_and_four_a_lot() -> None:
    vocoder, judge = read_vocoder("package://teacher/mini/vocoder.safetensors").eval(), Mos()

    @torch.inference_mode()
    def rated(heard: Sequence[Tensor]) -> float:
        waves = [vocoder.speak(mel[None])[0].clamp(-1, 1).numpy() for mel in heard]
        return float(np.mean(judge.rate(waves)))

    def rated_as(levels: LevelCodec) -> float:
        return rated([levels.mel(levels.packed(mel)) for mel in mels()[:CLIPS]])

    whole = rated(mels()[:CLIPS])
    assert whole - rated_as(codec(16)) < 0.3
    assert whole - rated_as(codec(4)) > 0.6
