"""Which of two clips is the better one, and what a gate may be configured to."""

import math

import pytest
from configs import gate_config
from pydantic import ValidationError

from pipelines.gate import GateConfig
from pipelines.verdict import Verdict, rank
from speech.config import load_group


def test_rank_puts_the_better_clip_first() -> None:
    best = Verdict(wer=0.0, similarity=0.9)
    order = [
        best,
        Verdict(wer=0.0, similarity=0.8),
        Verdict(wer=0.1, similarity=0.9),
        Verdict(reason="wer", wer=0.3, similarity=None),
        Verdict(reason="wer", wer=math.nan),
    ]
    assert sorted([order[i] for i in (4, 2, 0, 3, 1)], key=rank)[:4] == order[:4]


def test_rank_by_mos_puts_quality_before_words_and_never_before_acceptance() -> None:
    order = [
        Verdict(wer=0.1, similarity=0.8, mos=3.9),
        Verdict(wer=0.0, similarity=0.8, mos=3.5),
        Verdict(wer=0.0, similarity=0.9, mos=None),
        Verdict(reason="wer", wer=0.3, mos=4.9),
    ]
    assert (
        sorted([order[i] for i in (3, 1, 0, 2)], key=lambda verdict: rank(verdict, "mos")) == order
    )


@pytest.mark.parametrize(
    "values",
    [
        {"attempts": 0},
        {"candidates": 0},
        {"mos_min": 3},
        {"rank": "mos", "candidates": 4},
        {"rank": "mos", "judges": {"mos": True}},
        {"similarity_min": 2},
        {"speaking_rate": {"zh": {"min": 1, "max": 9}}},
        {"werr_max": 0.1},
    ],
)
def test_config_refuses(values: dict) -> None:
    with pytest.raises(ValidationError):
        gate_config(**values)


@pytest.mark.parametrize(("option", "languages"), [("default", ("en",)), ("hub", ("en", "zh"))])
def test_every_option_of_the_group_is_valid(option: str, languages: tuple[str, ...]) -> None:
    config = load_group(GateConfig, "gate", option)
    assert config.judges.asr.languages == languages
