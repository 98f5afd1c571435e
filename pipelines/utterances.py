"""From corpus files to utterances with ids, voices, seeds and shards: text only, no audio."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pipelines.config import SynthConfig
from pipelines.corpus import (
    CorpusFile,
    Line,
    count_lines,
    expand,
    read_lines,
    utterance_texts,
)
from speech.dataset.schema import Rejection, Utterance
from speech.errors import InputError, Refused
from speech.seeds import stable_hash
from speech.text.lexicon import NO_WORDS, Lexicon, read_lexicon
from teacher.voices import VoiceBank, choose_voices


@dataclass(frozen=True)
class CorpusPart:
    """A file of the corpus, or its beginning."""

    file: CorpusFile
    number: int
    """its place among the files"""
    lines: int
    """that are read, as they were counted when the run began"""
    is_cut: bool = False
    """the file has more, and `limit` leaves them out"""


@dataclass(frozen=True)
class CorpusPlan:
    """Which lines are read, and into how many shards they go."""

    parts: tuple[CorpusPart, ...]
    lines: int
    shards: int

    def fingerprints(self) -> dict[str, str]:
        return {part.file.path: part.file.fingerprint for part in self.parts}


def plan_corpus(config: SynthConfig) -> CorpusPlan:
    """Count the corpus, apply `limit`, and choose the number of shards.

    Raises:
        InputError: no line at all, or a file that cannot be read.
    """
    parts: list[CorpusPart] = []
    total = 0
    for file in expand(config.corpus):
        left = None if config.limit is None else config.limit - total
        if left == 0:
            break
        lines = count_lines(file, config.corpus)
        read = lines if left is None else min(left, lines)
        parts.append(CorpusPart(file, len(parts), read, is_cut=read < lines))
        total += read
    if not total:
        raise InputError(f"corpus.paths={list(config.corpus.paths)} holds no lines")
    return CorpusPlan(tuple(parts), total, _shards(config, max(total, _utterances(parts, config))))


def _utterances(parts: Sequence[CorpusPart], config: SynthConfig) -> int:
    """About how many texts of full length would fill the text files: a book may be one line."""
    whole = [part.file for part in parts if part.file.kind == "txt" and not part.is_cut]
    return sum(int(f.fingerprint.partition(":")[0]) for f in whole) // config.corpus.max_chars


def _shards(config: SynthConfig, texts: int) -> int:
    if config.dataset.shards != "auto":
        return config.dataset.shards
    rows = texts * config.voices.per_text
    return -(-rows // config.dataset.rows_per_shard)


def read_part(part: CorpusPart, config: SynthConfig) -> Iterator[Line | Rejection]:
    """What is there, even if it is not what was counted; of a cut part, its beginning.

    Each line has its place in the corpus.
    """
    lines = islice(read_lines(part.file, config.corpus), part.lines if part.is_cut else None)
    for index, line in enumerate(lines):
        yield replace(line, place=(part.number, index)) if isinstance(line, Line) else line


def plan_part(
    part: CorpusPart, config: SynthConfig, bank: VoiceBank, lexicon: Lexicon, shards: int
) -> Iterator[list[tuple[int, Utterance | Rejection]]]:
    """For each line, its utterances and rejections, each with the shard that it goes to."""
    for line in read_part(part, config):
        yield [(shard_of(item, shards), item) for item in plan_line(line, config, bank, lexicon)]


def spoken_languages(config: SynthConfig) -> tuple[str, ...]:
    """What the teacher speaks and the ASR can check."""
    heard = config.gate.judges.asr.languages
    return tuple(language for language in config.teacher.languages if language in heard)


def open_lexicon(config: SynthConfig) -> Lexicon:
    """The user's words; raises InputError for a table that cannot be used."""
    return read_lexicon(config.corpus.lexicon) if config.corpus.lexicon else NO_WORDS


def plan_line(
    line: Line | Rejection, config: SynthConfig, bank: VoiceBank, lexicon: Lexicon = NO_WORDS
) -> Iterator[Utterance | Rejection]:
    """The utterances of a line, each with its voice and seed; at least one item for every line."""
    if isinstance(line, Rejection):
        yield line
        return
    for text in utterance_texts(line, config.corpus, spoken_languages(config), lexicon):
        if isinstance(text, Rejection):
            yield text
            continue
        try:
            yield from _voiced(text, config, bank)
        except Refused as refused:
            yield text.rejected("voice", refused.reason, refused.detail)


def _voiced(text: Utterance, config: SynthConfig, bank: VoiceBank) -> Iterator[Utterance]:
    per_text, seed = config.voices.per_text, config.seed
    voices = choose_voices(bank, text.id, text.language, text.voice or None, per_text, seed)
    for rank, voice in enumerate(voices):
        name = text.id if rank == 0 else f"{text.id}-v{rank + 1}"
        yield replace(text, id=name, voice=voice, seed=stable_hash("seed", seed, name))


def shard_of(item: Utterance | Rejection, shards: int) -> int:
    """Equal ids meet in the same shard, which is how duplicates are found."""
    return stable_hash("shard", item.id) % shards
