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
from teacher.base import Prepared, Request, TeacherConfig
from teacher.bisection import speak_or_refuse


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
        self._teacher = config.open(references)
        self._teacher.load()
        self.size: Size = self._teacher.size

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        """All in one batch."""
        answers = [self._prepared(request) for request in requests]
        batch = [answer for answer in answers if isinstance(answer, Prepared)]
        keys = [
            f"{request.seed}/{answer.request.voice}"
            for request, answer in zip(requests, answers, strict=True)
            if isinstance(answer, Prepared)
        ]
        spoken = iter(speak_or_refuse(self._teacher, batch, keys) if batch else ())
        return [answer if isinstance(answer, Refused) else next(spoken) for answer in answers]

    def _prepared(self, request: SynthesisRequest) -> Prepared | Refused:
        voice = self.voices[0] if request.voice is None else request.voice
        try:
            if voice not in self._references:
                raise Refused("unknown_voice", f"no reference of {voice!r:.80}")
            if request.speed != 1:
                raise Refused("unsupported_speed", f"{request.speed:g}; a teacher has but one")
            text = normalize(request.text, request.language)
            check_speakable(text, request.language)
            return self._teacher.prepare(Request(text, request.language, voice))
        except Refused as refusal:
            return refusal
