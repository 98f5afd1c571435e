"""`make plan`: its numbers against a count by hand, and machines that cannot speak."""

import io
import json
import subprocess
import sys
from collections import Counter

import huggingface_hub.constants
import pytest
from fakes import write_corpus
from rich.console import Console

from pipelines import plan
from pipelines.corpus import expand, read_lines
from pipelines.planning.config import PlanConfig
from pipelines.planning.estimate import estimate
from pipelines.text.utterances import plan_line, spoken_languages
from speech.config import load_config
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


def plan_config(output: str, corpus: str, *overrides: str) -> PlanConfig:
    fixed = (f"output={output}", f"corpus.paths=['{corpus}']", "runner.workers=1")
    return load_config(PlanConfig, "plan", [*fixed, *overrides])


def as_json(config, capsys) -> dict:
    plan.main(config, as_json=True)
    return json.loads(capsys.readouterr().out)


def packed(frames: list[int]) -> list[list[int]]:
    """Cut where a length, of ever shorter ones, is over 7 % under the first of its batch, or where
    the batch is full."""
    batches = [[frames[0]]]
    for count in frames[1:]:
        first, size = batches[-1][0], len(batches[-1])
        if count < 0.93 * first or (size + 1) * first > LIMIT:
            batches.append([])
        batches[-1].append(count)
    return batches


def test_numbers_equal_a_count_by_hand(tmp_path, corpus, capsys):
    more = write_corpus(tmp_path / "more.txt", 200)
    both = f"corpus.paths=['{corpus}','{more}']"
    overrides = (ABSENT, "voices.per_text=2", "dataset.shards=3", "dataset.rows_per_unit=128", both)
    config = plan_config(str(tmp_path / "out"), corpus, *overrides)
    found = as_json(config, capsys)

    bank = load_bank(config.voices)
    teacher = config.teacher.open(bank)
    rejected, shards, spoken_frames = Counter(), {0: [], 1: [], 2: []}, 0
    for file in expand(config.corpus):
        for line in read_lines(file, config.corpus):
            for item in plan_line(line, config, bank):
                shard = shards[stable_hash("shard", item.id) % 3]
                if isinstance(item, Rejection):
                    rejected[item.reason] += 1
                    shard.append((item.id, None))
                    continue
                prompt = teacher.prompt(Request(item.text_normalized, "en", item.voice))
                spoken_frames += prompt.frames - len(prompt.reference)
                shard.append((item.id, prompt.frames))
    by_id = [[frames for _, frames in sorted(shard)] for shard in shards.values()]
    sizes = [-(-len(shard) // -(-len(shard) // 128)) for shard in by_id]
    units = [
        shard[i : i + size]
        for shard, size in zip(by_id, sizes, strict=True)
        for i in range(0, len(shard), size)
    ]
    lengths = [sorted((n for n in unit if n), reverse=True) for unit in units]

    assert found["is_whole_corpus"]
    assert found["sampled_lines"] == found["lines"] == len(TEXT.splitlines()) + 1 + 200
    assert found["utterances"] == sum(map(len, lengths)) == 2 * (SPOKEN + 4 + 200)
    assert found["rejected"] == dict(rejected)
    assert found["rejected"] == {"unsupported_script": 1, "nothing_to_speak": 1, "empty": 1}
    assert (found["shards"], found["units"]) == (3, len(units))
    assert found["audio_h"] == pytest.approx(spoken_frames / FRAMES_PER_S / 3600)
    assert found["storage_gb"] == pytest.approx(spoken_frames / FRAMES_PER_S * 34.5e-6)
    batches = [batch for frames in lengths for batch in packed(frames)]
    assert found["batches"] == len(batches)
    padded = sum(len(n) * n[0] for n in batches)
    assert found["padding_efficiency"] == pytest.approx(sum(map(sum, lengths)) / padded)
    for name, ends in found["interval_95"].items():
        assert ends == [pytest.approx(found[name])] * 2
    assert spoken_languages(config) == ("en",)


@pytest.mark.slow
def test_one_batch_tells_how_fast_this_machine_is(tmp_path, corpus, capsys):
    overrides = ("teacher.batch_size=1", "teacher.sampler.steps=2", "limit=2", "dataset.shards=1")
    found = as_json(plan_config(str(tmp_path / "out"), corpus, *overrides), capsys)
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
    config = plan_config(str(tmp_path / "out"), corpus, "teacher=f5_base")
    plan.main(config, as_json=True)
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["utterances"] == SPOKEN + 4
    assert found["audio_h"] > 0
    assert found["shards"] <= found["batches"] <= found["utterances"]
    assert [found[name] for name in ("device", "times_real_time", "expected_h")] == [None] * 3
    told = " ".join(printed.err.split())
    assert "not measured: hf://SWivid/F5-TTS@" in told  # after its progress, on a busy machine
    assert told.endswith("give a local or gs:// path")


def test_the_table_says_unknown(tmp_path, corpus, capsys):
    plan.main(plan_config(str(tmp_path / "out"), corpus, ABSENT))
    table = [line.strip("│ ").split("│") for line in capsys.readouterr().out.splitlines()]
    cells = {row[0].strip(): row[1].strip() for row in table if len(row) == 2}
    assert cells["utterances"] == str(SPOKEN + 4)
    assert cells["expected time"] == cells["speed"] == cells["device"] == "unknown"


def test_both_tables_fit_80_columns(tmp_path, corpus, capsys):
    overrides = ("teacher=f5_base", "plan.workers=64", "plan.times_real_time=13.5")
    plan.main(plan_config(str(tmp_path / "out"), corpus, *overrides))
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("│", "┃"))]
    assert len(rows) > 20
    assert max(map(len, rows)) <= 80


def test_asking_for_the_configuration_does_not_wait_for_torch():
    told = "import sys, pipelines.plan; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0


def test_a_corpus_of_nothing_but_rejections(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("😀\nПривет.\n")
    config = plan_config(str(tmp_path / "out"), str(path), ABSENT)
    found = estimate(config, Console(file=io.StringIO()))
    assert (found.utterances.value, found.units.batches.count, found.audio_h.value) == (0, 0, 0)
    assert found.units.batches.padding_efficiency == 1.0
