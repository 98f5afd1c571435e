"""The embedded teacher as a whole: it loads, speaks, does not depend on batches, survives memory."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pipelines.config import SynthConfig
from speech.config import load_config
from speech.errors import InputError, Refused
from teacher.budget import STEP_FRAMES, frame_budget
from teacher.checkpoint import weights_file
from teacher.f5.teacher import CPU_FRAMES, Planner, Teacher, speak_or_quarantine
from teacher.voices import load_bank

TEXTS = ["Good morning.", "Where did you put the keys to the front door?", "Absolutely!"]


@pytest.fixture(scope="module")
def teacher() -> Teacher:
    config = load_config(SynthConfig, "synth", ["teacher.sampler.dtype=float32"])
    return Teacher(config.teacher, Planner(config.teacher, load_bank(config.voices)))


def batch(teacher: Teacher):
    voices = list(teacher.planner.voices)[: len(TEXTS)]
    prompts = [
        teacher.planner.prompt(voice, text, "en", f"{voice}/{text}")
        for voice, text in zip(voices, TEXTS, strict=True)
    ]
    return prompts, voices


def test_a_clip_does_not_depend_on_its_batch(teacher):
    prompts, voices = batch(teacher)
    together = teacher.speak(prompts, voices)
    for prompt, voice, wave in zip(prompts, voices, together, strict=True):
        alone = teacher.speak([prompt], [voice])[0]
        assert wave.dtype == np.float32
        assert len(wave) == pytest.approx((prompt.frames - len(prompt.reference)) * 256, abs=256)
        assert np.abs(alone - wave).max() < 1e-3


def test_speech_is_as_loud_as_its_reference(teacher):
    prompts, voices = batch(teacher)
    rms = np.sqrt(np.mean(teacher.speak(prompts[1:2], voices[1:2])[0] ** 2))
    reference = np.sqrt(np.mean(teacher.planner.voices[voices[1]].wave ** 2))
    assert rms == pytest.approx(reference, rel=0.4)


def test_offloaded_parts_speak_the_same(teacher):
    prompts, voices = batch(teacher)
    config = teacher.config.model_copy(update={"offload": True})
    offloaded = Teacher(config, teacher.planner)
    first, second = (t.speak(prompts[:1], voices[:1])[0] for t in (teacher, offloaded))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("fits", [1, 2, 3])
def test_a_batch_is_halved_when_memory_runs_out(teacher, monkeypatch, fits):
    sizes = []
    speak = teacher.speak

    def small_device(prompts, voices):
        sizes.append(len(prompts))
        if len(prompts) > fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return speak(prompts, voices)

    prompts, voices = batch(teacher)
    expected = speak(prompts, voices)
    monkeypatch.setattr(teacher, "speak", small_device)
    waves = speak_or_quarantine(teacher, prompts, voices)
    assert all(np.allclose(a, b, atol=1e-3) for a, b in zip(waves, expected, strict=True))
    assert sizes[0] == 3


def test_an_item_too_big_for_memory_is_quarantined_alone(teacher, monkeypatch):
    speak, prompts, voices = teacher.speak, *batch(teacher)
    second = sorted(prompt.frames for prompt in prompts)[-2]

    def no_room_for_long(prompts, voices):
        if max(prompt.frames for prompt in prompts) > second:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")
        return speak(prompts, voices)

    monkeypatch.setattr(teacher, "speak", no_room_for_long)
    waves = speak_or_quarantine(teacher, prompts, voices)
    refused = [wave for wave in waves if isinstance(wave, Refused)]
    assert [refusal.reason for refusal in refused] == ["out_of_memory"]
    assert len(waves) == 3


@pytest.mark.parametrize(
    "fault", [RuntimeError("shapes\ndo not match"), KeyError("phoneme"), ZeroDivisionError()]
)
def test_whatever_an_item_does_to_the_teacher_is_its_own_matter(teacher, monkeypatch, fault):
    speak, prompts, voices = teacher.speak, *batch(teacher)

    def fragile(some, voices):
        if any(prompt is prompts[1] for prompt in some):
            raise fault
        return speak(some, voices)

    monkeypatch.setattr(teacher, "speak", fragile)
    waves = speak_or_quarantine(teacher, prompts, voices)
    assert isinstance(waves[1], Refused)
    assert waves[1].reason == "teacher_error"
    assert waves[1].detail.startswith(type(fault).__name__)
    assert "\n" not in waves[1].detail
    assert not any(isinstance(wave, Refused) for wave in (waves[0], waves[2]))


@pytest.mark.parametrize("count", [0, 1, 4])
def test_other_waves_than_were_asked_for_are_the_teachers_error(teacher, monkeypatch, count):
    monkeypatch.setattr(teacher, "speak", lambda *_: [np.zeros((1, 5), np.float32)] * count)
    refused = speak_or_quarantine(teacher, *batch(teacher))
    assert [refusal.reason for refusal in refused] == ["teacher_error"] * 3


def test_what_is_wrong_with_the_configuration_is_not_an_items(teacher, monkeypatch):
    def missing(*_):
        raise InputError("no such weights")

    monkeypatch.setattr(teacher, "speak", missing)
    with pytest.raises(InputError, match="no such weights"):
        speak_or_quarantine(teacher, *batch(teacher))


def test_auto_max_is_within_its_cap_and_repeatable(teacher):
    first, second = teacher.batch_limit(), teacher.batch_limit()
    assert first == second
    assert first.frames == CPU_FRAMES


def test_a_budget_follows_the_memory_that_frames_take():
    """A run that takes 200 kB a frame on this machine's memory, less what the tests before left."""

    def run(frames: int) -> None:
        np.ones(frames * 200_000, np.uint8)

    def kilobytes(file: str, field: str) -> int:
        lines = dict(line.split(":") for line in Path(file).read_text().splitlines())
        return int(lines[field].split()[0])

    device = torch.device("cpu")
    budget = frame_budget(run, device, 0.5)
    assert budget % STEP_FRAMES == 0
    total, used = kilobytes("/proc/meminfo", "MemTotal"), kilobytes("/proc/self/status", "VmRSS")
    assert budget * 200_000 == pytest.approx(1024 * (0.5 * total - used), rel=0.1)
    assert frame_budget(run, device, 0.25) < budget


def test_a_hub_path_without_a_commit_is_refused():
    with pytest.raises(InputError, match="40-digit commit"):
        weights_file("hf://SWivid/F5-TTS@main/model.safetensors", "0" * 64)
