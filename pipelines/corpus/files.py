"""The files of a corpus and what is in them: one dispatch by kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipelines.corpus import hub
from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import check_unpacked
from pipelines.corpus.delimited import read_delimited
from pipelines.corpus.json_lines import read_json_lines
from pipelines.corpus.json_list import read_json
from pipelines.corpus.layouts import layout_of
from pipelines.corpus.lines import Line
from pipelines.corpus.parquet import count_parquet, read_parquet
from pipelines.corpus.text_files import read_text
from speech.dataset.schema import Rejection
from speech.errors import InputError
from speech.storage import fingerprint, glob

KINDS = ("txt", "jsonl", "csv", "tsv", "parquet", "json")


@dataclass(frozen=True)
class CorpusFile:
    path: str
    kind: str
    """one of KINDS, or hf"""
    fingerprint: str
    """of the content: bytes and checksum, or the commit of a hub dataset"""


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
        paths.update(dict.fromkeys([pattern] if is_hub else glob(pattern)))
    kinds = {path: _kind(path) for path in paths}  # all names are checked before any content
    return [CorpusFile(path, kind, _fingerprint(path, kind)) for path, kind in kinds.items()]


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


def _fingerprint(path: str, kind: str) -> str:
    if kind == "hf":
        return hub.commit_of(path)
    if path.lower().endswith(".gz"):
        check_unpacked(path)
    return fingerprint(path)


def read_lines(file: CorpusFile, config: CorpusConfig) -> Iterator[Line | Rejection]:
    """Every line of the file, streamed: as text, or as the reason why it could not be read.

    Raises:
        InputError: what is wrong with the file as a whole.
    """
    name = PurePosixPath(file.path).name
    if _is_delimited(file, config):
        layout = layout_of(file.path, file.kind, config)
        return read_delimited(file.path, name, layout, config)
    if file.kind == "txt":
        return read_text(file.path, name, config)
    if file.kind == "jsonl":
        return read_json_lines(file.path, name, config)
    if file.kind == "json":
        return read_json(file.path, name, config)
    if file.kind == "parquet":
        return read_parquet(file.path, name, config)
    return hub.read_hub(file.path, file.fingerprint, config)


def note_of(file: CorpusFile, config: CorpusConfig) -> str:
    """What was recognised of how a file is read, for people; "" where it was as configured."""
    return layout_of(file.path, file.kind, config).note if _is_delimited(file, config) else ""


def _is_delimited(file: CorpusFile, config: CorpusConfig) -> bool:
    return file.kind in ("csv", "tsv") or (file.kind == "txt" and config.delimiter is not None)


def count_lines(file: CorpusFile, config: CorpusConfig) -> int:
    """How many items `read_lines` gives: from the hub's card, else by reading."""
    if file.kind == "parquet":
        return count_parquet(file.path, config)
    if file.kind == "hf":
        return hub.count_hub(file.path, file.fingerprint, config)
    return sum(1 for _ in read_lines(file, config))
