"""What a clip was made from, beside it: of its length and as loud, however loud its reference is."""

import math
from dataclasses import replace

import pytest
import torch

from pipelines.config import SynthConfig
from speech.audio.mel import HOP_LENGTH, log_mel
from speech.config import load_config
from teacher.base import Request
from teacher.voices import load_bank

pytestmark = pytest.mark.slow
TEXT = "Hello there."
OWN = 0.35
"""mean difference of the log-mel of a vocoded clip to what it was made from; 0.2 in the middle"""


@pytest.mark.parametrize("loudness", [1.0, 0.1])
def test_a_clips_mel_is_what_it_was_made_from(loudness: float) -> None:
    config = load_config(SynthConfig, "synth", ["teacher.sampler.steps=4"])
    bank = load_bank(config.voices, languages=["en"])
    name = next(iter(bank))
    quiet = replace(bank[name], wave=bank[name].wave * loudness)
    teacher = config.teacher.open({name: quiet})
    prepared = teacher.prepare(Request(TEXT, "en", name))
    (speech,) = teacher.speak([prepared], ["a key"])
    assert speech.mel is not None
    assert len(speech.mel) == len(speech.wave) // HOP_LENGTH
    heard = log_mel(torch.from_numpy(speech.wave))
    loud = heard > heard.max() - math.log(300)
    apart = (speech.mel - heard)[loud]
    assert apart.abs().mean() < OWN
    assert abs(apart.mean()) < 0.1
