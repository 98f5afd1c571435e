"""From corpus files to utterances with ids, voices, seeds and shards: text only, no audio."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from pipelines.config import SynthConfig
from pipelines.corpus import (
    READ_BYTES,
    CorpusConfig,
    CorpusFile,
    CorpusPart,
    Line,
    count_lines,
    estimate_lines,
    expand,
    read_lines,
    utterance_texts,
)
from pipelines.text.voicing import rows_of
from speech.dataset.schema import Rejection, Utterance
from speech.errors import InputError
from speech.seeds import stable_hash
from speech.text.lexicon import NO_WORDS, Lexicon, read_lexicon
from teacher.voices import VoiceBank

READ_LINES = 100_000
"""the `limit` up to which the beginning of a large corpus is counted before a run"""


@dataclass(frozen=True)
class CorpusPlan:
    """Which lines are read, and into how many shards they go."""

    parts: tuple[CorpusPart, ...]
    lines: int
    shards: int

    @property
    def is_counted(self) -> bool:
        """Whether `lines` is exact; else it is an estimate, and some parts do not know theirs."""
        return all(part.lines is not None for part in self.parts)

    @property
    def shown_lines(self) -> str:
        return str(self.lines) if self.is_counted else f"about {self.lines}"

    def fingerprints(self) -> dict[str, str]:
        return {part.file.path: part.file.fingerprint for part in self.parts}


def plan_corpus(config: SynthConfig) -> CorpusPlan:
    """Count a small corpus, or a small beginning of one; estimate the lines of a large one, whose
    parts are then to be counted on the way. Choose the number of shards.

    Raises:
        InputError: no line at all, or a file that cannot be read.
    """
    files = expand(config.corpus)
    if sum(file.size for file in files) <= READ_BYTES:
        parts, total = _counted(files, config, count_lines)
    elif config.limit is not None and config.limit <= READ_LINES:
        parts, total = _counted(files, config, partial(_count_first, config.limit))
    else:
        parts, total = _listed(files, config)
    if not total:
        raise InputError(f"corpus.paths={list(config.corpus.paths)} holds no lines")
    return CorpusPlan(
        tuple(parts), total, count_shards(config, max(total, _utterances(parts, config)))
    )


def _counted(
    files: Sequence[CorpusFile],
    config: SynthConfig,
    counted: Callable[[CorpusFile, CorpusConfig], int],
) -> tuple[list[CorpusPart], int]:
    """Up to `limit`."""
    parts, total = list[CorpusPart](), 0
    for file in files:
        left = None if config.limit is None else config.limit - total
        if left == 0:
            break
        lines = counted(file, config.corpus)
        read = lines if left is None else min(left, lines)
        parts.append(CorpusPart(file, len(parts), read, is_cut=read < lines))
        total += read
    return parts, total


def _count_first(limit: int, file: CorpusFile, config: CorpusConfig) -> int:
    """One more than the limit stands for all that follow."""
    if file.kind == "hf":
        return count_lines(file, config)
    return sum(1 for _ in islice(read_lines(file, config), limit + 1))


def _listed(files: Sequence[CorpusFile], config: SynthConfig) -> tuple[list[CorpusPart], int]:
    """Without their lines, but for what a hub says, and about how many there are in all."""
    hub = {file: count_lines(file, config.corpus) for file in files if file.kind == "hf"}
    parts = [CorpusPart(file, place, hub.get(file)) for place, file in enumerate(files)]
    sized = [file for file in files if file not in hub]
    total = sum(hub.values()) + max(1, estimate_lines(sized, config.corpus))
    return parts, total if config.limit is None else min(total, config.limit)


def _utterances(parts: Sequence[CorpusPart], config: SynthConfig) -> int:
    """About how many texts of full length would fill the text files: a book may be one line."""
    texts = [part for part in parts if part.file.kind == "txt" and not part.is_cut]
    whole = [part.file for part in texts if config.limit is None or part.lines is not None]
    return sum(file.size for file in whole) // config.corpus.max_chars


def count_shards(config: SynthConfig, texts: int) -> int:
    """Of so many lines, or parts of long ones."""
    if config.dataset.shards != "auto":
        return config.dataset.shards
    rows = texts * config.voices.per_text
    return -(-rows // config.dataset.rows_per_shard)


def read_part(part: CorpusPart, config: SynthConfig) -> Iterator[Line | Rejection]:
    """The lines of a part as `CorpusPart.read` gives them."""
    return part.read(config.corpus)


def part_texts(
    part: CorpusPart, config: SynthConfig, lexicon: Lexicon
) -> Iterator[list[Utterance | Rejection]]:
    """For each line, its texts before they have voices, and its rejections."""
    for line in read_part(part, config):
        yield list(line_texts(line, config, lexicon))


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
    for text in line_texts(line, config, lexicon):
        yield from rows_of(text, config, bank)


def line_texts(
    line: Line | Rejection, config: SynthConfig, lexicon: Lexicon
) -> Iterator[Utterance | Rejection]:
    """At least one for every line."""
    if isinstance(line, Rejection):
        yield line
    else:
        yield from utterance_texts(line, config.corpus, spoken_languages(config), lexicon)


def shard_of(item: Utterance | Rejection, shards: int) -> int:
    """Equal ids meet in the same shard, which is how duplicates are found."""
    return stable_hash("shard", item.id) % shards
