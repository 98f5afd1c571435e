"""Readers of text corpora: files of any kind in, utterances with ids or reasons for rejection out."""

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.estimate import estimate_lines
from pipelines.corpus.files import (
    READ_BYTES,
    CorpusFile,
    count_lines,
    expand,
    note_of,
    read_lines,
)
from pipelines.corpus.lines import Line
from pipelines.corpus.parts import (
    CorpusPart,
    PartCount,
    count_part,
    count_parts,
    number_parts,
    split_part,
)
from pipelines.corpus.spoken import utterance_texts

__all__ = [
    "READ_BYTES",
    "CorpusConfig",
    "CorpusFile",
    "CorpusPart",
    "Line",
    "PartCount",
    "count_lines",
    "count_part",
    "count_parts",
    "estimate_lines",
    "expand",
    "note_of",
    "number_parts",
    "read_lines",
    "split_part",
    "utterance_texts",
]
