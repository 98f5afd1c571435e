"""A smaller vocoder: what says nothing, or what others say too, is left out and not missed."""

import pytest
import torch
from torch import Tensor

from speech.audio.mel import N_MELS
from speech.vocoder.network import PulseVocoder
from speech.vocoder.pruning import pruned

DIM, UNITS, LAYERS = 16, 32, 4


@pytest.fixture
def vocoder() -> PulseVocoder:
    torch.manual_seed(0)
    built = PulseVocoder(DIM, UNITS, LAYERS, residual=True)
    for name, parameter in built.named_parameters():
        if "norm" not in name:
            torch.nn.init.normal_(parameter, std=0.3)
    return built.eval()


@pytest.fixture
def mels() -> list[Tensor]:
    torch.manual_seed(1)
    return [torch.randn(frames, N_MELS) - 4 for frames in (40, 60)]


def apart(one: PulseVocoder, other: PulseVocoder, mels: list[Tensor]) -> float:
    with torch.no_grad():
        return max((one.features(m[None]) - other.features(m[None])).abs().max() for m in mels)


def test_of_its_own_size_it_is_what_it_was(vocoder: PulseVocoder, mels: list[Tensor]) -> None:
    same = pruned(vocoder, LAYERS, UNITS, mels)
    assert apart(vocoder, same, mels) < 1e-2
    assert torch.equal(same.spectra.weight, vocoder.spectra.weight)
    assert same.residual is not None


def test_what_says_nothing_goes(vocoder: PulseVocoder, mels: list[Tensor]) -> None:
    with torch.no_grad():
        vocoder.backbone.convnext[2].gamma.zero_()
        for block in vocoder.backbone.convnext:
            block.pwconv2.weight[:, 5:17] = 0
    smaller = pruned(vocoder, LAYERS - 1, UNITS - 12, mels)
    assert len(smaller.backbone.convnext) == LAYERS - 1
    assert smaller.backbone.convnext[0].pwconv1.out_features == UNITS - 12
    assert apart(vocoder, smaller, mels) < 1e-2


def test_what_others_say_too_is_said_by_them(vocoder: PulseVocoder, mels: list[Tensor]) -> None:
    with torch.no_grad():
        for block in vocoder.backbone.convnext:
            block.pwconv1.weight[20:] = block.pwconv1.weight[:12]
            block.pwconv1.bias[20:] = block.pwconv1.bias[:12]
            block.pwconv2.weight[:, 20:] *= 0.1
    smaller = pruned(vocoder, LAYERS, UNITS - 12, mels)
    assert apart(vocoder, smaller, mels) < 0.05
    assert sum(p.numel() for p in smaller.parameters()) < sum(
        p.numel() for p in vocoder.parameters()
    )
