"""The sampler against upstream's `CFM.sample`, and against itself in every company."""

import random
from dataclasses import replace
from unittest import mock

import pytest
import torch
from f5_tts.model import CFM, DiT

from teacher.f5.config import SamplerConfig
from teacher.f5.network import Network
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.sampler import (
    Prompt,
    dtype_on,
    initial_noise,
    noise,
    sample_together,
    schedule,
)
from teacher.f5.sampler import sample as sample_packed
from tests.teacher.f5.shapes import architecture, sampler

VOCABULARY = 30
TOLERANCE = 1e-4
STYLES = {
    "v0": {"text_mask_padding": False, "pe_attn_head": 1},
    "v1": {"text_mask_padding": True, "pe_attn_head": None},
    "v1_average": {"text_mask_padding": True, "text_embedding_average_upsampling": True},
    "v1_qk_norm": {"text_mask_padding": True, "qk_norm": "rms_norm"},
}


def build(style: str, dim: int = 128) -> tuple[Network, CFM]:
    """A small network with lively random weights (upstream's own start silences every block)."""
    torch.manual_seed(0)
    shape = architecture(
        dim=dim, depth=3, heads=2, ff_mult=2, text_dim=64, conv_layers=2, **STYLES[style]
    )
    network = Network(shape, VOCABULARY).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.08)
    dit = DiT(
        **shape.model_dump(),
        text_num_embeds=VOCABULARY,
        attn_mask_enabled=False,  # as in upstream's shipped configurations
        dropout=0.0,
    )
    dit.load_state_dict(network.dit.state_dict())
    return network, CFM(transformer=dit).eval()


def prompts(count: int) -> list[Prompt]:
    draw = torch.Generator().manual_seed(7)
    sizes = random.Random(7)
    made = []
    for i in range(count):
        reference, generated = sizes.randint(15, 60), sizes.randint(20, 120)
        tokens = torch.randint(0, VOCABULARY, (sizes.randint(5, 70),), generator=draw)
        mel = torch.randn(reference, 100, generator=draw)
        made.append(Prompt(mel, tokens, max(reference + generated, len(tokens) + 1), f"key {i}"))
    return made


def upstream(cfm: CFM, prompt: Prompt, config: SamplerConfig) -> torch.Tensor:
    """`CFM.sample` at batch 1, given the prompt's own noise."""
    start = noise(prompt.key, prompt.frames, 100)
    with mock.patch("torch.randn", return_value=start):
        mel, _ = cfm.sample(
            prompt.reference[None],
            prompt.tokens[None],
            prompt.frames,
            steps=config.steps,
            cfg_strength=config.guidance,
            sway_sampling_coef=config.sway,
            use_epss=config.epss,
        )
    return mel[0, len(prompt.reference) :]


def pack(network: Network, config: SamplerConfig) -> PackedNetwork:
    return PackedNetwork(network, getattr(torch, dtype_on(network.device, config)))


def sample(network: Network, items: list[Prompt], config: SamplerConfig) -> list[torch.Tensor]:
    """All at once, as an accelerator does it."""
    return sample_together(pack(network, config), items, config)


def difference(first: torch.Tensor, second: torch.Tensor) -> float:
    assert first.shape == second.shape
    return (first - second).abs().max().item()


CONFIGS = {
    "epss": sampler(steps=7, guidance=2.0, sway=-1.0, epss=True, dtype="float32"),
    "uniform": sampler(steps=9, guidance=1.5, sway=0.4, epss=False, dtype="float32"),
    "unguided": sampler(steps=4, guidance=0.0, sway=None, epss=False, dtype="float32"),
}
"""of which each knows nothing of the network's style: all pairs are a battery"""


@pytest.mark.parametrize(
    ("style", "config"),
    [
        pytest.param(
            style, config, marks=[] if config == "epss" or style == "v1" else [pytest.mark.long]
        )
        for style in STYLES
        for config in CONFIGS
    ],
)
def test_equals_upstream_at_batch_one(style, config):
    config, (network, cfm) = CONFIGS[config], build(style)
    items = prompts(4)
    together = sample(network, items, config)
    for prompt, mel in zip(items, together, strict=True):
        assert difference(mel, upstream(cfm, prompt, config)) < TOLERANCE


@pytest.mark.parametrize("style", ["v0", "v1"])
def test_upstreams_own_ragged_batch_fails_that_bound(style):
    """Why this sampler exists: the short item of a ragged batch comes out as something else."""
    network, cfm = build(style)
    config = sampler(steps=7, guidance=2.0, dtype="float32")
    short, long = sorted(prompts(6), key=lambda p: p.frames)[:: len(prompts(6)) - 1]
    mels = torch.nn.utils.rnn.pad_sequence([short.reference, long.reference], batch_first=True)
    tokens = torch.nn.utils.rnn.pad_sequence(
        [short.tokens, long.tokens], batch_first=True, padding_value=-1
    )
    starts = [noise(p.key, p.frames, 100) for p in (short, long)]
    with mock.patch("torch.randn", side_effect=starts):
        batch, _ = cfm.sample(
            mels,
            tokens,
            torch.tensor([short.frames, long.frames]),
            lens=torch.tensor([len(short.reference), len(long.reference)]),
            steps=7,
            cfg_strength=2.0,
            sway_sampling_coef=-1.0,
        )
    theirs = batch[0, len(short.reference) : short.frames]
    assert difference(theirs, upstream(cfm, short, config)) > 100 * TOLERANCE
    ours = sample(network, [short, long], config)[0]
    assert difference(ours, upstream(cfm, short, config)) < TOLERANCE


