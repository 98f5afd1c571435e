"""Sentences spoken by a teacher, one try each, and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import track

from eval.metrics.scoring import Scorer, own_and_other_similarity
from eval.teacher_config import MeasureConfig
from eval.teacher_figures import JudgedClip
from speech import storage
from speech.audio.waveform import Wave, encode_flac, quantize
from speech.dataset.schema import SAMPLE_RATE
from speech.errors import InputError, Refused
from speech.judges.distillmos import Mos
from speech.judges.judges import Judges
from speech.text.normalize import check_speakable, normalize
from teacher.base import Prepared, Request, Teacher
from teacher.voices import Voice


@dataclass(frozen=True)
class Sentence:
    """A line of the test set for one voice."""

    id: str
    text: str
    text_normalized: str
    voice: str
    prepared: Prepared
    key: str


@dataclass(frozen=True)
class Take:
    """`wave` as 16 bits hold it, and the seconds that teacher and vocoder took alone."""

    sentence: Sentence
    wave: Wave
    compute_s: float

    @property
    def audio(self) -> str:
        return f"audio/{self.sentence.id}.flac"


def read_testset(config: MeasureConfig) -> list[str]:
    """Raises InputError: no such file, not UTF-8, or no sentence in it."""
    try:
        lines = storage.read_bytes(config.testset).decode().splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{config.testset} is not UTF-8 text") from error
    sentences = [line.strip() for line in lines if line.strip()]
    if not sentences:
        raise InputError(f"{config.testset} holds no sentence")
    return sentences[: config.limit]


def plan(
    texts: Sequence[str], bank: str, teacher: Teacher[Any], config: MeasureConfig
) -> list[Sentence]:
    """Each text for the next voice; the noise depends on seed, place and voice alone.

    Raises:
        InputError: a text that this teacher cannot speak; to leave it out would flatter it.
    """
    voices, sentences = list(teacher.voices), []
    for i, text in enumerate(texts):
        voice = voices[i % len(voices)]
        try:
            said = normalize(text, config.language)
            check_speakable(said, config.language)
            prepared = teacher.prepare(Request(said, config.language, voice))
        except Refused as refusal:
            raise InputError(f"{config.testset}: {text!r:.80} as {voice}: {refusal}") from refusal
        key = f"{config.seed}/{i}/{voice}"
        sentences.append(Sentence(f"{bank}-{i:04d}", text, said, voice, prepared, key))
    return sentences


def speak(
    teacher: Teacher[Any], sentences: Sequence[Sentence], progress: str, console: Console
) -> list[Take]:
    """Every sentence alone in its batch; the first is spoken once before, unmeasured, to warm up."""
    takes: list[Take] = []
    teacher.speak([sentences[0].prepared], [sentences[0].key])
    for sentence in track(sentences, progress, console=console):
        before_s = sum(teacher.watch.seconds.values())
        wave = teacher.speak([sentence.prepared], [sentence.key])[0].wave
        spent_s = sum(teacher.watch.seconds.values()) - before_s
        takes.append(Take(sentence, quantize(wave), spent_s))
    return takes


def save(takes: Sequence[Take], output: str) -> None:
    for take in takes:
        path = storage.join(output, take.audio)
        storage.write_bytes(path, encode_flac(take.wave, SAMPLE_RATE))


def judge(
    takes: Sequence[Take],
    voices: Mapping[str, Voice],
    judges: Judges,
    language: str,
    progress: str,
    console: Console,
) -> list[JudgedClip]:
    """What the judges say of each take, against its text and against all `voices`.

    Raises:
        RuntimeError: a judge failed; to leave the clip out would falsify the figures.
    """
    waves, ear = [voice.wave for voice in voices.values()], Scorer(judges, language)
    references = dict(zip(voices, judges.speaker.embed(waves), strict=True))
    clips: list[JudgedClip] = []
    for take in track(takes, progress, console=console):
        said = take.sentence
        heard = ear.hear(take.wave, said.text_normalized)
        if heard.errors is None or heard.transcript is None:
            raise RuntimeError(f"{said.id} could not be judged: {heard.failures}")
        own, others = own_and_other_similarity(heard.embedding, references, said.voice)
        clips.append(
            JudgedClip(
                id=said.id,
                audio=take.audio,
                voice=said.voice,
                text=said.text,
                text_normalized=said.text_normalized,
                transcript=heard.transcript,
                words=heard.errors.words,
                wer=heard.errors.wer,
                similarity=own,
                other_similarity=others,
                mos=heard.ratings.get(Mos.name),
                duration_s=len(take.wave) / SAMPLE_RATE,
                compute_s=take.compute_s,
            )
        )
    return clips
