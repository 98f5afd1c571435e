"""A trained student as a system of the report: by torch, or its export by onnxruntime."""

import time
from dataclasses import replace
from typing import Protocol

import torch

from eval.systems.systems import Kind, Spoken, System
from eval.systems.testsets import Sentence
from speech.audio.waveform import Wave
from speech.errors import Refused
from speech.synthesizer import Size
from student.onnx.runtime import OnnxStudent, is_onnx


class Speaker(Protocol):
    """A student, trained or exported."""

    @property
    def voices(self) -> tuple[str, ...]: ...

    def speak(self, text: str, voice: str, seed: int = 0) -> Wave: ...


def open_student_system(location: str) -> System:
    """Raises InputError: no student there."""
    if is_onnx(location):
        exported = OnnxStudent(location, threads=torch.get_num_threads())
        described = exported.description
        size = Size(described.parameters, exported.bytes)
        name = f"{described.name}, ONNX {described.precision}"
        return ExportedSystem(exported, name, described.revision, size)
    from student.student import open_student

    student = open_student(location)
    size = Size(student.parameters, student.bytes)
    return StudentSystem(student, student.name, student.revision, size)


class StudentSystem:
    """It speaks the voices that it was trained on, by their names in its dataset."""

    kind: Kind = "student"

    def __init__(self, student: Speaker, name: str, revision: str, size: Size) -> None:
        self.name, self.revision, self.size = name, revision, size
        self.voices = tuple(student.voices)
        self._student = student

    def warm_up(self, sentence: Sentence, voice: str | None) -> None:
        self.speak(sentence, voice, seed=0)

    def speak(self, sentence: Sentence, voice: str | None, seed: int) -> Spoken:
        if voice is None or voice not in self.voices:
            allowed = ", ".join(self.voices)
            raise Refused("unknown_voice", f"{voice!r:.80}; it speaks {allowed:.200}")
        started = time.perf_counter()
        wave = self._student.speak(sentence.text, voice, seed)
        spent_s = time.perf_counter() - started
        return Spoken(wave, spent_s, spent_s)


class ExportedSystem(StudentSystem):
    """It streams as well, which is timed apart: the clip is that of `speak`."""

    def __init__(self, student: OnnxStudent, name: str, revision: str, size: Size) -> None:
        super().__init__(student, name, revision, size)
        self._exported = student

    def speak(self, sentence: Sentence, voice: str | None, seed: int) -> Spoken:
        spoken = super().speak(sentence, voice, seed)
        started = time.perf_counter()
        next(self._exported.stream(sentence.text, str(voice), seed))
        return replace(spoken, first_audio_s=time.perf_counter() - started)
