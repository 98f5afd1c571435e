"""What the XLA adapter does on any device: shapes, filler rows and masks. XLA itself: tests/xla."""

from typing import Any

import pytest
import torch
from torch import Tensor

import teacher.f5.xla as xla
from pipelines.config import SynthConfig
from speech.config import load_config
from speech.errors import InputError
from speech.machine import pick_device
from teacher.f5.config import SamplerConfig
from teacher.f5.frontend import MAX_FRAMES
from teacher.f5.packed_network import Conditions
from teacher.f5.sampler import Prompt
from teacher.f5.xla import FixedSampler, XlaNetwork, XlaTeacher
from teacher.fixed_shapes import FixedShapes, Shape
from teacher.voices import load_bank
from tests.teacher.f5.shapes import sampler
from tests.teacher.f5.test_sampler import STYLES, TOLERANCE, build, difference, prompts, sample

SHAPES = FixedShapes(shapes=(Shape(80, 3), Shape(120, 2), Shape(200, 2)))
CONFIG = sampler(
    steps=4, guidance=2.0, guidance_interval=(0.01, 1.0), temperature=0.5, dtype="float32"
)
CPU = torch.device("cpu")


def fixed(
    style: str = "v1", config: SamplerConfig = CONFIG, shapes: FixedShapes = SHAPES
) -> FixedSampler:
    return FixedSampler(XlaNetwork(build(style)[0], torch.float32, CPU), config, shapes)


def teacher(*changes: str) -> XlaTeacher:
    config = load_config(SynthConfig, "synth", ["teacher.device=xla", *changes])
    opened = config.teacher.open(load_bank(config.voices))
    assert isinstance(opened, XlaTeacher)
    return opened


@pytest.mark.parametrize("style", STYLES)
def test_a_prompt_in_a_fixed_shape_is_what_it_is_alone(style: str) -> None:
    items = prompts(7)
    found = fixed(style).sample(items)
    expected = sample(build(style)[0], items, CONFIG)
    for mel, alone in zip(found, expected, strict=True):
        assert difference(mel, alone) < TOLERANCE


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_not_a_bit_depends_on_company_or_order(dtype: str) -> None:
    config = CONFIG.model_copy(update={"dtype": dtype})
    network = XlaNetwork(build("v1")[0], getattr(torch, dtype), CPU)
    one, items = FixedSampler(network, config, SHAPES), prompts(7)
    together = one.sample(items)
    for prompt, mel in zip(reversed(items), reversed(together), strict=True):
        assert torch.equal(one.sample([prompt])[0], mel)
    for mel, other in zip(one.sample(items[::-1]), together[::-1], strict=True):
        assert torch.equal(mel, other)


def test_what_stands_in_filler_is_heard_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither after a prompt nor in a row without one."""
    roomy = FixedShapes(shapes=(Shape(100, 4), Shape(200, 4)))
    items, one = prompts(5), fixed(shapes=roomy)
    expected = one.sample(items)
    padded, fillers = one.padded, []

    def noisy(some: list[Prompt], shape: Shape) -> tuple[Tensor, Conditions]:
        y, conditions = padded(some, shape)
        own = torch.zeros(shape.rows, shape.frames, dtype=torch.bool)
        for row, prompt in enumerate(some):
            own[row, : prompt.frames] = True
        filler = ~own.flatten()
        fillers.append(filler.float().mean().item())
        y[filler] = 5 * torch.randn(int(filler.sum()), y.shape[1])
        conditions.constant[:, filler] = 5.0
        return y, conditions

    monkeypatch.setattr(one, "padded", noisy)
    for mel, other in zip(one.sample(items), expected, strict=True):
        assert torch.equal(mel, other)
    assert max(fillers) > 0.5


def test_each_batch_is_of_a_shape_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    one, met = fixed(), []
    velocity = one.network.velocity

    def seen(y: Tensor, conditions: Conditions, *others: Any) -> Tensor:
        met.append((len(y), len(conditions.constant[0]), len(conditions.turn)))
        return velocity(y, conditions, *others)

    monkeypatch.setattr(one.network, "velocity", seen)
    one.sample(prompts(9))
    totals = {shape.frames * shape.rows for shape in SHAPES.shapes}
    assert {total for three in met for total in three} <= totals
    assert len(met) % CONFIG.steps == 0


def test_every_length_that_is_spoken_has_a_shape() -> None:
    shapes = teacher().limit()
    assert shapes.of(1).frames == xla.LENGTHS[0]
    assert shapes.of(MAX_FRAMES).rows == 1
    assert all(s.frames * s.rows <= xla.BATCH_FRAMES for s in shapes.shapes if s.rows > 1)
    few = teacher("teacher.batch_size=3").limit()
    assert max(shape.rows for shape in few.shapes) == 3
    assert few.of(4000).rows == 1


def test_a_device_without_room_is_no_items_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: torch.device) -> None:
        raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 17179869184 bytes.")

    monkeypatch.setattr(xla, "_start", full)
    with pytest.raises(InputError, match=r"no room for 2 rows of \d+ frames; .*batch_size=N"):
        fixed().sample(prompts(4))


def test_what_else_fails_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: torch.device) -> None:
        raise RuntimeError("INTERNAL: something")

    monkeypatch.setattr(xla, "_start", broken)
    with pytest.raises(RuntimeError, match="INTERNAL"):
        fixed().sample(prompts(1))


def test_without_torch_xla_a_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speech.machine.find_spec", lambda _: None)
    with pytest.raises(InputError) as refused:
        pick_device("teacher.device", "xla")
    assert str(refused.value) == (
        "teacher.device=xla, but torch_xla is not installed (docs/tpu.md); allowed: auto, cpu, cuda"
    )
    with pytest.raises(InputError, match="torch_xla is not installed"):
        teacher().load()


@pytest.mark.parametrize("key", ["compile", "offload"])
def test_what_xla_does_itself_cannot_be_asked_for(key: str) -> None:
    with pytest.raises(InputError, match="compile=false offload=false"):
        teacher(f"teacher.{key}=true")


@pytest.mark.parametrize("name", ["kokoro", "bark"])
def test_teachers_that_do_not_run_there_refuse_it(name: str) -> None:
    with pytest.raises(InputError, match=r"teacher\.device"):
        load_config(
            SynthConfig, "synth", [f"teacher={name}", "teacher.device=xla", "voices=f5_mini"]
        )
