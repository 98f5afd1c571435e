"""Presets: each composes with the command at its head, and with no other."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_configs import commands

from speech.config import CONF_DIR, load_config
from speech.config.experiments import check_experiment, command_of, options_of
from speech.errors import InputError

PRESETS = sorted((CONF_DIR / "experiment").glob("*.yaml"))


def head_of(preset: Path) -> tuple[str, list[str]]:
    """The command at its head: the name of its configuration, and its overrides."""
    package, line = preset.read_text().splitlines()[:2]
    assert package == "# @package _global_"
    typed = re.fullmatch(r'# make ([a-z-]+) ARGS="(.*)"', line)
    assert typed, line
    return typed[1].replace("-", "_"), shlex.split(typed[2])


def stated(values: dict[str, Any], above: str = "") -> dict[str, Any]:
    """The dotted keys of a file with their values."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        inside = stated(value, f"{above}{key}.") if isinstance(value, dict) else {}
        found |= inside or {f"{above}{key}": value}
    return found


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_a_preset_composes_with_the_command_at_its_head(preset: Path) -> None:
    name, overrides = head_of(preset)
    assert f"experiment={preset.stem}" in overrides
    config = load_config(commands()[name].schema, name, overrides).model_dump(mode="json")
    values = stated(yaml.safe_load(preset.read_text()))
    values.pop("defaults", None)
    typed = {override.partition("=")[0] for override in overrides}
    for key in values.keys() - typed:
        found: Any = config
        for part in key.split("."):
            found = found[part]
        assert (key, found) == (key, values[key])


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_a_plan_takes_what_a_run_takes(preset: Path) -> None:
    name, overrides = head_of(preset)
    if name == "synth":
        plan = load_config(commands()["plan"].schema, "plan", overrides).model_dump()
        run = load_config(commands()["synth"].schema, "synth", overrides).model_dump()
        assert {key: plan[key] for key in run} == run


@pytest.mark.parametrize(
    ("name", "chosen", "told"),
    [
        ("synth", "student_production", "is for make train-student; allowed here: dataflow_100k, "),
        ("train_student", "my_voice_gpu", "is for make synth; allowed here: student_production"),
        ("verify", "my_voice_gpu", "is for make synth; this command has none"),
        ("synth", "my_voice", "does not exist; allowed here: dataflow_100k, my_voice_gpu"),
    ],
)
def test_a_preset_of_another_command_is_one_line(name: str, chosen: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        load_config(commands()[name].schema, name, [f"experiment={chosen}"])
    assert str(refused.value).startswith(f"experiment={chosen} {told}")
    assert "\n" not in str(refused.value)


def test_every_preset_is_some_commands() -> None:
    known = {one for name in commands() for one in options_of(CONF_DIR, name, "experiment")}
    assert known == {preset.stem for preset in PRESETS}


def test_a_preset_without_a_head_is_a_mistake_of_ours(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "synth.yaml").write_text("seed: 1\n")
    (tmp_path / "experiment/bare.yaml").write_text("# @package _global_\nseed: 2\n")
    with pytest.raises(ValueError, match="the second line is"):
        check_experiment(tmp_path, "synth", ["experiment=bare"])
    with pytest.raises(ValueError, match="the second line is"):
        command_of(tmp_path / "experiment/bare.yaml")
