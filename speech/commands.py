"""`tts-distill COMMAND ...`: every command by its name, as `python -m MODULE ...` runs it."""

import re
import runpy
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from speech.interruption import OURS


@dataclass(frozen=True)
class Command:
    """What a user types a name for."""

    module: str
    """the module that `python -m` runs"""
    extra: str
    """of this distribution, which installs what it needs; of `speak`, for a student in torch"""
    about: str
    first: str | None = None
    """the key of a value that may stand alone, before all others"""


COMMANDS = {
    "synth": Command("pipelines.synth", "synth", "text -> checked speech dataset"),
    "voices": Command("pipelines.voice_bank", "synth", "reference voices: add, list, check"),
    "plan": Command(
        "pipelines.plan",
        "synth",
        "hours, storage, time and cost of a run, from a sample",
    ),
    "status": Command("pipelines.status", "synth", "how far a run is, from its output alone"),
    "verify": Command(
        "pipelines.verify", "synth", "every byte and row of a finished dataset, and its repair"
    ),
    "merge": Command("pipelines.merge", "synth", "several finished datasets -> one"),
    "push": Command("pipelines.push", "synth", "dataset and student to the Hugging Face hub"),
    "train-student": Command("student.train", "train", "a small, fast student on a dataset"),
    "speak": Command("student.synthesize", "train", "speak with a student", first="text"),
    "serve": Command("student.serve", "serve,train", "speech over HTTP, as OpenAI's API"),
    "web": Command("student.web", "serve,train", "a student as a page that needs no server"),
    "export": Command("student.export", "train", "a student to ONNX, which speaks without torch"),
    "eval": Command("eval.report", "eval", "teacher, dataset and student as one page"),
    "bench": Command("eval.bench", "eval,serve", "speed and memory, as ratios within one run"),
    "bench-teacher": Command(
        "eval.bench.teacher", "eval", "every way to run a teacher, with no weights"
    ),
    "bench-serve": Command(
        "eval.bench.serve", "eval,serve", "the server's latency and throughput under load"
    ),
    "measure-teacher": Command(
        "eval.teacher", "eval", "word error rate, similarity and MOS of a teacher"
    ),
    "train-teacher": Command("teacher.train", "synth,train", "train or fine-tune an F5-TTS"),
    "train-vocoder": Command("teacher.train_vocoder", "synth,train", "train a small vocoder"),
    "bootstrap-corpus": Command(
        "pipelines.bootstrap_corpus", "bootstrap", "speech to train a first teacher on"
    ),
}
ASSIGNMENT = re.compile(r"[~+]*[\w.@/]+=|-")
"""how an override or an option begins"""


def main() -> None:
    """Run the command that the first argument names; without one, list them."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        print(_usage())
        return
    if name not in COMMANDS:
        sys.exit(_told(f"no command {name!r}; allowed: {', '.join(COMMANDS)}"))
    from speech.signals import watch  # a list of commands does not wait for it

    watch()
    command = COMMANDS[name]
    sys.argv = [f"tts-distill {name}", *arguments_of(command, sys.argv[2:])]
    try:
        runpy.run_module(command.module, run_name="__main__", alter_sys=True)
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if not package or package in OURS:
            raise
        extra = "gcs" if package in ("google", "requests") else command.extra
        sys.exit(
            _told(
                f"tts-distill {' '.join([name, *sys.argv[1:]]):.80} needs {package}, which is not "
                f"installed: pip install 'tts-distill[{extra}]'"
            )
        )


def arguments_of(command: Command, typed: Sequence[str]) -> Sequence[str]:
    """What was typed, with its key before a first value that stands alone."""
    if command.first and typed and not ASSIGNMENT.match(typed[0]):
        return [f"{command.first}={typed[0]}", *typed[1:]]
    return typed


def _told(what: str) -> int:
    print(f"error: {what}", file=sys.stderr)
    return 2


def _usage() -> str:
    lines = [f"  {name:<17} {command.about}" for name, command in COMMANDS.items()]
    return "\n".join(["usage: tts-distill COMMAND [key=value ...]   (COMMAND --help)", *lines])
