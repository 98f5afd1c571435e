"""`make plan`: its numbers against a count by hand, and machines that cannot speak."""

import io
import json
from collections import Counter

import huggingface_hub
import pytest
from fakes import fake_config
from rich.console import Console

from pipelines import plan
from pipelines.corpus import expand, read_lines
from pipelines.utterances import plan_line, spoken_languages
from speech.dataset.schema import Rejection
from speech.seeds import stable_hash
from teacher.base import Request
from teacher.voices import load_bank

TEXT = """\
Good morning.
How was your weekend, and what did you do on Sunday afternoon?
The train to the city leaves at 8:45 a.m.
Привет.
😀😀
There are 365 days in a year and 24 hours in a day.
Tomorrow.

She opened the letter, read it twice, and began to laugh.
Why is the sky blue?
"""
SPOKEN = 7
ABSENT = "teacher.weights=absent.safetensors"
FRAMES_PER_S = 24_000 / 256
LIMIT = 20_000


@pytest.fixture
def corpus(tmp_path) -> str:
    path = tmp_path / "corpus.txt"
    path.write_text(TEXT + f"{'This is a long walk by the river. ' * 20}\n")  # split in four
    return str(path)


def as_json(config, capsys) -> dict:
    plan.main(config, as_json=True)
    return json.loads(capsys.readouterr().out)


def test_numbers_equal_a_count_by_hand(tmp_path, corpus, capsys):
    overrides = (ABSENT, "voices.per_text=2", "dataset.shards=3")
    config = fake_config(str(tmp_path / "out"), corpus, *overrides)
    found = as_json(config, capsys)

    bank = load_bank(config.voices)
    teacher = config.teacher.open(bank)
    rejected, shards, spoken_frames = Counter(), {0: [], 1: [], 2: []}, 0
    for file in expand(config.corpus):
        for line in read_lines(file, config.corpus):
            for item in plan_line(line, config, bank):
                if isinstance(item, Rejection):
                    rejected[item.reason] += 1
                    continue
                prompt = teacher.prompt(Request(item.text_normalized, "en", item.voice))
                spoken_frames += prompt.frames - len(prompt.reference)
                shards[stable_hash("shard", item.id) % 3].append(prompt.frames)
    lengths = [sorted(frames, reverse=True) for frames in shards.values()]

    assert found["lines"] == len(TEXT.splitlines()) + 1
    assert found["utterances"] == sum(map(len, lengths)) == 2 * (SPOKEN + 4)
    assert found["rejected"] == dict(rejected)
    assert found["rejected"] == {"unsupported_script": 1, "nothing_to_speak": 1, "empty": 1}
    assert found["shards"] == 3
    assert found["audio_h"] == pytest.approx(spoken_frames / FRAMES_PER_S / 3600)
    assert found["storage_gb"] == pytest.approx(spoken_frames / FRAMES_PER_S * 26e-6)
    assert all(len(n) * n[0] <= LIMIT for n in lengths)  # then a shard is a batch
    assert found["batches"] == 3
    padded = sum(len(n) * n[0] for n in lengths)
    assert found["padding_efficiency"] == pytest.approx(sum(map(sum, lengths)) / padded)
    assert spoken_languages(config) == ("en",)


@pytest.mark.slow
def test_one_batch_tells_how_fast_this_machine_is(tmp_path, corpus, capsys):
    overrides = ("teacher.batch_size=1", "teacher.sampler.steps=2", "limit=2", "dataset.shards=1")
    found = as_json(fake_config(str(tmp_path / "out"), corpus, *overrides), capsys)
    assert found["utterances"] == found["batches"] == 2
    assert found["padding_efficiency"] == 1.0
    assert found["device"] in ("cpu", "cuda")
    assert found["times_real_time"] > 0
    expected_h = found["audio_h"] / found["times_real_time"]
    assert found["expected_h"] == pytest.approx(expected_h)
    assert not (tmp_path / "out").exists()


def test_weights_that_are_not_at_hand_leave_the_time_unknown(tmp_path, corpus, capsys, monkeypatch):
    """Nor is the licence asked for: planning uses no weights and makes no data."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    config = fake_config(str(tmp_path / "out"), corpus, "teacher=f5_base")
    plan.main(config, as_json=True)
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["utterances"] == SPOKEN + 4
    assert found["audio_h"] > 0
    assert found["batches"] == found["shards"]
    assert [found[name] for name in ("device", "times_real_time", "expected_h")] == [None] * 3
    told = " ".join(printed.err.split())
    assert told.startswith("not measured: hf://SWivid/F5-TTS@")
    assert told.endswith("give a local or gs:// path")


def test_the_table_says_unknown(tmp_path, corpus, capsys):
    plan.main(fake_config(str(tmp_path / "out"), corpus, ABSENT))
    table = [line.strip("│ ").split("│") for line in capsys.readouterr().out.splitlines()]
    cells = {row[0].strip(): row[1].strip() for row in table if len(row) == 2}
    assert cells["utterances"] == str(SPOKEN + 4)
    assert cells["expected time"] == cells["speed"] == cells["device"] == "unknown"


def test_a_corpus_of_nothing_but_rejections(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("😀\nПривет.\n")
    config = fake_config(str(tmp_path / "out"), str(path), ABSENT)
    found = plan.estimate(config, Console(file=io.StringIO()))
    assert (found.utterances, found.batches, found.audio_h) == (0, 0, 0.0)
    assert found.padding_efficiency == 1.0
