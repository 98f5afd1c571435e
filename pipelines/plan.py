"""Plan a synth run before anything is spent: hours of audio, batches, storage and time.

Reads the corpus as `make synth` would, predicts the length of every utterance, packs each shard,
and speaks one batch to learn how fast this machine is.
"""

import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines.config import SynthConfig
from pipelines.gate import Candidate
from pipelines.preflight import check_request, check_voices_per_text
from pipelines.studio import Studio, open_studio
from pipelines.utterances import (
    CorpusPlan,
    plan_corpus,
    plan_line,
    read_part,
    shard_of,
    spoken_languages,
)
from speech.config import run_app
from speech.errors import InputError, Refused
from speech.mel import FRAME_RATE
from speech.rows import Rejection, Utterance
from teacher.packing import BatchLimit, pack, padding_efficiency
from teacher.teacher import Planner
from teacher.voices import load_bank

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


@dataclass
class Draft:
    """The corpus as it would be spoken: total frames of each utterance, by shard."""

    shards: list[list[int]]
    generated_frames: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    sample: list[Utterance] = field(default_factory=list)

    def add(self, item: Utterance | Rejection, planner: Planner) -> None:
        if isinstance(item, Rejection):
            self.rejected[item.reason] += 1
            return
        try:
            prompt = planner.prompt(item.voice, item.text_normalized, item.language, item.id)
        except Refused as refused:
            self.rejected[refused.reason] += 1
            return
        self.shards[shard_of(item, len(self.shards))].append(prompt.frames)
        self.generated_frames += prompt.frames - len(prompt.reference)
        if len(self.sample) < SAMPLE_SIZE:
            self.sample.append(item)


def estimate(config: SynthConfig, console: Console) -> Estimate:
    corpus = plan_corpus(config)
    draft = read_draft(config, corpus, console)
    speed, limit, device = measure(config, draft.sample, console)
    batches = [(lengths, pack(lengths, limit)) for lengths in draft.shards]
    true = sum(map(sum, draft.shards))
    padded = sum(sum(n) / padding_efficiency(n, b) for n, b in batches)
    audio_s = draft.generated_frames / FRAME_RATE
    return Estimate(
        lines=corpus.lines,
        utterances=sum(map(len, draft.shards)),
        rejected=dict(draft.rejected),
        shards=corpus.shards,
        batches=sum(len(b) for _, b in batches),
        audio_h=audio_s / 3600,
        padding_efficiency=true / padded if padded else 1.0,
        storage_gb=audio_s * FLAC_BYTES_PER_S / 1e9,
        device=device,
        times_real_time=speed,
        expected_h=audio_s / speed / 3600 if speed else None,
    )


def read_draft(config: SynthConfig, corpus: CorpusPlan, console: Console) -> Draft:
    bank = load_bank(config.voices, languages=spoken_languages(config))
    check_voices_per_text(config, bank)
    planner = Planner(config.teacher, bank)
    draft = Draft([[] for _ in range(corpus.shards)])
    lines = (line for part in corpus.parts for line in read_part(part, config))
    for line in track(lines, "reading", corpus.lines, console=console, transient=True):
        for item in plan_line(line, config, bank):
            draft.add(item, planner)
    return draft


def measure(
    config: SynthConfig, sample: list[Utterance], console: Console
) -> tuple[float | None, BatchLimit, str | None]:
    """Seconds of checked audio a second on this machine, the batch limit, and the device."""
    try:
        with console.status("speaking one batch to measure this machine"):
            studio = open_studio(config)
            speed = _times_real_time(studio, sample) if sample else None
    except InputError as error:
        console.print(f"not measured: {error}", style="yellow")
        return None, BatchLimit(UNMEASURED_FRAMES), None
    return speed, studio.limit, str(studio.teacher.device)


def _times_real_time(studio: Studio, sample: list[Utterance]) -> float:
    prompts = [studio.planner.prompt(u.voice, u.text_normalized, u.language, u.id) for u in sample]
    started, audio_s = time.perf_counter(), 0.0
    for batch in pack([prompt.frames for prompt in prompts], studio.limit):
        voices = [sample[i].voice for i in batch]
        waves = studio.teacher.speak([prompts[i] for i in batch], voices)
        studio.gate.judge(
            [
                Candidate(wave, sample[i].text_normalized, sample[i].language, sample[i].voice)
                for i, wave in zip(batch, waves, strict=True)
            ]
        )
        audio_s += sum(map(len, waves)) / studio.teacher.sample_rate
    return audio_s / (time.perf_counter() - started)


def main(config: SynthConfig, as_json: bool = False) -> None:
    console = Console(stderr=as_json)
    check_request(config)
    found = estimate(config, console)
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
        "device": found.device or "unknown",
        "speed": _speed(found.times_real_time),
        "expected time": _time(found.expected_h),
    }.items():
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
