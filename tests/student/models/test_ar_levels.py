"""Mels as levels, and the drawing of them."""

import pytest
import torch
from torch import Tensor

from speech.audio.mel import N_MELS
from student.data.packed_levels import LevelCodec
from student.models.ar_config import DmelConfig
from student.models.ar_levels import (
    disturbed,
    drawn_step,
    even_levels,
    fitted_levels,
    level_mels,
    level_numbers,
    nucleus,
)

CONFIG = DmelConfig(
    levels=16,
    edges="global",
    temperature=0.5,
    top_p=0.9,
    repetition_window=3,
    repetition_share=0.5,
    replaced=0.2,
    moved=0.3,
)
TIMID = CONFIG.model_copy(update={"top_p": 1e-6})
"""draws what is most probable"""


def mels(frames: int = 4000) -> Tensor:
    """Each band at a height of its own."""
    torch.manual_seed(0)
    return torch.randn(frames, N_MELS) + torch.linspace(-6, -2, N_MELS)


@pytest.mark.parametrize("edges", ["global", "band"])
@pytest.mark.parametrize("count", [2, 15, 16])
def test_a_mel_is_within_half_a_level_of_what_it_becomes(edges: str, count: int) -> None:
    config = CONFIG.model_copy(update={"edges": edges, "levels": count})
    mel, levels = mels(), fitted_levels(mels(), config)
    inside = (mel > levels[:, 0]) & (mel < levels[:, -1])
    apart = (level_mels(level_numbers(mel, levels), levels) - mel).abs()
    assert levels.shape == (N_MELS, count)
    assert (apart <= levels.diff(dim=1).max(1).values / 2 + 1e-5)[inside].all()
    assert inside.float().mean() > (0.4 if count == 2 else 0.85)


def test_levels_of_a_band_are_spread_over_what_it_holds() -> None:
    shared = fitted_levels(mels(), CONFIG)
    own = fitted_levels(mels(), CONFIG.model_copy(update={"edges": "band"}))
    assert torch.equal(shared, shared[:1].expand(N_MELS, -1))
    assert (own[-1] - own[0] - 4).abs().max() < 0.6
    assert (own.diff(dim=1) < shared.diff(dim=1)).all()


def test_one_click_does_not_move_the_levels() -> None:
    clicked = torch.cat((mels(), torch.full((1, N_MELS), 60.0), torch.full((1, N_MELS), -60.0)))
    torch.testing.assert_close(
        fitted_levels(clicked, CONFIG), fitted_levels(mels(), CONFIG), atol=0.15, rtol=0
    )


@pytest.mark.parametrize("count", [3, 16])
def test_packed_levels_are_half_a_byte_each_and_come_back_whole(count: int) -> None:
    config = CONFIG.model_copy(update={"levels": count})
    codec, mel = LevelCodec(fitted_levels(mels(), config)), mels(77)
    packed = codec.packed(mel)
    assert packed.nbytes == 77 * N_MELS // 2
    numbers = level_numbers(mel, codec.levels)
    assert numbers.unique().tolist() == list(range(count))
    assert torch.equal(codec.mel(packed), level_mels(numbers, codec.levels))
    assert torch.equal(codec.packed(codec.mel(packed)), packed)


def test_half_precision_keeps_levels_to_the_bit() -> None:
    levels = even_levels(torch.full((N_MELS,), -9.1234), torch.full((N_MELS,), 2.345), 16)
    assert torch.equal(levels.half().float(), levels)


def test_levels_are_drawn_by_their_probability_within_the_nucleus() -> None:
    torch.manual_seed(0)
    logits = torch.tensor([0.1, 2.0, -1.0, 1.5, 0.4, -3.0])
    config = CONFIG.model_copy(update={"levels": 6, "temperature": 0.8, "top_p": 0.8})
    drawn = nucleus(logits.expand(40_000, 6), torch.rand(40_000), config)
    shares = drawn.bincount(minlength=6) / 40_000
    expected = (logits / 0.8).softmax(0)
    expected[[0, 2, 4, 5]] = 0  # the two most probable have 0.84 of it
    torch.testing.assert_close(shares, expected / expected.sum(), atol=0.01, rtol=0)


@pytest.mark.parametrize("chance", [0.0, 1 - 2**-24])
@pytest.mark.parametrize("top_p", [1e-6, 0.5, 1.0])
def test_the_ends_of_chance_draw_a_level_too(chance: float, top_p: float) -> None:
    torch.manual_seed(0)
    logits, config = 5 * torch.randn(500, 16), CONFIG.model_copy(update={"top_p": top_p})
    drawn = nucleus(logits, torch.full((500,), chance), config)
    assert drawn.max() < 16
    if chance == 0 or top_p < 0.5:
        assert torch.equal(drawn, logits.argmax(-1))


def step(share: float) -> tuple[Tensor, Tensor, Tensor]:
    """Logits (2, 1, 40, 16), the likeliest levels of the first clip, and what was drawn before: of the
    first clip these, in so many of three steps; of the second nothing."""
    torch.manual_seed(0)
    logits = torch.randn(2, 1, 40, 16)
    likeliest, recent = logits[0, 0].argmax(-1), torch.zeros(2, 3, 40, dtype=torch.long)
    recent[0, : round(3 * share)] = likeliest + 1
    return logits, likeliest, recent


def test_a_step_that_repeats_the_last_ones_is_drawn_again_from_all_levels() -> None:
    logits, likeliest, recent = step(1.0)
    again = drawn_step(logits, torch.rand(2, 2, 1, 40), recent, TIMID)
    assert (again[0, 0] == likeliest).float().mean() < 0.6
    assert torch.equal(again[1, 0], logits[1, 0].argmax(-1))


def test_a_step_that_repeats_little_stays() -> None:
    logits, likeliest, recent = step(0.34)
    again = drawn_step(logits, torch.rand(2, 2, 1, 40), recent, TIMID)
    assert torch.equal(again[0, 0], likeliest)


def test_a_pause_may_last() -> None:
    """What is certain is drawn again as it was."""
    logits = torch.full((1, 1, 40, 16), -30.0)
    logits[..., 0] = 30.0
    drawn = drawn_step(logits, torch.rand(2, 1, 1, 40), torch.ones(1, 3, 40), CONFIG)
    assert not drawn.any()


def test_a_share_is_replaced_and_a_share_is_moved() -> None:
    torch.manual_seed(0)
    numbers = torch.full((100_000,), 8)
    found = disturbed(numbers, CONFIG).bincount(minlength=16) / 100_000
    expected = torch.full((16,), 0.2 / 16)
    expected[8] += 0.5
    expected[[7, 9]] += 0.15
    torch.testing.assert_close(found, expected, atol=0.005, rtol=0)
    assert disturbed(torch.zeros(1000).long(), CONFIG).min() == 0
    quiet = CONFIG.model_copy(update={"replaced": 0.0, "moved": 0.0})
    assert torch.equal(disturbed(numbers, quiet), numbers)
