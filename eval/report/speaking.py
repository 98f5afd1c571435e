"""All systems say the test set, one after another, in the same voices wherever they share some."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import torch
from rich.console import Console

from eval.report.config import ReportConfig
from eval.report.takes import Run, System, Task, run_system
from eval.systems.recordings import mismatch, people
from eval.systems.references import References, open_references, with_speakers
from eval.systems.systems import kind_of, open_system
from eval.systems.teacher import TeacherSynthesizer, teacher_config
from eval.systems.testsets import TestSet
from speech.errors import InputError
from speech.synthesizer import Synthesizer
from teacher.base import TeacherConfig
from teacher.voices import VoicesConfig

DEFAULT_BANK = "f5_mini"


def speak_all(
    testset: TestSet,
    config: ReportConfig,
    console: Console,
    kinds: Mapping[str, TestSet] | None = None,
) -> list[Run]:
    """A run for each system, of the test set and of lists of other kinds.

    Raises:
        InputError: the bank of references is not there, or not as it should be.
    """
    lists = {kind: found.sentences for kind, found in (kinds or {}).items()}
    task = Task(testset.sentences, config.language, config.seed, config.output, kinds=lists)
    note_other_lists(config, [testset, *(kinds or {}).values()], console)
    systems = systems_of(config, testset)
    first = next((system for system in systems if system.kind == "teacher"), None)
    again = replace(task, again=config.again)
    return _named_apart(
        [run_system(system, again if system is first else task, console) for system in systems]
    )


def note_other_lists(config: ReportConfig, lists: Sequence[TestSet], console: Console) -> None:
    """Say which folders of audio do not fit the test set, the first list; of others a folder may have
    what it will."""
    asked = [sentence.id for sentence in lists[0].sentences]
    others = {sentence.id for found in lists[1:] for sentence in found.sentences}
    known = others.union(*(found.left_out_ids for found in lists))
    for specification in config.systems:
        if kind_of(specification) != "audio":
            continue
        with suppress(InputError):  # its row of the tables will say so
            location = specification.partition(":")[2]
            if told := mismatch(location, asked, None if config.limit is not None else known):
                console.print(told, style="yellow", markup=False, highlight=False, soft_wrap=True)


def systems_of(config: ReportConfig, testset: TestSet) -> list[System]:
    """Those that the configuration names, people where the list has them, and the teachers again in
    the held-out voices."""
    references = open_references(_banks(config), testset.references, config.language)
    closed = _students_voices(config.systems, references)
    for voices in closed:
        references = with_speakers(references, voices, config.dataset, config.language)
    shared = [name for name in references.bank if all(name in voices for voices in closed)]
    systems = _named(config, references, shared)
    if any(sentence.recording for sentence in testset.sentences):
        recorded = partial(people, testset.sentences)
        systems.append(System("recordings:", "recordings", recorded, references))
    if config.held_out is not None:
        held_out = open_references([config.held_out], testset.references, config.language)
        again = _named(config, held_out, held_out.bank, ", held-out voices")
        systems += [system for system in again if system.kind == "teacher"]
    return systems


def _named(
    config: ReportConfig, references: References, voices: Sequence[str], title: str = ""
) -> list[System]:
    """The configured teacher, then `systems`; whose voice audio is in, only the list can say."""
    threads = torch.get_num_threads()
    openers: list[tuple[str, Callable[[], Synthesizer]]] = [
        (specification, partial(open_system, specification, references, threads))
        for specification in config.systems
    ]
    if config.teacher is not None:
        _import_libraries(config.teacher)
        configured = partial(TeacherSynthesizer, config.teacher, references)
        openers.insert(0, (f"teacher:{config.teacher.name} as configured", configured))
    return [
        System(
            specification + title,
            kind_of(specification),
            opener,
            references,
            voices if kind_of(specification) in ("teacher", "student") else (),
            title,
        )
        for specification, opener in openers
    ]


def _banks(config: ReportConfig) -> list[VoicesConfig | str]:
    """Of the references, else of the teachers, else f5_mini's."""
    if config.references is not None and not config.references.endswith(".jsonl"):
        return [config.references]
    found: list[VoicesConfig] = [config.voices] if config.voices is not None else []
    for specification in config.systems:
        if kind_of(specification) == "teacher":
            with suppress(InputError):  # its row of the tables will say so
                teachers = teacher_config(specification.partition(":")[2])
                _import_libraries(teachers.teacher)
                found.append(teachers.voices)
    found = found or [teacher_config(DEFAULT_BANK).voices]
    if config.references is not None:
        return [found[0].model_copy(update={"manifest": config.references, "include": None})]
    return [*found]


def _import_libraries(teacher: TeacherConfig) -> None:
    """So that their memory is not counted as the first system's."""
    with suppress(Exception):  # its row of the tables will say so
        teacher.open({})


def _students_voices(specifications: Sequence[str], references: References) -> list[Sequence[str]]:
    found: list[Sequence[str]] = []
    for specification in specifications:
        if kind_of(specification) == "student":
            with suppress(Exception):  # its row of the tables will say so
                found.append(open_system(specification, references).voices)
    return found


def _named_apart(runs: Sequence[Run]) -> list[Run]:
    """Equal names are told apart by where the systems are."""
    names = [run.name for run in runs]
    return [
        replace(run, name=f"{run.name} ({run.specification})") if names.count(run.name) > 1 else run
        for run in runs
    ]
