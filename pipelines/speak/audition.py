"""An audition: the first lines of each voice that is new to the teacher, before a run is begun.

Not every teacher follows every voice. What the gate would turn down clip after clip is told here
after a few, with the similarity that was heard against the one that is asked for.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import torch
from rich.console import Console

from pipelines.config import SynthConfig
from pipelines.speak.worker_context import LoadModels, WorkerContext, load_models
from pipelines.text.utterances import CorpusPlan, open_lexicon, plan_line, read_part
from pipelines.verdict import Verdict
from speech import storage
from speech.dataset.schema import Rejection, Utterance
from speech.errors import InputError, Refused
from speech.progress import track, waiting
from teacher.voices import Voice, VoiceBank

LINES = 3
"""that a voice speaks"""
VOICES = 8
"""that are heard, of more the first ones"""
SECONDS = 30.0
"""after which no further clip is made, once each voice was heard"""
READ_LINES = 1000
"""of the corpus, in search of lines for all voices"""
MIN_SHARE = 0.25
"""of the clips that must pass, or the run is not begun"""


@dataclass
class ClipScores:
    """What became of the lines of one voice."""

    accepted: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """why clips did not pass -> how many"""
    similarities: list[float] = field(default_factory=list)

    @property
    def clips(self) -> int:
        return self.accepted + sum(self.reasons.values())

    def add(self, verdict: Verdict) -> None:
        if verdict.similarity is not None:
            self.similarities.append(verdict.similarity)
        if verdict.reason is None:
            self.accepted += 1
        else:
            self.reasons[verdict.reason] = self.reasons.get(verdict.reason, 0) + 1

    def __str__(self) -> str:
        said = f"{self.accepted} of {self.clips}"
        if self.similarities:
            ends = dict.fromkeys(f"{near(self.similarities):.2f}" for near in (min, max))
            said += f", similarity {' to '.join(ends)}"
        others = [f"{count} {reason}" for reason, count in self.reasons.items()]
        return f"{said} ({', '.join(others)})" if others else said


def new_voices(config: SynthConfig, bank: Mapping[str, Voice]) -> list[str]:
    """The voices to be heard: those of the bank that a teacher comes with are known, by their hash."""
    known, own = set(), config.teacher.own_voices
    if own is not None:
        known = {json.loads(line)["sha256"] for line in storage.read_bytes(own).splitlines()}
    return [name for name, voice in bank.items() if voice.sha256 not in known][:VOICES]


def first_lines(
    config: SynthConfig, corpus: CorpusPlan, bank: VoiceBank, voices: Iterable[str]
) -> list[Utterance]:
    """The first lines that each of the voices will speak; one of each voice, then the seconds."""
    found: dict[str, list[Utterance]] = {name: [] for name in voices}
    for item in _planned(config, corpus, bank):
        if isinstance(item, Utterance) and len(found.get(item.voice, [None] * LINES)) < LINES:
            found[item.voice].append(item)
            if all(len(lines) == LINES for lines in found.values()):
                break
    ranked = [(rank, one) for lines in found.values() for rank, one in enumerate(lines)]
    return [utterance for _, utterance in sorted(ranked, key=lambda pair: pair[0])]


def _planned(
    config: SynthConfig, corpus: CorpusPlan, bank: VoiceBank
) -> Iterator[Utterance | Rejection]:
    lexicon = open_lexicon(config)
    lines = (line for part in corpus.parts for line in read_part(part, config))
    for line in islice(lines, READ_LINES):
        yield from plan_line(line, config, bank, lexicon)


def audition(
    context: WorkerContext, lines: Sequence[Utterance], console: Console
) -> dict[str, ClipScores]:
    """Speak and judge the lines as the run will at its first try; by voice, and told in one line.

    Raises:
        InputError: the teacher or a judge fails on everything.
    """
    heard: dict[str, ClipScores] = {line.voice: ClipScores() for line in lines}
    started = time.monotonic()
    for number, line in enumerate(track(lines, "hearing new voices", console, "clip")):
        if number >= len(heard) and time.monotonic() - started > SECONDS:
            break
        heard[line.voice].add(_hear(context, line))
    if heard:
        clips = sum(found.clips for found in heard.values())
        spent_s = time.monotonic() - started
        console.print(f"heard {len(heard)} new voices in {clips} clips, {spent_s:.0f} s")
    return heard


def _hear(context: WorkerContext, line: Utterance) -> Verdict:
    try:
        takes = [context.attempt(line)]
    except Refused as refused:
        return Verdict(reason=refused.reason, detail=refused.detail)
    return context.judge(takes, context.speak(takes))[0]


def complaint(config: SynthConfig, heard: Mapping[str, ClipScores]) -> str | None:
    """Why a run should not begin with what was heard, and what to do; None if it may."""
    clips = sum(found.clips for found in heard.values())
    accepted = sum(found.accepted for found in heard.values())
    if clips < LINES or accepted >= clips * MIN_SHARE:
        return None
    by_voice = "; ".join(f"{name} {found}" for name, found in heard.items())
    return (
        f"{config.teacher.name} does not follow these voices: {accepted} of {clips} clips of their "
        f"first lines pass the gate (similarity from {config.gate.similarity_min:g} on, WER up to "
        f"{config.gate.wer_max:g}). By voice: {by_voice}. Use another teacher (teacher=f5_base) or "
        "fine-tune this one (make train-teacher), choose other voices (voices.include=[...]), lower "
        "gate.similarity_min, or go on as it is with voices.audition=false"
    )


def warn(config: SynthConfig, heard: Mapping[str, ClipScores], console: Console) -> None:
    """Name the voices of which nothing passed."""
    for name, found in heard.items():
        if not found.accepted:
            console.print(
                f"voice {name}: {found} accepted of its first lines, where the gate asks for "
                f"similarity from {config.gate.similarity_min:g} on and WER up to "
                f"{config.gate.wer_max:g}",
                style="yellow",
            )


def check(
    config: SynthConfig,
    lines: Sequence[Utterance],
    console: Console,
    opener: LoadModels = load_models,
) -> None:
    """Hear the lines with models loaded for them alone.

    Raises:
        InputError: hardly anything passes.
    """
    with waiting("opening the teacher to hear new voices", console):
        teacher = config.teacher.model_copy(update={"batch_size": 1})  # needs no measuring
        context = opener(config.model_copy(update={"teacher": teacher}))
    heard = audition(context, lines, console)
    del context
    if torch.cuda.is_available():  # the workers want that memory
        torch.cuda.empty_cache()
    if told := complaint(config, heard):
        raise InputError(told)
    warn(config, heard, console)
