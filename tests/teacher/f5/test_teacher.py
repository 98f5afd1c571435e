"""The embedded teacher as a whole: it loads, speaks, does not depend on batches, survives memory."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from pipelines.config import SynthConfig
from speech.audio.limiter import CEILING
from speech.config import load_config
from speech.errors import InputError, Refused
from teacher.base import Prepared, Request, Speech
from teacher.bisection import speak_or_refuse
from teacher.budget import STEP_FRAMES
from teacher.checkpoint import weights_file
from teacher.f5.teacher import CPU_FRAMES, F5Teacher
from teacher.voices import load_bank

TEXTS = ["Good morning.", "Where did you put the keys to the front door?", "Absolutely!"]


@pytest.fixture(scope="module")
def teacher() -> F5Teacher:
    config = load_config(SynthConfig, "synth", ["teacher.sampler.dtype=float32"])
    return F5Teacher(config.teacher, load_bank(config.voices))


def batch(teacher: F5Teacher) -> tuple[list[Prepared], list[str]]:
    voices = list(teacher.voices)[: len(TEXTS)]
    spoken = list(zip(voices, TEXTS, strict=True))
    prepared = [teacher.prepare(Request(text, "en", voice)) for voice, text in spoken]
    return prepared, [f"{voice}/{text}" for voice, text in spoken]


def waves_of(speeches):
    return [speech.wave for speech in speeches]


@pytest.fixture(scope="module")
def together(teacher) -> list[Speech]:
    """The batch as it is spoken at once."""
    return teacher.speak(*batch(teacher))


def test_a_clip_does_not_depend_on_its_batch(teacher, together):
    items, keys = batch(teacher)
    for item, key, wave in zip(items, keys, waves_of(together), strict=True):
        alone = teacher.speak([item], [key])[0].wave
        assert wave.dtype == np.float32
        assert len(wave) == pytest.approx(item.estimated_s * 24_000, abs=256)
        assert np.abs(alone - wave).max() < 1e-3


def test_a_clip_tells_when_each_phoneme_ends(teacher, together):
    for item, speech in zip(batch(teacher)[0], together, strict=True):
        assert len(speech.phonemes) == len(speech.phoneme_ends_s)
        assert speech.phoneme_ends_s[-1] == pytest.approx(item.estimated_s, abs=0.02)


def test_speech_is_as_loud_as_its_reference(teacher, together):
    voice = batch(teacher)[0][1].request.voice
    rms = np.sqrt(np.mean(together[1].wave ** 2))
    reference = np.sqrt(np.mean(teacher.voices[voice].wave ** 2))
    assert rms == pytest.approx(reference, rel=0.4)


def test_peaks_are_bent_and_not_clipped(teacher):
    """The pulses of a vocoder add up to peaks that the reference has not, nor its loudness."""
    text, voices = "They had to consolidate their operations.", ["speaker16", "speaker18"]
    items = [teacher.prepare(Request(text, "en", voice)) for voice in voices]
    keys = [f"take {number}" for number in range(len(items))]
    prompts = [teacher.prompt(item.request, key) for item, key in zip(items, keys, strict=True)]
    raw = teacher.vocode(teacher.synthesize_mels(prompts), voices)
    spoken = waves_of(teacher.speak(items, keys))
    assert max(np.abs(wave).max() for wave in raw) > 1
    assert max(np.abs(wave).max() for wave in spoken) <= CEILING


def test_what_is_broken_is_left_for_the_gate(teacher):
    wave = teacher.voices["speaker08"].wave
    far_too_loud, infinite = wave * 5, np.where(wave == wave.max(), np.inf, wave)
    for broken in (far_too_loud, infinite):
        assert teacher._finished(broken) is broken
    as_upstream = teacher.config.model_copy(update={"bend_peaks": False}).open(teacher.voices)
    louder = wave * 2
    assert np.abs(louder).max() > CEILING > np.abs(teacher._finished(louder)).max()
    assert as_upstream._finished(louder) is louder


def test_offloaded_parts_speak_the_same(teacher):
    items, keys = batch(teacher)
    config = teacher.config.model_copy(update={"offload": True})
    offloaded = config.open(teacher.voices)
    first, second = (t.speak(items[:1], keys[:1])[0].wave for t in (teacher, offloaded))
    assert np.array_equal(first, second)


def test_a_text_is_prepared_without_weights(teacher):
    config = teacher.config.model_copy(update={"weights": "not there"})
    prepared = config.open(teacher.voices).prepare(
        Request(TEXTS[0], "en", next(iter(teacher.voices)))
    )
    assert prepared.cost > 0


@pytest.mark.parametrize("fits", [1, 2, 3])
def test_a_batch_is_halved_when_memory_runs_out(teacher, together, monkeypatch, fits):
    sizes = []
    speak = teacher.speak

    def small_device(items, keys):
        sizes.append(len(items))
        if len(items) > fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return speak(items, keys)

    items, keys = batch(teacher)
    monkeypatch.setattr(teacher, "speak", small_device)
    waves = waves_of(speak_or_refuse(teacher, items, keys))
    expected = waves_of(together)
    assert all(np.allclose(a, b, atol=1e-3) for a, b in zip(waves, expected, strict=True))
    assert sizes[0] == 3


def test_an_item_too_big_for_memory_is_quarantined_alone(teacher, monkeypatch):
    speak, items, keys = teacher.speak, *batch(teacher)
    second = sorted(item.cost for item in items)[-2]

    def no_room_for_long(items, keys):
        if max(item.cost for item in items) > second:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")
        return speak(items, keys)

    monkeypatch.setattr(teacher, "speak", no_room_for_long)
    spoken = speak_or_refuse(teacher, items, keys)
    refused = [one for one in spoken if isinstance(one, Refused)]
    assert [refusal.reason for refusal in refused] == ["out_of_memory"]
    assert len(spoken) == 3


@pytest.mark.parametrize(
    "fault", [RuntimeError("shapes\ndo not match"), KeyError("phoneme"), ZeroDivisionError()]
)
def test_whatever_an_item_does_to_the_teacher_is_its_own_matter(teacher, monkeypatch, fault):
    speak, items, keys = teacher.speak, *batch(teacher)

    def fragile(some, keys):
        if any(item is items[1] for item in some):
            raise fault
        return speak(some, keys)

    monkeypatch.setattr(teacher, "speak", fragile)
    spoken = speak_or_refuse(teacher, items, keys)
    assert isinstance(spoken[1], Refused)
    assert spoken[1].reason == "teacher_error"
    assert spoken[1].detail.startswith(type(fault).__name__)
    assert "\n" not in spoken[1].detail
    assert not any(isinstance(one, Refused) for one in (spoken[0], spoken[2]))


@pytest.mark.parametrize("count", [0, 1, 4])
def test_other_waves_than_were_asked_for_are_the_teachers_error(teacher, monkeypatch, count):
    wrong = [Speech(np.zeros((1, 5), np.float32))] * count
    monkeypatch.setattr(teacher, "speak", lambda *_: wrong)
    refused = speak_or_refuse(teacher, *batch(teacher))
    assert [refusal.reason for refusal in refused] == ["teacher_error"] * 3


def test_what_is_wrong_with_the_configuration_is_not_an_items(teacher, monkeypatch):
    def missing(*_):
        raise InputError("no such weights")

    monkeypatch.setattr(teacher, "speak", missing)
    with pytest.raises(InputError, match="no such weights"):
        speak_or_refuse(teacher, *batch(teacher))


def test_auto_max_is_within_its_cap_and_repeatable(teacher):
    first, second = teacher.limit(), teacher.limit()
    assert first == second
    assert first.cost == CPU_FRAMES


BUDGET = """
from pathlib import Path
import numpy as np
import torch
from teacher.budget import frame_budget
run = lambda frames: np.ones(frames * 200_000, np.uint8)
def kilobytes(file, field):
    lines = dict(line.split(":") for line in Path(file).read_text().splitlines())
    return int(lines[field].split()[0])
device = torch.device("cpu")
print(frame_budget(run, device, 0.5), frame_budget(run, device, 0.25))
print(kilobytes("/proc/meminfo", "MemTotal"), kilobytes("/proc/self/status", "VmRSS"))
"""


def test_a_budget_follows_the_memory_that_frames_take():
    """A run that takes 200 kB a frame on this machine's memory; in a process of its own, since what
    other tests have left in this one is given back when it likes."""
    told = subprocess.run(
        [sys.executable, "-c", BUDGET], capture_output=True, text=True, check=True
    )
    budget, smaller, total, used = map(int, told.stdout.split())
    assert budget % STEP_FRAMES == 0
    assert budget * 200_000 == pytest.approx(1024 * (0.5 * total - used), rel=0.1)
    assert smaller < budget


def test_a_hub_path_without_a_commit_is_refused():
    with pytest.raises(InputError, match="40-digit commit"):
        weights_file("hf://SWivid/F5-TTS@main/model.safetensors", "0" * 64)
