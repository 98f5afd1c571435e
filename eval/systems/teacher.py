"""A teacher as a synthesizer: any of the references is copied."""

from collections.abc import Sequence

from eval.systems.references import References
from pipelines.config import SynthConfig
from speech import storage
from speech.config import load_config
from speech.errors import Refused
from speech.storage.local_files import checksum_of
from speech.synthesizer import AtOnce, Size, Speech, SynthesisRequest
from speech.text.normalize import check_speakable, normalize
from teacher.f5.config import TeacherConfig
from teacher.f5.teacher import Planner, Teacher


def teacher_config(location: str) -> SynthConfig:
    """A run's configuration with this teacher, and with the voices that belong to it.

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
    return load_config(SynthConfig, "synth", given)


def _weights(folder: str, key: str, file: str) -> list[str]:
    path = storage.join(folder, file)
    return [f"{key}='{path}'", f"{key}_sha256={checksum_of(storage.local_path(path)).sha256}"]


class TeacherSynthesizer(AtOnce):
    """What is random in a clip is a function of the request's seed and voice."""

    def __init__(self, config: TeacherConfig, references: References) -> None:
        self.name, self.revision, self.license = config.name, config.revision, config.license
        self.languages = config.languages
        self.voices = references.bank
        self._references = references
        self._teacher = Teacher(config, Planner(config, references))

    @property
    def size(self) -> Size:
        return Size(1, 1)

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        out: list[Speech | Refused] = []
        for r in requests:
            try:
                text = normalize(r.text, r.language)
                check_speakable(text, r.language)
                if r.voice not in self._references:
                    raise Refused("unknown_voice", f"no reference of {r.voice!r:.80}")
                p = self._teacher.planner.prompt(
                    r.voice, text, r.language, f"1/{r.seed - 1}/{r.voice}"
                )
                out.append(Speech(self._teacher.speak([p], [r.voice])[0]))
            except Refused as e:
                out.append(e)
        return out
