"""All systems say the test set, one after another, in the same voices wherever they share some."""

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from eval.report.config import ReportConfig
from eval.report.takes import Run, Task, run_system
from eval.systems.references import References, open_references, with_speakers
from eval.systems.systems import RECORDINGS, open_system
from eval.systems.teacher import teacher_config
from eval.systems.testsets import TestSet
from speech.errors import InputError
from teacher.voices import VoicesConfig

DEFAULT_BANK = "f5_mini"


def speak_all(
    testset: TestSet, config: ReportConfig, console: Console
) -> tuple[list[Run], References]:
    """A run for each system, and the voices that they were asked for.

    Raises:
        InputError: the bank of references is not there, or not as it should be.
    """
    specifications = list(config.systems)
    if any(sentence.recording for sentence in testset.sentences):
        specifications.append(RECORDINGS)
    references = open_references(_banks(config), testset.references, config.language)
    closed = _students_voices(specifications, config.language)
    for voices in closed:
        references = with_speakers(references, voices, config.dataset, config.language)
    shared = [name for name in references.bank if all(name in voices for voices in closed)]
    task = Task(testset.sentences, references, shared, config.language, config.seed, config.output)
    runs = [run_system(specification, task, console) for specification in specifications]
    return _named_apart(runs), references


def _banks(config: ReportConfig) -> list[VoicesConfig]:
    teachers = [s.partition(":")[2] for s in config.systems if s.startswith("teacher:")]
    found: list[VoicesConfig] = []
    for location in teachers or [DEFAULT_BANK]:
        try:
            found.append(teacher_config(location).voices)
        except InputError:  # its row of the tables will say so
            found.append(teacher_config(DEFAULT_BANK).voices)
    if config.references is not None:
        return [found[0].model_copy(update={"manifest": config.references, "include": None})]
    return found


def _students_voices(specifications: Sequence[str], language: str) -> list[Sequence[str]]:
    found = []
    for specification in specifications:
        if specification.startswith("student:"):
            try:
                found.append(open_system(specification, {}, language).voices or ())
            except Exception:  # its row of the tables will say so
                continue
    return found


def _named_apart(runs: Sequence[Run]) -> list[Run]:
    """Equal names are told apart by where the systems are."""
    names = [run.name for run in runs]
    return [
        replace(run, name=f"{run.name} ({run.specification})") if names.count(run.name) > 1 else run
        for run in runs
    ]
