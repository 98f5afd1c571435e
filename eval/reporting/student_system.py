"""A trained student as a system of the report."""

import time

from eval.reporting.systems import Kind, Size, Spoken
from eval.reporting.testsets import Sentence
from speech.errors import Refused


class StudentSystem:
    """It speaks the voices that it was trained on, by their names in its dataset."""

    kind: Kind = "student"

    def __init__(self, location: str) -> None:
        """Raises InputError: no student there."""
        from student.student import open_student

        self._student = open_student(location)
        self.name, self.revision = self._student.name, self._student.revision
        self.size = Size(self._student.parameters, self._student.bytes)
        self.voices = tuple(self._student.voices)

    def warm_up(self, sentence: Sentence, voice: str | None) -> None:
        self.speak(sentence, voice, seed=0)

    def speak(self, sentence: Sentence, voice: str | None, seed: int) -> Spoken:
        if voice is None or voice not in self.voices:
            allowed = ", ".join(self.voices)
            raise Refused("unknown_voice", f"{voice!r:.80}; it speaks {allowed:.200}")
        started = time.perf_counter()
        wave = self._student.speak(sentence.text, voice, seed)
        return Spoken(wave, time.perf_counter() - started)
