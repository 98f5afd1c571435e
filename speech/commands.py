"""`tts-distill COMMAND ...`: every command by its name, as `python -m MODULE ...` runs it."""

import runpy
import sys

COMMANDS = {
    "synth": ("pipelines.synth", "text -> checked speech dataset"),
    "plan": (
        "pipelines.plan",
        "hours, batches, storage and time of a synth run, before it is spent",
    ),
    "verify": ("pipelines.verify", "every byte and row of a finished dataset, and its repair"),
    "train-student": ("student.train", "a small, fast student on a dataset"),
    "speak": ("student.synthesize", "speak with a student"),
    "export": ("student.export", "a student to ONNX, which speaks without torch"),
    "eval": ("eval.report", "teacher, dataset and student as one page"),
    "bench": ("eval.bench", "speed and memory, as ratios within one run"),
    "bench-teacher": ("eval.bench.teacher", "every way to run a teacher, with no weights"),
    "measure-teacher": ("eval.teacher", "word error rate, similarity and MOS of a teacher"),
    "train-teacher": ("teacher.train", "train or fine-tune an F5-TTS"),
    "train-vocoder": ("teacher.train_vocoder", "train a small vocoder"),
    "bootstrap-corpus": ("pipelines.bootstrap_corpus", "speech to train a first teacher on"),
}
"""what a user types: the module that runs, and what it makes"""


def main() -> None:
    """Run the command that the first argument names; without one, list them."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        print(_usage())
        return
    if name not in COMMANDS:
        sys.exit(_refuse(name))
    module, _ = COMMANDS[name]
    sys.argv = [f"tts-distill {name}", *sys.argv[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _refuse(name: str) -> int:
    print(f"error: no command {name!r}; allowed: {', '.join(COMMANDS)}", file=sys.stderr)
    return 2


def _usage() -> str:
    lines = [f"  {name:<17} {about}" for name, (_, about) in COMMANDS.items()]
    return "\n".join(["usage: tts-distill COMMAND [key=value ...]   (COMMAND --help)", *lines])
