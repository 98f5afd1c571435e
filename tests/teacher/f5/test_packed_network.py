"""The network that is prepared for inference: compiled, probed, and what it shares."""

import pytest
import torch
from torch._dynamo.testing import CompileCounter

import teacher.f5.attention as attention
from teacher.f5.network import Network
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.sampler import Prompt, heaviest_step, is_guided, sample_together
from tests.teacher.f5.shapes import architecture, sampler
from tests.teacher.f5.test_attention import flash


def small_network() -> Network:
    torch.manual_seed(0)
    shape = architecture(
        dim=64, depth=3, heads=2, ff_mult=2, text_dim=32, conv_layers=1, text_mask_padding=True
    )
    network = Network(shape, 20).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.08)
    return network


def prompts(*frames: int) -> list[Prompt]:
    draw = torch.Generator().manual_seed(1)
    return [
        Prompt(torch.randn(10, 100, generator=draw), torch.arange(9), count, f"{count}")
        for count in frames
    ]


def test_one_program_serves_all_blocks_and_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """One for steps with guidance and one for steps without, traced as a GPU would."""
    counter = CompileCounter()
    config = sampler(steps=3, guidance_interval=(0.01, 1.0), epss=False)
    network = small_network()
    plain = PackedNetwork(network, torch.float32, attention="rowwise")
    compiled = PackedNetwork(network, torch.float32, attention="varlen", compiled=True)
    kernel = torch.library.custom_op("tests::flash", mutates_args=())(flash)
    kernel.register_fake(lambda query, *_: torch.empty_like(query))
    monkeypatch.setattr(attention, "varlen_attn", kernel)
    for block in compiled.blocks:
        block.compile(backend=counter, dynamic=True)
    for batch in (prompts(31, 44), prompts(60, 25, 38), prompts(90, 80, 70, 60)):
        expected = sample_together(plain, batch, config)
        for first, second in zip(sample_together(compiled, batch, config), expected, strict=True):
            torch.testing.assert_close(first, second, atol=1e-4, rtol=0)
    assert counter.frame_count <= 2


def test_nothing_is_lost_on_the_way() -> None:
    network = small_network()
    count = sum(parameter.numel() for parameter in network.parameters())
    for dtype in (torch.float32, torch.bfloat16):
        packed = PackedNetwork(network, dtype)
        assert sum(parameter.numel() for parameter in packed.parameters()) == count


@pytest.mark.parametrize(
    ("guidance", "interval", "copies"),
    [(2.0, (0.015, 1.0), 2), (2.0, (0.0, 1.0), 2), (0.0, (0.0, 1.0), 1), (2.0, (1.0, 1.0), 1)],
)
def test_the_heaviest_step_is_as_guided_as_any(guidance, interval, copies) -> None:
    """The shipped one begins unguided: a probe of its first step would see half the rows."""
    config = sampler(steps=5, guidance=guidance, guidance_interval=interval)
    step = heaviest_step(config)
    assert step.steps == 1
    assert is_guided(0.0, step) == (copies == 2)
