"""Readers of text corpora: files of any kind in, utterances with ids or reasons for rejection out."""

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.files import CorpusFile, count_lines, expand, note_of, read_lines
from pipelines.corpus.lines import Line
from pipelines.corpus.spoken import utterance_texts

__all__ = [
    "CorpusConfig",
    "CorpusFile",
    "Line",
    "count_lines",
    "expand",
    "note_of",
    "read_lines",
    "utterance_texts",
]
