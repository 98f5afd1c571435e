"""What is measured: teachers, students and folders of audio, by what their specification names."""

from collections.abc import Sequence
from typing import Literal

from eval.systems.recordings import open_folder
from eval.systems.references import References
from eval.systems.teacher import TeacherSynthesizer, teacher_config
from speech import storage
from speech.errors import InputError
from speech.machine import pick_device
from speech.synthesizer import Synthesizer
from student.description import EXPORTED_STUDENT, TRAINED_STUDENT
from student.loading import check_student, load_student
from teacher.base import TeacherConfig

Kind = Literal["teacher", "student", "audio", "recordings"]
KINDS: dict[str, Kind] = {"teacher": "teacher", "student": "student", "audio": "audio"}
"""those that can be asked for"""
STUDENTS = (TRAINED_STUDENT, EXPORTED_STUDENT)
SPECIFICATIONS = "teacher:NAME, teacher:NAME@FOLDER, student:FOLDER (or its export), audio:FOLDER"


def kind_of(specification: str) -> Kind | None:
    """None: it names nothing that can be measured."""
    kind, _, location = specification.partition(":")
    return KINDS.get(kind) if location else None


def _names_in(folder: str, where: str) -> set[str]:
    try:
        return storage.list_names(folder)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def check_systems(specifications: Sequence[str]) -> None:
    """Raises InputError: one of another kind, or a teacher, a student or a folder that is not there."""
    for specification in specifications:
        kind, location = _parts(specification)
        where = f"systems=[{specification}]"
        if kind == "teacher":
            check_teacher(teacher_config(location).teacher)
        elif not (names := _names_in(location, where)):
            raise InputError(f"{where}: {location} is not there, or is empty")
        elif kind == "student":
            if not names & {*STUDENTS}:
                raise InputError(
                    f"{where}: {location} has no {' or '.join(STUDENTS)}; allowed is a folder of make "
                    "train-student or student.export"
                )
            check_student(location)
        elif kind == "audio":
            open_folder(location)


def check_teacher(config: TeacherConfig) -> None:
    """Raises InputError: its device or its weights cannot be had."""
    pick_device("teacher.device", config.device)
    config.fetch()


def open_system(specification: str, references: References, threads: int = 1) -> Synthesizer:
    """Load what `specification` names; `references` are the voices that a teacher copies, `threads`
    are an exported student's.

    Raises:
        InputError: another kind, or nothing to load at that place.
    """
    kind, location = _parts(specification)
    if kind == "teacher":
        return TeacherSynthesizer(teacher_config(location).teacher, references)
    if kind == "student":
        return load_student(location, threads=threads)
    return open_folder(location)


def _parts(specification: str) -> tuple[Kind, str]:
    """What it is, and where; raises InputError for anything else."""
    kind = kind_of(specification)
    if kind is None:
        raise InputError(f"cannot measure {specification!r:.80}; allowed: {SPECIFICATIONS}")
    return kind, specification.partition(":")[2]
