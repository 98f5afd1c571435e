"""The commands that Markdown pages show, and what each of them becomes.

A block ```sh holds commands and comments alone. Its first comment may say what the tests do with it:
`# run by the tests`, or `# not run here: WHY` for what needs a GPU, a hub or an account.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from command_configs import by_module

from pipelines.voice_bank import overrides
from speech.commands import COMMANDS, arguments_of
from speech.config import CONF_DIR, load_config

ROOT = CONF_DIR.parent
RUN, NOT_RUN = "# run by the tests", re.compile(r"# not run here: \S+")
KINDS = ("sh", "python", "text", "json", "tsv")
FENCE = re.compile(r"^```(.*)$")
RECIPE = r"^{}:.*\n\t@(?:exec )?\$\(PY\) -m \S+"
ECHO = "#!{python}\nimport json, sys; print(json.dumps(sys.argv[1:]))\n"
TOLD = ("OUT", "TEXT", "ARGS", "MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES")
"""what a make that runs these tests tells the ones that they run: make test ARGS=..."""


def untold() -> dict[str, str]:
    """The environment of a make that tests run."""
    return {name: value for name, value in os.environ.items() if name not in TOLD}


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is that of its opening fence."""

    kind: str
    lines: tuple[str, ...]
    line: int

    @property
    def is_run(self) -> bool:
        return self.lines[:1] == (RUN,)

    @property
    def is_not_run(self) -> bool:
        return bool(self.lines) and NOT_RUN.match(self.lines[0]) is not None

    @property
    def commands(self) -> list[str]:
        """Without comments; one that goes on behind a backslash is one."""
        text = "\n".join(line for line in self.lines if not line.lstrip().startswith("#"))
        return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def blocks(page: Path) -> list[Block]:
    found, opened = list[Block](), None
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not (fence := FENCE.match(line)):
            continue
        if opened is None:
            opened = number, fence[1]
        else:
            found.append(Block(opened[1], tuple(lines[opened[0] : number - 1]), opened[0]))
            opened = None
    assert opened is None, f"{page.name}, line {opened}: a block without an end"
    return found


def faults(page: Path, scratch: Path) -> Iterator[str]:
    """What is wrong with a page's blocks, a line each: every command is one of ours, whose words
    compose, or stands in a block that says why it is not run."""
    for block in blocks(page):
        where = f"{page.name}, line {block.line}"
        if block.kind not in KINDS:
            yield f"{where}: a block is one of {', '.join(KINDS)}, not {block.kind!r}"
        if block.kind != "sh":
            continue
        for command in block.commands:
            try:
                known = composes(command, scratch)
            except Exception as error:
                yield f"{where}: {command}: {error}"
                continue
            if not known and not block.is_not_run:
                yield f"{where}: {command}: neither a command of ours nor marked '# not run here: …'"


def composes(command: str, scratch: Path) -> bool:
    """Whether it is a command of ours.

    Raises:
        Exception: it is one, and what it is given does not compose.
    """
    called = _called(shlex.split(command, comments=True), scratch)
    if called is None:
        return False
    if called:
        module, *typed = called
        given = [word for word in typed if not word.startswith("--")]
        if module == "pipelines.voice_bank":
            given = overrides(typed)
        known = by_module()[module]
        load_config(known.schema, known.name, given, known.free_text)
    return True


def _called(words: Sequence[str], scratch: Path) -> list[str] | None:
    """The module and its arguments; [] for a target that is none; None for a foreign command."""
    match words:
        case ["make", target, *_]:
            return _made(words, target, scratch)
        case ["tts-distill" | ".venv/bin/tts-distill", name, *rest]:
            return [COMMANDS[name].module, *arguments_of(COMMANDS[name], rest)]
        case ["python" | ".venv/bin/python", "-m", module, *rest]:
            return [module, *rest]
    return None


def _made(words: Sequence[str], target: str, scratch: Path) -> list[str]:
    makefile = ROOT / "Makefile"
    text = makefile.read_text(encoding="utf-8")
    if not re.search(rf"^{target}:", text, re.MULTILINE):
        raise ValueError(f"the Makefile has no target {target}")
    if not re.search(RECIPE.format(target), text, re.MULTILINE):
        return []
    echo = scratch / "echo"
    if not echo.exists():
        echo.write_text(ECHO.format(python=sys.executable))
        echo.chmod(0o755)
    call = ["make", "-s", "-f", str(makefile), "-o", "setup", f"PY={echo}", *words[1:]]
    told = subprocess.run(
        call, cwd=scratch, env=untold(), capture_output=True, text=True, check=True
    )
    _, module, *rest = json.loads(told.stdout)
    return [module, *rest]
