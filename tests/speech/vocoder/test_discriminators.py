"""Discriminators of waves: what they look at, and that they learn to tell."""

import pytest
import torch

from speech.vocoder.discriminators import (
    Discriminators,
    PeriodDiscriminator,
    adversarial_losses,
    discriminator_loss,
)

SAMPLES = 4000


def test_samples_a_period_apart_are_seen_side_by_side() -> None:
    """What stands in one column does not reach another."""
    torch.manual_seed(0)
    part = PeriodDiscriminator(7, 2)
    wave = torch.randn(1, SAMPLES)
    other = wave.clone()
    other[0, 3::7] += 1
    with torch.no_grad():
        changed = (part(wave)[0] - part(other)[0]).abs().amax((0, 1, 2))
    assert changed[3] > 0
    assert not changed[[0, 1, 2, 4, 5, 6]].any()


@pytest.mark.parametrize("windows", [[256], [512, 256]])
@pytest.mark.parametrize("periods", [[], [2, 3]])
def test_each_window_and_each_period_judges(windows: list[int], periods: list[int]) -> None:
    scores, features = Discriminators(windows, periods, 2)(torch.randn(2, SAMPLES))
    assert len(scores) == len(features) == len(windows) + len(periods)
    assert all(torch.isfinite(score).all() and len(score) == 2 for score in scores)


def test_without_periods_weights_are_those_of_before() -> None:
    names = Discriminators([256], [], 2).state_dict().keys()
    assert {name.split(".")[:2][1] for name in names} == {"0"}
    assert not any("layers" in name for name in names)


@pytest.mark.parametrize("kind", [([256], []), ([], [2, 3])], ids=["windows", "periods"])
def test_it_learns_to_tell_noise_from_a_tone(kind: tuple[list[int], list[int]]) -> None:
    torch.manual_seed(0)
    discriminators = Discriminators(*kind, 8)
    optimizer = torch.optim.Adam(discriminators.parameters(), 3e-3)
    tone = torch.sin(torch.arange(SAMPLES) / 9).expand(2, -1)
    losses = []
    for _ in range(40):
        real, made = discriminators(tone), discriminators(torch.randn(2, SAMPLES))
        loss = discriminator_loss(real, made)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(2, abs=0.2)  # hinge: both sides at zero
    assert losses[-1] < 0.7 * losses[0]
    real, made = discriminators(tone), discriminators(torch.randn(2, SAMPLES))
    passed, caught = adversarial_losses(real, real), adversarial_losses(real, made)
    assert passed["features"] == 0 < caught["features"]
    assert passed["adversarial"] < caught["adversarial"]
