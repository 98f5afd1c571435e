"""Which packaged voices speak: the block of conf/teacher/{hibari,kokoro,piper,packaged}.yaml."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from speech.stopwatch import Stopwatch
from teacher.base import TeacherConfig
from teacher.packaged.engines import ENGINES
from teacher.voices import Voice

if TYPE_CHECKING:
    from teacher.packaged.teacher import PackagedTeacher

OWN_VOICES = "package://teacher/packaged/voices/voices.jsonl"


class PackagedConfig(TeacherConfig):
    """Packages with voices in them. A voice of the bank is known by its id, which is one of
    `teacher.packaged.speakers`; its reference is for the gate alone."""

    engines: tuple[Literal["hibari", "kokoro", "piper"], ...]
    device: Literal["auto", "cpu"]

    @property
    def speaks_phonemes(self) -> bool:
        return True

    @property
    def revision(self) -> str:
        """The packages with their versions."""
        return ", ".join(ENGINES[name].revision() for name in self.engines)

    @property
    def own_voices(self) -> str:
        return OWN_VOICES

    def fetch(self) -> None:
        """Raises InputError: a package is not installed."""
        assert self.revision

    def open(
        self, voices: Mapping[str, Voice], watch: Stopwatch | None = None
    ) -> "PackagedTeacher":
        from teacher.packaged.teacher import PackagedTeacher

        return PackagedTeacher(self, voices, watch)
