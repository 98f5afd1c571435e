"""What a GPU is asked while the teacher speaks: how often the host waits for it, and what is copied."""

from collections.abc import Iterator
from unittest import mock

import pytest
import torch
from torch import Tensor, nn

from eval.bench.counting.counts import Counts
from eval.bench.counting.fake_device import FakeDevice, fake_device, without_values
from speech.vocoder.network import POLISH, PulseVocoder
from teacher.f5.network import Network
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.sampler import Prompt, sample
from teacher.f5.vocoder import Vocos
from tests.teacher.f5.shapes import architecture, sampler

SHAPE = architecture(
    dim=64, depth=2, heads=1, ff_mult=2, text_dim=32, conv_layers=1, text_mask_padding=True
)
VOCABULARY = 30
PROMPTS = [
    Prompt(torch.zeros(size, 100), torch.zeros(8, dtype=torch.long), 2 * size, f"{size}")
    for size in (20, 30, 40)
]


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with fake_device() as entered:
        yield entered


def sampling(device: FakeDevice, network: PackedNetwork, steps: int) -> Counts:
    config = sampler(steps=steps, dtype="bfloat16")
    return device.count(lambda: sample(network, PROMPTS, config))


def network_of_device() -> PackedNetwork:
    network = without_values(Network(SHAPE, VOCABULARY)).eval().requires_grad_(False)
    return PackedNetwork(network, torch.bfloat16)


def test_a_batch_waits_for_nothing(device: FakeDevice) -> None:
    """Its mels stay on the device."""
    counts = sampling(device, network_of_device(), 3)
    assert counts.waits.total() == counts.to_host.total() == 0, counts.waits
    assert counts.to_device.total() <= 8, counts.to_device


def test_a_step_of_the_sampler_waits_for_nothing(device: FakeDevice) -> None:
    network = network_of_device()
    step = sampling(device, network, 3) - sampling(device, network, 2)
    assert step.waits.total() == step.to_host.total() == 0
    assert step.to_device.total() == 0
    assert 0 < step.kernels.total() <= 90
    assert step.flops["torch_attn._varlen_attn"] > 0


def test_a_copy_to_the_host_in_the_loop_is_seen(device: FakeDevice) -> None:
    network = network_of_device()
    velocity = network.velocity

    def planted(noisy: Tensor, *others: Tensor) -> Tensor:
        noisy.cpu()
        return velocity(noisy, *others)

    with mock.patch.object(network, "velocity", planted):
        step = sampling(device, network, 3) - sampling(device, network, 2)
    assert step.waits.total() == step.to_host.total() == 1
    assert next(iter(step.waits)).startswith("tests/devices/test_device_speaking.py:")


@pytest.mark.parametrize(
    ("vocoder", "waits"),
    [(PulseVocoder(32, 64, 1), POLISH + 2), (Vocos(32, 64, 1), 1)],
    ids=["pulse", "vocos"],
)
def test_vocoders(device: FakeDevice, vocoder: nn.Module, waits: int) -> None:
    """`torch.istft` looks whether its windows overlap, each time."""
    vocoder = without_values(vocoder).eval()
    mel = torch.randn(40, 100, device="cuda")
    with torch.inference_mode():
        counts = device.count(lambda: vocoder(mel))
    assert counts.waits.total() <= waits
    assert counts.to_host.total() == 0
    assert counts.to_device.total() <= 1  # the pulse vocoder's noise, drawn on the host
