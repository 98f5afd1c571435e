"""Configuration: typed, frozen, and refused in one line that says what is allowed."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from pipelines.config import SynthConfig
from pipelines.runners.dataflow import DataflowConfig
from speech.config import CONF_DIR, load_config
from speech.errors import InputError


def load(*overrides: str) -> SynthConfig:
    return load_config(SynthConfig, "synth", overrides)


@pytest.mark.parametrize("teacher", ["f5_mini", "f5_base"])
@pytest.mark.parametrize("gate", sorted(path.stem for path in (CONF_DIR / "gate").glob("*.yaml")))
def test_every_option_of_every_group_is_valid(teacher, gate):
    config = load(f"teacher={teacher}", f"gate={gate}")
    assert config.teacher.name == teacher
    assert teacher.removeprefix("f5_") in config.voices.manifest


def test_dataflow_needs_its_project():
    with pytest.raises(InputError, match=r"runner\.project"):
        load("runner=dataflow")
    config = load(
        "runner=dataflow", "runner.project=p", "runner.temp_location=gs://b/t", "runner.image=i"
    )
    assert isinstance(config.runner, DataflowConfig)


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("sed=3", "unknown option 'sed'; did you mean seed?"),
        ("corpus.path=x", "did you mean corpus.paths"),
        ("teacher=f6", "teacher='f6' does not exist; allowed: bark, f5_base, f5_mini"),
        ("seed=abc", "seed"),
        ("limit=0", "limit"),
        ("+gate.color=red", "gate.color"),
        ("teacher.sampler.dtype=int4", "dtype"),
        ("voices.per_text=0", "per_text"),
        ("corpus.paths=[a", "corpus.paths"),
    ],
)
def test_wrong_overrides_end_in_one_line(override, told):
    with pytest.raises(InputError) as refusal:
        load(override)
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_configuration_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        load().seed = 2


def test_help_is_readable_and_errors_are_one_line():
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pipelines.synth", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    shown = run("--help")
    assert shown.returncode == 0
    for word in ("corpus.paths", "f5_mini", "dataflow", "license:", "limit: null"):
        assert word in shown.stdout
    wrong = run("sed=1")
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
