"""Every command with its configuration: whatever calls `run_app(Schema, "file of conf", …)`."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from speech.config import CONF_DIR, Config

ROOT = CONF_DIR.parent
PACKAGES = ("speech", "teacher", "student", "pipelines", "eval")


@dataclass(frozen=True)
class CommandConfig:
    module: str
    """that `python -m` runs"""
    name: str
    """of its file in conf/"""
    schema: type[Config]
    free_text: tuple[str, ...]


@cache
def commands() -> Mapping[str, CommandConfig]:
    """By the name of their file."""
    return {command.name: command for command in by_module().values()}


@cache
def by_module() -> Mapping[str, CommandConfig]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {command.module: command for file in files for command in _commands(file)}


def _commands(file: Path) -> Iterator[CommandConfig]:
    """The schema is taken from where the command imports it, which is quicker than the command."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    imported = {
        alias.name: str(node.module)
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    here = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "run_app":
            schema, name = (ast.unparse(argument) for argument in node.args[:2])
            found = getattr(import_module(imported.get(schema, here)), schema)
            module = here.removesuffix(".__main__")
            texts = (key.value for key in node.keywords if key.arg == "free_text")
            free_text = next(map(ast.literal_eval, texts), ())
            yield CommandConfig(module, ast.literal_eval(name), found, free_text)
