"""Plan a synth run before anything is spent: hours of audio, batches, storage and time.

Reads the corpus as `make synth` would, predicts the length of every utterance, packs each shard,
and speaks one batch to learn how fast this machine is.
"""

import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines import corpus_checks
from pipelines.attempts import prepare
from pipelines.audition import ClipScores, audition, complaint, first_lines, new_voices, warn
from pipelines.config import SynthConfig
from pipelines.preflight import check_request
from pipelines.utterances import (
    CorpusPlan,
    open_lexicon,
    plan_corpus,
    plan_line,
    read_part,
    shard_of,
    spoken_languages,
)
from pipelines.worker_context import WorkerContext, load_models
from speech.config import run_app
from speech.dataset.schema import Rejection, Utterance
from speech.errors import InputError, Refused
from teacher.base import Teacher
from teacher.packing import BatchLimit, pack, padding_efficiency
from teacher.voices import VoiceBank, load_bank

FLAC_BYTES_PER_S = 26_000
"""measured on 24 kHz mono speech"""
SAMPLE_SIZE = 16
UNMEASURED_FRAMES = 20_000
"""of a batch, where the teacher cannot be loaded to measure it"""


@dataclass(frozen=True)
class Estimate:
    """What a run will take; None where it could not be measured."""

    lines: int
    utterances: int
    rejected: dict[str, int]
    shards: int
    batches: int
    audio_h: float
    padding_efficiency: float
    storage_gb: float
    device: str | None
    times_real_time: float | None
    expected_h: float | None
    voices: dict[str, ClipScores]
    """those that are new to the teacher, in their first lines"""


@dataclass
class CorpusEstimate:
    """The corpus as it would be spoken: the cost of each utterance, by shard."""

    shards: list[list[int]]
    audio_s: float = 0.0
    rejected: Counter[str] = field(default_factory=Counter)
    sample: list[Utterance] = field(default_factory=list)

    def add(self, item: Utterance | Rejection, teacher: Teacher[Any]) -> None:
        if isinstance(item, Rejection):
            self.rejected[item.reason] += 1
            return
        try:
            prepared = prepare(item, teacher).prepared
        except Refused as refused:
            self.rejected[refused.reason] += 1
            return
        self.shards[shard_of(item, len(self.shards))].append(prepared.cost)
        self.audio_s += prepared.estimated_s
        if len(self.sample) < SAMPLE_SIZE:
            self.sample.append(item)


def estimate(config: SynthConfig, console: Console) -> Estimate:
    corpus_checks.check_language(config)
    corpus = plan_corpus(config)
    for note in corpus_checks.notes(config, corpus, corpus_checks.first_lines(config, corpus)):
        console.print(note, style="yellow", markup=False, highlight=False, soft_wrap=True)
    bank = load_bank(config.voices, languages=spoken_languages(config))
    corpus_checks.check_per_text(config, bank)
    draft = estimate_corpus(config, corpus, bank, console)
    voices = new_voices(config, bank) if config.voices.audition else []
    lines = first_lines(config, corpus, bank, voices) if voices else []
    measured = measure(config, draft.sample, lines, console)
    speed, limit = measured.times_real_time, measured.limit
    batches = [(lengths, pack(lengths, limit)) for lengths in draft.shards]
    true = sum(map(sum, draft.shards))
    padded = sum(sum(n) / padding_efficiency(n, b) for n, b in batches)
    audio_s = draft.audio_s
    return Estimate(
        lines=corpus.lines,
        utterances=sum(map(len, draft.shards)),
        rejected=dict(draft.rejected),
        shards=corpus.shards,
        batches=sum(len(b) for _, b in batches),
        audio_h=audio_s / 3600,
        padding_efficiency=true / padded if padded else 1.0,
        storage_gb=audio_s * FLAC_BYTES_PER_S / 1e9,
        device=measured.device,
        times_real_time=speed,
        expected_h=audio_s / speed / 3600 if speed else None,
        voices=measured.voices,
    )


def estimate_corpus(
    config: SynthConfig, corpus: CorpusPlan, bank: VoiceBank, console: Console
) -> CorpusEstimate:
    teacher, lexicon = config.teacher.open(bank), open_lexicon(config)
    draft = CorpusEstimate([[] for _ in range(corpus.shards)])
    lines = (line for part in corpus.parts for line in read_part(part, config))
    for line in track(lines, "reading", corpus.lines, console=console, transient=True):
        for item in plan_line(line, config, bank, lexicon):
            draft.add(item, teacher)
    return draft


@dataclass(frozen=True)
class Measured:
    """What speaking tells of this machine and of new voices; nothing where no teacher is at hand."""

    limit: BatchLimit
    times_real_time: float | None = None
    """seconds of checked audio a second"""
    device: str | None = None
    voices: dict[str, ClipScores] = field(default_factory=dict)


def measure(
    config: SynthConfig, sample: list[Utterance], lines: list[Utterance], console: Console
) -> Measured:
    """Speak a batch of the sample for its speed, and the lines for their voices."""
    try:
        with console.status("speaking one batch to measure this machine"):
            context = load_models(config)
            speed = _times_real_time(context, sample) if sample else None
        heard = audition(context, lines, console)
    except InputError as error:
        console.print(f"not measured: {error}", style="yellow")
        return Measured(BatchLimit(UNMEASURED_FRAMES))
    return Measured(context.limit, speed, str(context.teacher.device), heard)


def _times_real_time(context: WorkerContext, sample: list[Utterance]) -> float:
    takes = [context.attempt(utterance) for utterance in sample]
    started, audio_s = time.perf_counter(), 0.0
    for batch in pack([take.prepared.cost for take in takes], context.limit):
        spoken = [takes[i] for i in batch]
        verdicts = context.judge(spoken, context.speak(spoken))
        audio_s += sum(verdict.duration_s for verdict in verdicts)
    return audio_s / (time.perf_counter() - started)


def main(config: SynthConfig, as_json: bool = False) -> None:
    console = Console(stderr=as_json)
    check_request(config)
    found = estimate(config, console)
    if told := complaint(config, found.voices):
        console.print(f"make synth will stop here: {told}", style="yellow")
    else:
        warn(config, found.voices, console)
    if as_json:
        json.dump(asdict(found), sys.stdout, indent=1)
        print()
        return
    console.print(_table(found))


def _table(found: Estimate) -> Table:
    table = Table("of this run", "planned", title="make plan")
    rejected = ", ".join(f"{count} {reason}" for reason, count in found.rejected.items())
    for name, shown in {
        "lines": f"{found.lines:,}",
        "utterances": f"{found.utterances:,}",
        "rejected before the teacher": rejected or "none",
        "shards, batches": f"{found.shards:,}, {found.batches:,}",
        "padding efficiency": f"{found.padding_efficiency:.3f}",
        "audio": _time(found.audio_h),
        "storage": f"{found.storage_gb:,.3f} GB",
        "new voices": "\n".join(f"{name}: {heard}" for name, heard in found.voices.items()),
        "device": found.device or "unknown",
        "speed": _speed(found.times_real_time),
        "expected time": _time(found.expected_h),
    }.items():
        if shown:
            table.add_row(name, shown)
    return table


def _speed(times_real_time: float | None) -> str:
    return f"{times_real_time:.1f} times real time" if times_real_time else "unknown"


def _time(hours: float | None) -> str:
    if hours is None:
        return "unknown"
    return f"{hours:,.1f} h" if hours >= 1 else f"{hours * 60:.1f} min"


if __name__ == "__main__":
    sys.exit(run_app(SynthConfig, "synth", main, flags={"json": "print JSON"}))
