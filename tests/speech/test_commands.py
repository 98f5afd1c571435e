import ast
import subprocess
import sys
from importlib.util import find_spec

import command_configs
import pytest

from speech.commands import COMMANDS
from speech.config import CONF_DIR
from speech.config.help import WIDTH, described, epilog

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


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_examples_of_a_command_stay_lines_of_their_own(name: str) -> None:
    """A row of --help that is not indented would be filled as prose, with the rows beside it."""
    file = command_configs.ROOT / command_configs.commands()[name].module.replace(".", "/")
    source = file.with_suffix(".py") if file.with_suffix(".py").exists() else file / "__main__.py"
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    examples = [line for line in text.splitlines() if "   " in line]
    shown = described(text).splitlines()
    assert all(line.startswith("  ") for line in examples)
    assert all(any(row.startswith(line[:30].rstrip()) for row in shown) for line in examples)
    assert all(len(row) <= WIDTH for row in shown)


def test_what_an_example_means_goes_on_below_itself() -> None:
    shown = described("Do it.\n\n  key=value   " + 20 * "word ")
    *_, first, second = shown.splitlines()
    assert first.startswith("  key=value   word")
    assert second.startswith(14 * " " + "word")


def test_a_command_takes_its_overrides() -> None:
    ended = run("synth", "--cfg", "seed=7")
    assert ended.returncode == 0, ended.stderr
    assert "seed: 7" in ended.stdout
