"""What is spoken in a benchmark: lines of the corpus, in turns."""

from collections.abc import Iterator
from contextlib import suppress

from pipelines.config import SynthConfig
from pipelines.speak.worker_context import WorkerContext
from pipelines.text.utterances import plan_corpus, plan_line, read_part
from speech.dataset.schema import Rejection, Utterance
from speech.errors import InputError, Refused


def speakable_lines(config: SynthConfig, context: WorkerContext) -> list[Utterance]:
    """Those of the first `limit` lines that the teacher can speak, with their voices."""
    found = {line.id: line for line in _planned(config, context)}
    lines = []
    for line in found.values():
        with suppress(Refused):
            context.attempt(line)
            lines.append(line)
    if not lines:
        raise InputError("corpus.paths holds no line that can be spoken")
    return lines


def _planned(config: SynthConfig, context: WorkerContext) -> Iterator[Utterance]:
    for part in plan_corpus(config).parts:
        for line in read_part(part, config):
            for item in plan_line(line, config, context.bank):
                if not isinstance(item, Rejection):
                    yield item


def split(lines: list[Utterance], turn_lines: int) -> list[list[Utterance]]:
    """Into turns of about as many lines, long and short ones in each."""
    count = max(1, len(lines) // turn_lines)
    return [lines[turn::count] for turn in range(count)]
