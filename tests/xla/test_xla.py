"""f5_mini's own weights on XLA's CPU: two programs a shape in all, and what a CPU says to 1e-4."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch
import torch_xla
from torch import Tensor

import teacher.f5.xla as xla
from pipelines.config import SynthConfig
from speech.config import load_config
from teacher.base import Request
from teacher.f5.packed_network import Conditions
from teacher.f5.sampler import Prompt, guide
from teacher.f5.teacher import F5Teacher
from teacher.f5.xla import FixedSampler, XlaTeacher
from teacher.fixed_shapes import FixedShapes, Shape
from teacher.voices import load_bank
from tests.xla.counting import Counts, counted

TOLERANCE = 1e-4
FIRST = ["Good morning.", "Absolutely!", "Where did you put the keys to the front door?"]
LATER = ["Never again.", "She left the letter on the table.", "The train leaves at half past nine."]
STEPS = 3
PROGRAMS_A_SHAPE = 2
"""a step with guidance and one without"""


@pytest.fixture(scope="module")
def on_cpu() -> F5Teacher:
    changes = ["device=cpu", "sampler.dtype=float32", f"sampler.steps={STEPS}", "batch_size=3"]
    config = load_config(SynthConfig, "synth", [f"teacher.{change}" for change in changes])
    opened = config.teacher.open(load_bank(config.voices))
    assert isinstance(opened, F5Teacher)
    return opened


@pytest.fixture(scope="module")
def on_xla(on_cpu: F5Teacher) -> XlaTeacher:
    opened = on_cpu.config.model_copy(update={"device": "xla"}).open(on_cpu.voices)
    assert isinstance(opened, XlaTeacher)
    opened.load()
    return opened


def prompts(teacher: F5Teacher, texts: Sequence[str]) -> list[Prompt]:
    voices = list(teacher.voices)
    return [
        teacher.prompt(Request(text, "en", voices[i % 2]), text) for i, text in enumerate(texts)
    ]


def difference(first: Tensor, second: Tensor) -> float:
    assert first.shape == second.shape
    return (first - second).abs().max().item()


def check(counts: Counts, batches: int, new_shapes: int) -> None:
    """A program runs for each step, and the mels of a batch are read at once after its last."""
    assert counts.compiled == PROGRAMS_A_SHAPE * new_shapes
    assert counts.run == STEPS * batches
    assert counts.read == batches
    assert counts.elsewhere == ()


def test_programs_are_compiled_once_a_shape_whatever_is_said(
    on_cpu: F5Teacher, on_xla: XlaTeacher
) -> None:
    """The first of this file: what is compiled stays."""
    first, later = prompts(on_xla, FIRST), prompts(on_xla, LATER)
    shapes = {on_xla.limit().of(prompt.frames) for prompt in first + later}
    assert len({prompt.frames for prompt in first + later}) > len(shapes) == 2
    check(counted(lambda: on_xla.synthesize_mels(first)), batches=2, new_shapes=2)
    check(counted(lambda: on_xla.synthesize_mels(later)), batches=2, new_shapes=0)
    check(counted(lambda: on_xla.synthesize_mels(later[:1])), batches=1, new_shapes=0)


def test_mels_are_those_of_a_cpu(on_cpu: F5Teacher, on_xla: XlaTeacher) -> None:
    items = prompts(on_xla, FIRST + LATER)
    found, expected = (one.synthesize_mels(items) for one in (on_xla, on_cpu))
    differences = [difference(*both) for both in zip(found, expected, strict=True)]
    print("largest difference:", max(differences))
    assert max(differences) < TOLERANCE
    assert all(mel.std() > 0.5 for mel in found)


def test_not_a_bit_depends_on_company(on_xla: XlaTeacher) -> None:
    items = prompts(on_xla, FIRST + LATER)
    together = on_xla.synthesize_mels(items)
    for prompt, mel in zip(items, together, strict=True):
        assert torch.equal(on_xla.synthesize_mels([prompt])[0], mel)


def test_what_stands_in_filler_is_heard_nowhere(
    on_xla: XlaTeacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    items, sampler = prompts(on_xla, FIRST), on_xla.fixed_sampler
    expected, padded = sampler.sample(items), sampler.padded

    def noisy(some: Sequence[Prompt], shape: Shape) -> tuple[Tensor, Conditions]:
        y, conditions = padded(some, shape)
        filler = torch.ones(shape.rows, shape.frames, dtype=torch.bool)
        for row, prompt in enumerate(some):
            filler[row, : prompt.frames] = False
        assert filler.sum() > shape.frames
        y, constant = y.cpu(), conditions.constant.cpu()
        y[filler.flatten()], constant[:, filler.flatten()] = 5.0, -5.0
        return y.to("xla"), replace(conditions, constant=constant.to("xla"))

    monkeypatch.setattr(sampler, "padded", noisy)
    for mel, other in zip(sampler.sample(items), expected, strict=True):
        assert torch.equal(mel, other)


def test_threads_of_a_process_compile_nothing_together(on_xla: XlaTeacher) -> None:
    items = prompts(on_xla, FIRST)
    expected = on_xla.synthesize_mels(items)

    def both() -> None:
        with ThreadPoolExecutor(2) as threads:
            for mels in threads.map(on_xla.synthesize_mels, [items] * 2):
                assert all(map(torch.equal, mels, expected))

    check(counted(both), batches=4, new_shapes=0)


def test_float32_is_asked_for_where_it_is_said(on_xla: XlaTeacher) -> None:
    assert on_xla.network.accelerator.type == "xla"
    assert torch_xla.backends.get_mat_mul_precision() == "highest"


def test_speech_is_as_long_as_was_planned(on_xla: XlaTeacher) -> None:
    item = on_xla.prepare(Request(FIRST[0], "en", next(iter(on_xla.voices))))
    (speech,) = on_xla.speak([item], ["a key"])
    assert len(speech.wave) == pytest.approx(item.estimated_s * 24_000, abs=256)


def test_a_look_at_a_value_between_steps_is_seen(
    on_xla: XlaTeacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looking(flow: Tensor, guidance: float) -> Tensor:
        flow.sum().item()
        return guide(flow, guidance)

    items = prompts(on_xla, FIRST[:1])
    monkeypatch.setattr(xla, "guide", looking)
    counts = counted(lambda: on_xla.synthesize_mels(items))
    with pytest.raises(AssertionError):
        check(counts, batches=1, new_shapes=0)
    assert counts.read == STEPS + 1


def test_a_length_that_is_no_shape_is_seen(on_xla: XlaTeacher) -> None:
    items = prompts(on_xla, FIRST[:1])
    exact = FixedShapes(shapes=(Shape(items[0].frames, 1),))
    sampler = FixedSampler(on_xla.network, on_xla.sampler, exact)
    counts = counted(lambda: sampler.sample(items))
    with pytest.raises(AssertionError):
        check(counts, batches=1, new_shapes=0)
    assert counts.compiled == PROGRAMS_A_SHAPE
