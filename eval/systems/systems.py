"""What is measured: teachers, students, and folders of audio, each asked for a sentence at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from eval.systems.testsets import Sentence
from speech import storage
from speech.audio.waveform import Wave
from speech.errors import InputError
from speech.synthesizer import Size
from teacher.voices import Voice

Kind = Literal["teacher", "student", "audio", "recordings"]
SPECIFICATIONS = "teacher:NAME, teacher:NAME@FOLDER, student:FOLDER (or its export), audio:FOLDER"
RECORDINGS = "recordings:"
"""of people, which some lists bring along"""


@dataclass(frozen=True)
class Spoken:
    """A 24 kHz clip; the seconds are None for audio that was there already."""

    wave: Wave
    compute_s: float | None = None
    first_audio_s: float | None = None
    """until there is some of it: a first piece from systems that stream, the whole from others"""


class System(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def revision(self) -> str: ...

    @property
    def size(self) -> Size | None: ...

    @property
    def voices(self) -> Sequence[str] | None:
        """None: any reference, or it makes no difference."""
        ...

    def warm_up(self, sentence: Sentence, voice: str | None) -> None:
        """Whatever the first sentence alone would pay for."""
        ...

    def speak(self, sentence: Sentence, voice: str | None, seed: int) -> Spoken:
        """Raises Refused for a sentence or a voice that this system does not speak."""
        ...


def check_systems(specifications: Sequence[str]) -> None:
    """Raises InputError: one of another kind, or a teacher, a student or a folder that is not there."""
    from eval.systems.teacher import teacher_config

    for specification in specifications:
        kind, _, location = specification.partition(":")
        if kind not in ("teacher", "student", "audio") or not location:
            raise InputError(f"cannot measure {specification!r:.80}; allowed: {SPECIFICATIONS}")
        if kind == "teacher":
            teacher_config(location)
        elif not storage.list_names(location):
            raise InputError(f"systems=[{specification}]: {location} is not there, or is empty")


def open_system(specification: str, references: Mapping[str, Voice], language: str) -> System:
    """Load what `specification` names; `references` are the voices that a teacher copies.

    Raises:
        InputError: another kind, or nothing to load at that place.
    """
    from eval.systems.recordings import AudioFolder, Recordings
    from eval.systems.student import open_student_system
    from eval.systems.teacher import TeacherSystem, teacher_config

    kind, _, location = specification.partition(":")
    if kind == "teacher" and location:
        return TeacherSystem(teacher_config(location).teacher, references, language)
    if kind == "student" and location:
        return open_student_system(location)
    if kind == "audio" and location:
        return AudioFolder(location)
    if specification == RECORDINGS:
        return Recordings()
    raise InputError(f"cannot measure {specification!r:.80}; allowed: {SPECIFICATIONS}")
