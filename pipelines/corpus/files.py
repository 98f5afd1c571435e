"""The files of a corpus and what is in them: one dispatch by kind."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath

from pipelines.corpus import hub
from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import check_unpacked
from pipelines.corpus.delimited import read_delimited, table_layout
from pipelines.corpus.json_lines import read_json_lines
from pipelines.corpus.json_list import read_json
from pipelines.corpus.layouts import Layout, layout_of
from pipelines.corpus.lines import Line
from pipelines.corpus.parquet import count_parquet, read_parquet
from pipelines.corpus.spans import WHOLE, Span, is_cut_by_bytes
from pipelines.corpus.text_files import read_text
from speech.dataset.schema import Rejection
from speech.errors import InputError
from speech.storage import fingerprint, glob, is_gcs

READ_BYTES = 8 * 2**20
"""what is small enough to be read by whoever starts a run, within a second or two"""
_AT_ONCE = 16  # files whose fingerprints are asked for, of a slow server
KINDS = ("txt", "jsonl", "csv", "tsv", "parquet", "json")


@dataclass(frozen=True)
class CorpusFile:
    path: str
    kind: str
    """one of KINDS, or hf"""
    fingerprint: str
    """of the content: bytes and checksum, or the commit of a hub dataset"""

    @property
    def size(self) -> int:
        """In bytes; 0 of a hub dataset."""
        return 0 if self.kind == "hf" else int(self.fingerprint.partition(":")[0])

    @property
    def is_packed(self) -> bool:
        return self.path.lower().endswith(".gz")


def expand(config: CorpusConfig) -> list[CorpusFile]:
    """Every file that `config.paths` stands for, once, in the order given.

    Raises:
        InputError: no paths, nothing matches, or a kind of file that is not read.
    """
    if not config.paths:
        raise InputError("corpus.paths is empty: name at least one file")
    paths: dict[str, None] = {}
    for pattern in config.paths:
        is_hub = pattern.startswith(hub.SCHEME)
        paths.update(dict.fromkeys([pattern] if is_hub else _matches(pattern)))
    kinds = {path: _kind(path) for path in paths}  # all names are checked before any content
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(_open, kinds, kinds.values()))


def _matches(pattern: str) -> list[str]:
    """The files of a pattern; a folder is told what to say instead of its name."""
    folder = Path(os.path.expanduser(pattern))
    if not is_gcs(pattern) and os.path.isdir(folder):  # False for a name that is too long
        if any(chain(folder.glob("*.arrow"), folder.glob("*/*.arrow"))):  # or a folder a split
            advice = "saved by datasets: write Parquet of it, load_from_disk(...).to_parquet(...)"
        else:
            ends = [path.suffix for path in sorted(folder.glob("*")) if path.suffix[1:] in KINDS]
            advice = f"name its files, as {pattern.rstrip('/')}/*{(*ends, '.txt')[0]}"
        raise InputError(f"{pattern!r} is a folder; {advice}")
    return glob(pattern)


def _kind(path: str) -> str:
    if path.startswith(hub.SCHEME):
        hub.parse(path)
        return "hf"
    name = PurePosixPath(path.lower())
    packed = name.suffix == ".gz"
    kind = PurePosixPath(name.stem if packed else name).suffix.lstrip(".")
    if kind not in KINDS or (packed and kind == "parquet"):
        allowed = ", ".join(f".{name}" for name in KINDS)
        raise InputError(
            f"cannot read {path!r}; allowed: {allowed}, those of text also with .gz, hf://owner/name"
        )
    return kind


def _open(path: str, kind: str) -> CorpusFile:
    file = CorpusFile(path, kind, hub.commit_of(path) if kind == "hf" else fingerprint(path))
    if file.is_packed and file.size <= READ_BYTES:
        check_unpacked(path)
    return file


def read_lines(
    file: CorpusFile, config: CorpusConfig, span: Span = WHOLE, layout: Layout | None = None
) -> Iterator[Line | Rejection]:
    """Every line of the file, streamed: as text, or as the reason why it could not be read.

    Args:
        span: which lines; those of all spans in turn are those of the whole.
        layout: of a table, where it is known; else the beginning of the file is read for it.

    Raises:
        InputError: what is wrong with the file as a whole.
    """
    path, name = file.path, PurePosixPath(file.path).name
    if is_delimited(file, config):
        layout = layout or table_layout(path, file.kind, config)
        return read_delimited(path, name, layout, config, span)
    if file.kind == "txt":
        return read_text(path, name, config, span)
    if file.kind == "jsonl":
        return read_json_lines(path, name, config, span)
    if file.kind == "json":
        return read_json(path, name, config, span)
    if file.kind == "parquet":
        return read_parquet(path, name, config, span)
    return hub.read_hub(path, file.fingerprint, config)


def note_of(file: CorpusFile, config: CorpusConfig) -> str:
    """What was recognised of how a file is read, for people; "" where it was as configured."""
    return layout_of(file.path, file.kind, config).note if is_delimited(file, config) else ""


def is_delimited(file: CorpusFile, config: CorpusConfig) -> bool:
    return file.kind in ("csv", "tsv") or (file.kind == "txt" and config.delimiter is not None)


def is_splittable(file: CorpusFile, config: CorpusConfig) -> bool:
    """Whether spans of the file can be read by themselves."""
    if file.kind == "parquet":
        return True
    if file.is_packed or not is_cut_by_bytes(config.encoding):
        return False
    is_prose = file.kind == "txt" and config.unit == "sentence" and config.delimiter is None
    return file.kind in ("txt", "jsonl", "csv", "tsv") and not is_prose


def count_lines(file: CorpusFile, config: CorpusConfig) -> int:
    """How many items `read_lines` gives: from the hub's card, else by reading."""
    if file.kind == "parquet":
        return count_parquet(file.path, config)
    if file.kind == "hf":
        return hub.count_hub(file.path, file.fingerprint, config)
    return sum(1 for _ in read_lines(file, config))