@pytest.mark.parametrize("style", STYLES)
def test_an_item_does_not_depend_on_its_batch(style):
    network, _ = build(style)
    config = sampler(steps=5, guidance=2.0, dtype="float32")
    items = prompts(9)
    alone = {p.key: sample(network, [p], config)[0] for p in items}
    for size in (2, 4, 9):
        order = random.Random(size).sample(items, len(items))
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            for prompt, mel in zip(batch, sample(network, batch, config), strict=True):
                assert difference(mel, alone[prompt.key]) < TOLERANCE


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_on_a_cpu_not_a_bit_depends_on_the_batch(dtype):
    """At the width of f5_mini, where oneDNN adds up in another order for more frames."""
    network, _ = build("v1", dim=256)
    config = sampler(steps=3, guidance=2.0, dtype=dtype)
    items, packed = prompts(5), pack(network, config)
    for prompt, mel in zip(items, sample_packed(packed, items, config), strict=True):
        assert torch.equal(mel, sample_packed(packed, [prompt], config)[0])


def test_a_network_can_be_packed_again_and_takes_nothing_from_the_first():
    """Training speaks samples of a network that goes on changing."""
    network, _ = build("v1")
    config = sampler(steps=2, dtype="bfloat16")
    packed = pack(network, config)
    first = sample_packed(packed, prompts(1), config)[0]
    with torch.no_grad():
        for block in network.dit.transformer_blocks:
            block.ff.ff[2].weight.zero_()
    assert torch.equal(sample_packed(packed, prompts(1), config)[0], first)
    assert not torch.equal(sample(network, prompts(1), config)[0], first)


def test_noise_is_a_function_of_its_key():
    assert torch.equal(noise("a", 50, 100), noise("a", 50, 100))
    assert not torch.equal(noise("a", 50, 100), noise("b", 50, 100))
    assert noise("a", 5000, 100).std().item() == pytest.approx(1, abs=0.01)


def test_temperature_is_of_the_noise_and_0_is_one_take_for_all_keys():
    network, _ = build("v1")
    one, other = (replace(prompts(1)[0], key=key) for key in "ab")

    def apart(temperature: float) -> float:
        config = sampler(steps=2, temperature=temperature)
        return (
            (sample(network, [one], config)[0] - sample(network, [other], config)[0]).std().item()
        )

    assert apart(0) == 0 < apart(0.3) < apart(1)
    cold = initial_noise(one, 100, sampler(temperature=0.3))
    assert torch.equal(cold, 0.3 * noise("a", one.frames, 100))


@pytest.mark.parametrize("steps", [1, 5, 7, 16, 32])
@pytest.mark.parametrize("sway", [None, -1.0, 0.4])
def test_schedule_climbs_from_zero_to_one(steps, sway):
    times = schedule(sampler(steps=steps, sway=sway))
    assert len(times) == steps + 1
    assert times[0] == 0
    assert times[-1].item() == pytest.approx(1, abs=1e-6)
    assert (times.diff() > 0).all()


def test_half_precision_stays_near_float32():
    network, _ = build("v1")
    items = prompts(3)
    exact = sample(network, items, sampler(steps=7, dtype="float32"))
    half = sample(network, items, sampler(steps=7, dtype="bfloat16"))
    for first, second in zip(exact, half, strict=True):
        assert second.dtype == torch.float32
        assert (first - second).abs().mean() < 0.05 * first.abs().mean()


def test_guidance_in_an_interval_is_guidance_there_and_none_elsewhere() -> None:
    network, _ = build("v1")
    prompt = prompts(1)[0]
    whole = sampler(steps=7, guidance=2.0)
    nothing = sample(network, [prompt], whole.model_copy(update={"guidance": 0.0}))[0]
    never = whole.model_copy(update={"guidance_interval": (1.0, 1.0)})
    always = whole.model_copy(update={"guidance_interval": (0.0, 1.0)})
    early = whole.model_copy(update={"guidance_interval": (0.0, 0.3)})
    assert torch.equal(sample(network, [prompt], never)[0], nothing)
    assert torch.equal(sample(network, [prompt], always)[0], sample(network, [prompt], whole)[0])
    partly = sample(network, [prompt], early)[0]
    assert not torch.allclose(partly, nothing, atol=1e-3)
    assert not torch.allclose(partly, sample(network, [prompt], whole)[0], atol=1e-3)
