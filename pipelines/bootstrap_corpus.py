"""A speech corpus with exact phoneme ends, from voices that packages carry: no network, no recording.

Writes train/ and held_out/ (speakers that training never hears) below output=..., each a dataset in
the project's layout. Run it again to continue after a crash.
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context

from rich.console import Console
from rich.progress import Progress

from pipelines.bootstrap.clips import clip_id, make_clip
from pipelines.bootstrap.config import BootstrapConfig
from pipelines.bootstrap.sentences import read_sentences, utterances
from pipelines.bootstrap.speakers import SPEAKERS, Speaker
from pipelines.description import keep_provenance
from speech import storage
from speech.config import run_app
from speech.dataset import layout as dataset
from speech.dataset.manifest import write_manifest
from speech.dataset.schema import Rejection
from speech.dataset.writer import ShardWriter
from speech.errors import Refused
from speech.storage.outputs import Kind, check_folder

MEAN_CLIP_S = 5.4
"""of an utterance; decides how many lines fill the hours that were asked for"""
LINES_PER_SHARD = 100
CORPUS = Kind("corpus of make bootstrap-corpus", parts=("train", "held_out"))


@dataclass(frozen=True)
class Shard:
    output: str
    index: int
    count: int
    lines: tuple[tuple[str, Speaker], ...]
    seed: int


def main(config: BootstrapConfig) -> int:
    console, started = Console(), time.monotonic()
    check_folder(config.output, CORPUS)
    shards = plan(config)
    todo = [s for s in shards if dataset.find_marker(s.output, s.index, s.count) is None]
    console.print(f"{sum(len(s.lines) for s in todo)} clips to do in {config.output}")
    with (
        ProcessPoolExecutor(config.workers, get_context("spawn")) as pool,
        Progress(console=console) as progress,
    ):
        bar = progress.add_task("speaking", total=sum(len(s.lines) for s in todo))
        for future in as_completed([pool.submit(write_shard, s) for s in todo]):
            progress.advance(bar, future.result())
    for output in dict.fromkeys(s.output for s in shards):
        count = sum(s.output == output for s in shards)
        markers = dataset.finished(output, count)
        keep_provenance(output, {})
        write_manifest(output, _identity(config, count), markers, {})
        total = dataset.summarize(markers)
        console.print(f"{output}: {total.total.accepted} clips, {total.hours:.2f} h")
    console.print(f"{time.monotonic() - started:.0f} s")
    return 0


def plan(config: BootstrapConfig) -> list[Shard]:
    """Every line's speaker, in shards; both outputs are claimed."""
    texts = utterances(read_sentences(config.sentences), config.seed)
    train: list[tuple[str, Speaker]] = []
    for engine, hours in config.hours.model_dump().items():
        speakers = [s for s in SPEAKERS if s.engine == engine and not s.held_out]
        train += _assign(texts, speakers, hours)
    held = list(_assign(texts, [s for s in SPEAKERS if s.held_out], config.held_out_hours))
    return [*_shards(config, "train", train), *_shards(config, "held_out", held)]


def write_shard(shard: Shard) -> int:
    with ShardWriter(shard.output, shard.index, shard.count) as writer:
        for text, speaker in shard.lines:
            try:
                writer.accept(make_clip(text, speaker, shard.seed))
            except Refused as refusal:
                name = clip_id(text, speaker, shard.seed)
                writer.reject(
                    Rejection(
                        id=name,
                        text=text,
                        reason=refusal.reason,
                        stage="teacher",
                        detail=refusal.detail,
                    )
                )
        writer.finish({})
    return len(shard.lines)


def _assign(
    texts: Iterator[str], speakers: list[Speaker], hours: float
) -> Iterator[tuple[str, Speaker]]:
    for number, text in enumerate(islice(texts, round(hours * 3600 / MEAN_CLIP_S))):
        yield text, speakers[number % len(speakers)]


def _shards(config: BootstrapConfig, name: str, lines: list[tuple[str, Speaker]]) -> list[Shard]:
    """Each shard has lines of every engine, so that all take about as long."""
    output = storage.join(config.output, name)
    count = -(-len(lines) // LINES_PER_SHARD)
    dataset.acquire(output, _identity(config, count))
    return [
        Shard(output, index, count, tuple(lines[index::count]), config.seed)
        for index in range(count)
    ]


def _identity(config: BootstrapConfig, count: int) -> dict[str, object]:
    chosen = config.model_dump(mode="json", include={"hours", "held_out_hours", "seed"})
    return {**chosen, "speakers": [s.id for s in SPEAKERS], "shards": count}


if __name__ == "__main__":
    sys.exit(run_app(BootstrapConfig, "bootstrap_corpus", main))
