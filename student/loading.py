"""A student from where it lies, by whichever runtime its files are for."""

import re

from speech import storage
from speech.errors import InputError
from speech.text.lexicon import NO_WORDS, Lexicon
from student.description import TRAINED_STUDENT, Described
from student.onnx.runtime import OnnxDescription, OnnxStudent, is_onnx
from student.synthesizer import StudentSynthesizer

HUB = "hf://"
TRAINED = "trained"
"""the folder of an export with what it was exported from, where that is shipped too"""
_REPOSITORY = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")


def load_student(
    location: str,
    lexicon: Lexicon = NO_WORDS,
    threads: int = 1,
    expressiveness: float = 1.0,
) -> StudentSynthesizer:
    """What `make train-student` wrote, by torch, or what `student.export` did, without it.

    `location`: local, gs://, package:// or hf://owner/name@revision; `threads` are onnxruntime's:
    torch has its own; pitch goes `expressiveness` times as far from its mean, where readings are drawn.

    Raises:
        InputError: no student there, or one that cannot be used, or cannot be livelier.
    """
    if location.startswith(HUB):
        location = _downloaded(location)
    student: StudentSynthesizer
    if is_onnx(location):
        student = OnnxStudent(location, threads, lexicon, expressiveness)
    else:
        from student.student import open_student  # torch takes seconds to import

        student = open_student(location, lexicon, expressiveness)
    if expressiveness != 1 and not student.draws_readings:
        raise InputError(
            f"expressiveness={expressiveness:g}: {location} draws no readings, whose pitch could move "
            "further; leave it 1"
        )
    return student


def check_student(location: str) -> None:
    """Raises InputError: no student there, or a file of it is missing or damaged."""
    described: Described
    if is_onnx(location):
        described = OnnxDescription.read(location)
    else:
        from student.package import Description  # torch takes seconds to import

        described = Description.read(location)
    for name in described.sha256:
        described.file(location, name)


def trained_of(location: str) -> str:
    """What an export was exported from, where that is shipped with it; else the location itself."""
    if location.startswith(HUB):
        location = _downloaded(location)
    inside = storage.join(location, TRAINED)
    return inside if storage.exists(storage.join(inside, TRAINED_STUDENT)) else location


def named(location: str) -> str:
    """The same, or hf:// before what looks like a repository of the hub and is no folder here."""
    is_repository = _REPOSITORY.fullmatch(location) and not storage.exists(location)
    return HUB + location if is_repository else location


def _downloaded(location: str) -> str:
    found = _REPOSITORY.fullmatch(location.removeprefix(HUB))
    if not found:
        raise InputError(f"{location:.80}: the form is hf://owner/name or hf://owner/name@revision")
    try:
        from student.hub import download  # huggingface_hub takes half a second
    except ModuleNotFoundError as missing:
        extra = "which is not installed: pip install 'tts-distill[hub]'"
        raise InputError(f"{location} needs {missing.name}, {extra}") from missing
    return download(found["name"], found["revision"])
