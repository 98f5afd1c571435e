"""Ways to run a teacher beside each other, on a small one of random weights."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from eval.bench.config import BenchTeacherConfig
from eval.bench.costs import batch_cost
from eval.bench.peaks import peak_flops
from eval.bench.random_weights import with_random_weights
from eval.bench.setups import Setup
from eval.bench.teacher import main
from eval.bench.teachers import Way
from eval.bench.trials import Trials
from speech.config import load_config, run_app
from speech.dataset.schema import Utterance
from speech.errors import InputError
from teacher.f5.sampler import Prompt
from teacher.f5.teacher import F5Teacher
from teacher.voices import load_bank
from tests.eval.bench.test_bench import SMALL

BASE = ["shape=f5_v1_base", "teacher.device=cpu", "teacher.sampler.steps=4"]
BASE += SMALL
CPU = torch.device("cpu")
SHIPPED_S = 3.0
EXACTLY = 1e-4
EXACT = Setup(1, "float32", "rowwise", reference_s=SHIPPED_S)
PROMPTS = [
    Prompt(torch.zeros(size, 100), torch.zeros(8, dtype=torch.long), 2 * size, f"{size}")
    for size in (20, 30)
]


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> F5Teacher:
    config = load_config(BenchTeacherConfig, "bench_teacher", BASE)
    drawn = with_random_weights(config.teacher, str(tmp_path_factory.mktemp("weights")))
    return F5Teacher(drawn, load_bank(config.voices))


def lines(teacher: F5Teacher) -> list[Utterance]:
    voice = next(iter(teacher.voices))
    texts = ["good morning to all of you", "yes"]
    return [Utterance(text, text, text, "en", voice, 0, "here") for text in texts]


@pytest.mark.parametrize(
    ("way", "most"),
    [
        (Way("float32", EXACT), 0.0),
        (Way("float32", replace(EXACT, batch=8)), EXACTLY),
        (Way("float32", replace(EXACT, batch=8, reference_s=None)), EXACTLY),
        (Way("float32"), EXACTLY),
    ],
    ids=["itself", "batch", "references", "upstream"],
)
def test_exact_ways_differ_in_nothing(teacher: F5Teacher, way: Way, most: float) -> None:
    trials = Trials(teacher, lines(teacher))
    trials.entry(way).enter()
    trial = trials.found[way.name(teacher)]
    assert 0 <= trial.mean_difference <= trial.max_difference <= most
    assert trial.share_of_peak is not None
    assert trial.share_of_peak > 0


def test_upstreams_ragged_batch_is_told_by_its_difference(teacher: F5Teacher) -> None:
    trials, way = Trials(teacher, lines(teacher)), Way("float32", batch=8)
    trials.entry(way).enter()
    assert trials.found[way.name(teacher)].max_difference > 10 * EXACTLY


def test_what_a_batch_costs_a_gpu(teacher: F5Teacher) -> None:
    setup = replace(EXACT, batch=8, dtype="bfloat16")
    ours = batch_cost(teacher, Way("bfloat16", setup), PROMPTS)
    theirs = batch_cost(teacher, Way("float16", batch=8), PROMPTS)
    assert ours is not None
    assert theirs is not None
    assert ours.frames == theirs.frames == 100
    assert ours.step_waits == 0
    assert theirs.step_waits > 0
    assert 0.5 * theirs.step_flops < ours.step_flops < theirs.step_flops  # which has padding
    steps = teacher.sampler.steps
    assert ours.flops == pytest.approx(steps * ours.step_flops, rel=0.5)


def test_a_compiler_decides_its_kernels(teacher: F5Teacher) -> None:
    compiled = replace(EXACT, compiled=True)
    assert batch_cost(teacher, Way("bfloat16", compiled), PROMPTS) is None


def test_peaks_are_of_the_chip_by_its_name() -> None:
    cuda = torch.device("cuda")
    assert peak_flops(cuda, "NVIDIA H200", "bfloat16") == (989e12, "H200, data sheet")
    assert peak_flops(cuda, "NVIDIA H100 80GB HBM3", "float32") == (67e12, "H100, data sheet")
    assert peak_flops(cuda, "NVIDIA H100 PCIe", "float16")[0] == 756e12
    assert peak_flops(cuda, "NVIDIA A100-SXM4-80GB", "float16")[0] == 312e12
    assert peak_flops(cuda, "NVIDIA L40S", "float16") == (362e12, "L40S, data sheet")
    assert peak_flops(cuda, "NVIDIA L4", "float16") == (121e12, "L4, data sheet")
    found, source = peak_flops(CPU, "some CPU, 1 threads", "float32")
    assert found > 1e9
    assert source == "a matrix product here"


def no_compiler() -> str:
    raise InputError("no compiler")


@pytest.mark.slow
def test_the_command_writes_one_json_and_one_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.bench.setups.get_cpp_compiler", no_compiler)
    arguments = [*SMALL, "random_weights=true", "device=cpu", "lines=2", "turn_lines=2", "steps=2"]
    arguments += [f"output={tmp_path}/bench", "threads=1", "teacher.sampler.dtype=bfloat16"]
    assert run_app(BenchTeacherConfig, "bench_teacher", main, arguments) == 0
    written = json.loads((tmp_path / "bench/bench_teacher.json").read_text("utf-8"))
    assert (written["lines"], written["steps"], written["teacher"]) == (2, 2, "f5_mini")
    rows = {row["name"].removeprefix("f5_mini, "): row for row in written["rows"]}
    assert rows["upstream, batch 1, float32"]["ratio"] == 1
    assert rows["auto_max, bfloat16"]["trial"]["cost"]["step_waits"] == 0
    missing = {name: row["missing"] for name, row in rows.items() if row["missing"]}
    assert missing["auto_max, bfloat16, offload"] == "needs a GPU"
    assert missing["upstream, ragged batch 8, float16"] == "needs a GPU"
    shown = capsys.readouterr().out
    assert "against" in shown
    assert max(map(len, shown.splitlines())) <= 80
    table = (tmp_path / "bench/bench_teacher.md").read_text("utf-8").splitlines()
    assert len(table) == 4 + len(written["rows"])
