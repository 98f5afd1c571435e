"""Datasets of the Hugging Face hub, streamed: hf://owner/name:config@revision#split."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.lines import Line, check_text_column, line_from_row
from speech.dataset.schema import Rejection
from speech.errors import InputError

if TYPE_CHECKING:
    from datasets import IterableDataset

SCHEME = "hf://"
_NAME = re.compile(r"hf://([^:@#]+)(?::([^@#]+))?(?:@([^#]+))?(?:#([^#]+))?")


@dataclass(frozen=True)
class HubDataset:
    name: str
    config: str | None
    revision: str | None
    split: str


def parse(path: str) -> HubDataset:
    """The parts of a hf:// name; the split is "train" unless named."""
    match = _NAME.fullmatch(path)
    if not match:
        raise InputError(f"{path!r} is not hf://owner/name:config@revision#split")
    name, config, revision, split = match.groups()
    return HubDataset(name, config, revision, split or "train")


def commit_of(path: str) -> str:
    """The commit that a revision stands for; a full commit is taken as it is.

    Raises:
        InputError: the hub cannot be asked, or does not know it.
    """
    dataset = parse(path)
    if re.fullmatch(r"[0-9a-f]{40}", dataset.revision or ""):
        return str(dataset.revision)
    from huggingface_hub import HfApi

    try:
        info = HfApi().dataset_info(dataset.name, revision=dataset.revision, timeout=20)
    except Exception as error:  # whatever their HTTP client of the day raises
        raise _unreadable(
            path, error, "pin a full commit with @ if the hub is out of reach"
        ) from error
    return str(info.sha)


def read_hub(path: str, commit: str, config: CorpusConfig) -> Iterator[Line | Rejection]:
    """Rows in the dataset's order.

    Raises:
        InputError: no such dataset, configuration, split or text column.
    """
    dataset = _streamed(path, commit)
    name = parse(path).name.rpartition("/")[2]
    rows = _received(dataset, path)
    first = list(islice(rows, 1))
    columns = dataset.column_names or (list(first[0]) if first else [])
    check_text_column(columns, path, config)
    for number, row in enumerate(chain(first, rows), 1):
        yield line_from_row(row, f"{name}:{number}", config)


def _received(dataset: "IterableDataset", path: str) -> Iterator[dict[str, Any]]:
    try:
        yield from dataset
    except Exception as error:
        raise _unreadable(path, error, "check the network") from error


def count_hub(path: str, commit: str, config: CorpusConfig) -> int:
    """Rows as the dataset declares them; one that does not is read through."""
    info = _streamed(path, commit).info
    declared = (info.splits or {}).get(parse(path).split)
    if declared is not None and declared.num_examples:
        return int(declared.num_examples)
    return sum(1 for _ in read_hub(path, commit, config))


def _streamed(path: str, commit: str) -> "IterableDataset":
    from datasets import load_dataset

    named = parse(path)
    try:
        return load_dataset(
            named.name, named.config, split=named.split, revision=commit, streaming=True
        )
    except Exception as error:  # whatever their HTTP client of the day raises
        raise _unreadable(path, error, "check the name, configuration and split") from error


def _unreadable(path: str, error: Exception, advice: str) -> InputError:
    line = " ".join(str(error).split())
    return InputError(f"{path}: {type(error).__name__}: {line:.200} ({advice})")
