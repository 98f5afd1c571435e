"""Sentences spoken by a teacher, one try each, and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.progress import track

from eval.judges import Judges
from eval.teacher_config import MeasureConfig
from eval.teacher_figures import JudgedClip, number_or_none
from speech import storage
from speech.audio import Wave, encode_flac, quantize
from speech.errors import InputError, Refused
from speech.rows import SAMPLE_RATE
from speech.speaker import similarity
from speech.text import check_speakable, normalize
from speech.wer import score
from teacher.sampler import Prompt
from teacher.teacher import Planner, Teacher
from teacher.voices import Voice


@dataclass(frozen=True)
class Sentence:
    """A line of the test set for one voice."""

    id: str
    text: str
    text_normalized: str
    voice: str
    prompt: Prompt


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
    texts: Sequence[str], bank: str, planner: Planner, config: MeasureConfig
) -> list[Sentence]:
    """Each text for the next voice; the noise depends on seed, place and voice alone.

    Raises:
        InputError: a text that this teacher cannot speak; to leave it out would flatter it.
    """
    voices, sentences = list(planner.voices), []
    for i, text in enumerate(texts):
        voice = voices[i % len(voices)]
        try:
            said = normalize(text, config.language)
            check_speakable(said, config.language)
            prompt = planner.prompt(voice, said, config.language, f"{config.seed}/{i}/{voice}")
        except Refused as refusal:
            raise InputError(f"{config.testset}: {text!r:.80} as {voice}: {refusal}") from refusal
        sentences.append(Sentence(f"{bank}-{i:04d}", text, said, voice, prompt))
    return sentences


def speak(
    teacher: Teacher, sentences: Sequence[Sentence], progress: str, console: Console
) -> list[Take]:
    """Every sentence alone in its batch; the first is spoken once before, unmeasured, to warm up."""
    takes: list[Take] = []
    teacher.speak([sentences[0].prompt], [sentences[0].voice])
    for sentence in track(sentences, progress, console=console):
        before_s = sum(teacher.watch.seconds.values())
        wave = teacher.speak([sentence.prompt], [sentence.voice])[0]
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
    """What the judges say of each take, against its text and against all `voices`."""
    waves = [voice.wave for voice in voices.values()]
    references = np.stack(judges.speaker.embed(waves))
    order = {voice: i for i, voice in enumerate(voices)}
    clips: list[JudgedClip] = []
    for take in track(takes, progress, console=console):
        said = take.sentence
        heard = judges.asr.transcribe_one(take.wave, language)
        rates = score(said.text_normalized, heard, language)
        embedding = judges.speaker.embed([take.wave])[0]
        near = np.array([similarity(embedding, reference) for reference in references])
        others = np.delete(near, order[said.voice])
        clips.append(
            JudgedClip(
                id=said.id,
                audio=take.audio,
                voice=said.voice,
                text=said.text,
                text_normalized=said.text_normalized,
                transcript=heard,
                words=rates.words,
                wer=rates.wer,
                similarity=number_or_none(near[order[said.voice]].item()),
                other_similarity=number_or_none(others.mean().item()) if len(others) else None,
                mos=judges.mos.rate([take.wave])[0] if judges.mos else None,
                duration_s=len(take.wave) / SAMPLE_RATE,
                compute_s=take.compute_s,
            )
        )
    return clips
