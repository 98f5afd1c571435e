"""A teacher as a system of the report."""

from collections.abc import Mapping

from eval.systems.systems import Kind, Spoken
from eval.systems.testsets import Sentence
from eval.teacher_config import MeasureConfig
from speech import storage
from speech.config import load_config
from speech.errors import Refused
from speech.storage.local_files import checksum_of
from teacher.base import Request, TeacherConfig
from teacher.voices import Voice


def teacher_config(location: str) -> MeasureConfig:
    """With the voices that belong to the teacher.

    `location` is NAME, one of conf/teacher, or NAME@FOLDER with what `make train-teacher` has
    written of that shape.
    """
    name, _, folder = location.partition("@")
    given = [f"teacher={name}"]
    if folder:
        given += _weights(folder, "teacher.weights", "model.safetensors")
        given.append(f"teacher.vocabulary='{storage.join(folder, 'vocabulary.txt')}'")
        durations = storage.join(folder, "durations.safetensors")
        if storage.exists(durations):
            given += _weights(folder, "teacher.frontend.durations", "durations.safetensors")
    return load_config(MeasureConfig, "measure_teacher", given)


def _weights(folder: str, key: str, file: str) -> list[str]:
    path = storage.join(folder, file)
    return [f"{key}='{path}'", f"{key}_sha256={checksum_of(storage.local_path(path)).sha256}"]


class TeacherSystem:
    """The network and its vocoder, one sentence at a time; any of the references is copied."""

    kind: Kind = "teacher"
    voices = None

    def __init__(
        self, config: TeacherConfig, references: Mapping[str, Voice], language: str
    ) -> None:
        self.name, self.revision = config.name, config.revision
        self._references, self._language = references, language
        self._teacher = config.open(references)
        self.size = self._teacher.size

    def warm_up(self, sentence: Sentence, voice: str | None) -> None:
        self.speak(sentence, voice, seed=0)

    def speak(self, sentence: Sentence, voice: str | None, seed: int) -> Spoken:
        if voice is None or voice not in self._references:
            raise Refused("unknown_voice", f"no reference of {voice!r:.80}")
        text, watch = sentence.text_normalized, self._teacher.watch
        prepared = self._teacher.prepare(Request(text, self._language, voice))
        before_s = sum(watch.seconds.values())
        speech = self._teacher.speak([prepared], [f"{seed}/{voice}"])[0]
        spent_s = sum(watch.seconds.values()) - before_s
        return Spoken(speech.wave, spent_s, spent_s)
