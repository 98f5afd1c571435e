import subprocess
import sys
from importlib.util import find_spec

import pytest

from speech.commands import COMMANDS
from speech.config import CONF_DIR
from speech.config.help import epilog

CONFIGS = {path.stem for path in CONF_DIR.glob("*.yaml")}


@pytest.mark.parametrize("module", [command.module for command in COMMANDS.values()])
def test_each_command_is_a_module(module: str) -> None:
    assert find_spec(module) is not None


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    code = "from speech.commands import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_without_a_command_all_are_listed() -> None:
    ended = run()
    assert ended.returncode == 0
    assert all(f"  {name} " in ended.stdout for name in COMMANDS)


def test_an_unknown_command_is_one_line() -> None:
    ended = run("synthesise")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: no command 'synthesise'; allowed: synth, ")


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_each_configuration_explains_itself(name: str) -> None:
    assert "--cfg shows all values" in epilog(name, CONF_DIR)


def test_a_command_takes_its_overrides() -> None:
    ended = run("synth", "--cfg", "seed=7")
    assert ended.returncode == 0, ended.stderr
    assert "seed: 7" in ended.stdout
