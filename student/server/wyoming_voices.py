"""What a Wyoming client is told of voices, and what it may call them."""

from importlib.metadata import version

from wyoming.info import Attribution, Info, TtsProgram, TtsVoice, TtsVoiceSpeaker
from wyoming.tts import SynthesizeVoice

from speech.synthesizer import Synthesizer
from speech.text.normalize import base_language
from student.server.catalog import Catalog
from student.server.errors import ApiError

HOMEPAGE = "https://pypi.org/project/tts-distill/"


def info(catalog: Catalog) -> Info:
    """What Home Assistant offers: voices by the names that `chosen` takes."""
    voices = [voice for model in catalog for voice in _voices(catalog, model)]
    program = TtsProgram(
        name="tts-distill",
        description="Small students of a large teacher",
        attribution=Attribution("tts-distill", HOMEPAGE),
        installed=True,
        version=version("tts-distill"),
        voices=voices,
        supports_synthesize_streaming=True,
    )
    return Info(tts=[program])


def _voices(catalog: Catalog, model: str) -> list[TtsVoice]:
    """The model's voices, each by itself, since clients let people choose voices but no speakers; and
    the model with its voices as speakers."""
    synthesizer = catalog[model]
    prefix = "" if model == catalog.first else f"{model}/"
    each = [
        _voice(synthesizer, f"{prefix}{voice}", f"{voice} ({model})")
        for voice in synthesizer.voices
    ]
    whole = _voice(synthesizer, model, synthesizer.name)
    whole.speakers = [TtsVoiceSpeaker(voice) for voice in synthesizer.voices]
    return [*each, whole]


def _voice(synthesizer: Synthesizer, name: str, description: str) -> TtsVoice:
    return TtsVoice(
        name=name,
        description=description,
        attribution=Attribution(synthesizer.license or synthesizer.name, HOMEPAGE),
        installed=True,
        version=synthesizer.revision or None,
        languages=list(synthesizer.languages),
    )


def chosen(catalog: Catalog, voice: SynthesizeVoice) -> tuple[str, str | None]:
    """The model and its voice: of a model's name (and a speaker), a voice's, MODEL/VOICE, a language,
    or of nothing.

    Raises:
        ApiError: there is no such.
    """
    if voice.name is None:
        return _of_language(catalog, voice.language), None
    if voice.name in catalog:
        speaker = voice.speaker
        return voice.name, None if speaker is None else catalog.voice(voice.name, speaker)
    model, _, rest = voice.name.partition("/")
    if model not in catalog or not rest:
        model, rest = catalog.first, voice.name
    name = catalog.voice(model, rest)
    if voice.speaker not in (None, rest):
        told = f"voice {voice.name!r:.80} has no speakers, so none {voice.speaker!r:.80}"
        raise ApiError(400, told, code="voice_not_found")
    return model, name


def _of_language(catalog: Catalog, language: str | None) -> str:
    if language is None:
        return catalog.first
    wanted = base_language(language)
    for model in catalog:
        if wanted in catalog[model].languages:
            return model
    spoken = sorted({language for model in catalog.values() for language in model.languages})
    told = f"no model speaks {language!r:.20}; allowed: {', '.join(spoken)}"
    raise ApiError(400, told, code="unsupported_language")
