"""mode=extend: which run of a dataset a configuration stands for, one that is there or the next."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.config import SynthConfig
from pipelines.run.row_counts import PLAN_NAME, read_plan
from pipelines.run.run_plan import RunPlan
from pipelines.text.utterances import CorpusPlan
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.columns import check_columns
from speech.dataset.identity import told_differences
from speech.dataset.layout import MANIFEST_NAME, RUN_NAME, Part, of_run, plan_name, records_folder
from speech.dataset.manifest import runs_of, stored_manifest
from speech.dataset.runs import RunRecord, read_record
from speech.dataset.seal import from_json, to_json
from speech.errors import InputError

ALIKE = ("teacher", "gate", "watermark")
"""blocks in which a run may not differ from the dataset that it extends"""


@dataclass(frozen=True)
class ChosenRun:
    tag: str
    identity: dict[str, Any]
    earlier: tuple[Part, ...] = ()
    """shards whose rows it leaves alone"""

    @property
    def shards(self) -> int:
        return int(self.identity["shards"])


def choose_run(
    config: SynthConfig, corpus: CorpusPlan, identity: dict[str, Any], tag: str | None
) -> ChosenRun:
    """The first run of the output in mode=new. In mode=extend the one with this identity, finished or
    not, or else the next.

    Args:
        tag: of a run that is to be mended, whatever the mode.

    Raises:
        InputError: there is no finished dataset, or rows of this run may not stand in it.
    """
    runs = [] if tag == "" or (tag is None and config.mode == "new") else runs_of(config.output)
    if tag is not None:
        return _earlier_run(runs, tag, identity) if runs else ChosenRun("", identity)
    if config.mode == "new":
        return ChosenRun("", identity)
    if not runs:
        raise InputError(
            f"mode=extend: {config.output} holds no finished dataset; mode=new makes one"
        )
    for run in runs:
        if _is(run.identity, identity):
            return _earlier_run(runs, run.tag, identity)
    return _next_run(config, corpus, identity, runs)


def _earlier_run(runs: Sequence[RunRecord], tag: str, identity: dict[str, Any]) -> ChosenRun:
    before = [run for run in runs if dataset.tag_order(run.tag) < dataset.tag_order(tag)]
    (run,) = (run for run in runs if run.tag == tag)
    return ChosenRun(tag, {**identity, "shards": run.identity["shards"]}, _shards(before))


def _next_run(
    config: SynthConfig, corpus: CorpusPlan, identity: dict[str, Any], runs: Sequence[RunRecord]
) -> ChosenRun:
    """One that was begun and not finished comes first; `acquire` tells whether it is this one."""
    tags = [run.tag for run in runs]
    begun = [tag for tag in dataset.list_runs(config.output) if tag not in tags]
    tag = begun[0] if begun else _next_tag(tags)
    there = read_record(config.output, of_run(RUN_NAME, tag))
    if there is None:
        _check_alike(config.output, identity, runs)
    shards = there["shards"] if there else _new_shards(config, corpus, identity, runs)
    return ChosenRun(tag, {**identity, "shards": shards}, _shards(runs))


def _next_tag(tags: Sequence[str]) -> str:
    numbers = [int(tag[1:]) for tag in tags if tag.startswith("e")]
    return f"e{max(numbers, default=0) + 1:03d}"


def _shards(runs: Sequence[RunRecord]) -> tuple[Part, ...]:
    return tuple(shard for run in runs for shard in run.shards)


def _is(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether they are of one run; the number of shards follows from what was there before it."""
    return to_json({**one, "shards": 0}) == to_json({**other, "shards": 0})


def _check_alike(output: str, identity: Mapping[str, Any], runs: Sequence[RunRecord]) -> None:
    """Raises InputError: another teacher or gate than any run of the dataset has, other columns, or a
    manifest that cannot be built upon."""
    if stored_manifest(output) is None:
        mend = f'make verify ARGS="output={output} repair=true"'
        raise InputError(f"mode=extend: {output}/{MANIFEST_NAME} is missing or damaged; {mend}")
    chosen = _alike(identity)
    spoken = [_alike(run.identity) for run in runs if "teacher" in run.identity]
    if chosen not in spoken:
        shown = told_differences(spoken[-1], chosen) if spoken else "it has no teacher"
        raise InputError(
            f"mode=extend: {output} was made otherwise: {shown}. Make a dataset of its own, and join "
            "the two: python -m pipelines.merge"
        )
    if shards := _shards(runs):
        check_columns(output, shards[-1])


def _alike(identity: Mapping[str, Any]) -> dict[str, Any]:
    return from_json(to_json({key: identity[key] for key in ALIKE})) or {}


def _new_shards(
    config: SynthConfig,
    corpus: CorpusPlan,
    identity: Mapping[str, Any],
    runs: Sequence[RunRecord],
) -> int:
    """As many as the new rows fill, as far as can be told before they are planned: a file that an
    earlier run has read in the same way is counted for the voices alone that it did not have there."""
    if config.dataset.shards != "auto":
        return corpus.shards
    had = dict[str, float]()
    for run in runs:
        if run.identity.get("limit", 0) is None and _reading(run.identity) == _reading(identity):
            for stamp in run.identity["corpus"]["paths"].values():
                had[stamp] = max(had.get(stamp, 0), _shared_voices(run.identity, identity))
    voices = config.voices.per_text
    sizes = [(part.lines if corpus.is_counted else part.file.size) or 0 for part in corpus.parts]
    new = sum(
        size * max(0, voices - had.get(part.file.fingerprint, 0))
        for size, part in zip(sizes, corpus.parts, strict=True)
    )
    return max(1, math.ceil(corpus.shards * new / max(1, sum(sizes) * voices)))


def _reading(identity: Mapping[str, Any]) -> dict[str, Any]:
    """What decides which texts a file holds, and so which ids its rows have."""
    read = {k: v for k, v in identity["corpus"].items() if k not in ("paths", "order", "lexicon")}
    return from_json(to_json(read)) or {}


def _shared_voices(earlier: Mapping[str, Any], identity: Mapping[str, Any]) -> float:
    """How many voices of this run a text of an earlier one has, on average."""
    had, bank = (run["voices"]["references"].keys() for run in (earlier, identity))
    return min(len(had), int(earlier["voices"]["per_text"])) * len(had & bank) / max(1, len(had))


def is_empty(run_plan: RunPlan) -> bool:
    """Whether a run that extends a dataset was planned, and found nothing that is new."""
    counts = read_plan(run_plan.config.output, run_plan.tag)
    if not run_plan.earlier or counts is None or len(run_plan.todo) < run_plan.corpus.shards:
        return False
    return counts.rows == counts.known


def withdraw(run_plan: RunPlan) -> None:
    """Remove what was planned of it; its identity goes last, so that one who dies here is followed."""
    output, tag = run_plan.config.output, run_plan.tag
    for index in run_plan.todo:
        storage.delete(storage.join(output, plan_name(run_plan.shard(index))))
    plans = {plan_name(run_plan.shard(i)).rpartition("/")[0] for i in run_plan.todo}
    for folder in sorted({*plans, of_run("_shards/plan", tag)}, reverse=True):
        storage.delete_folder(storage.join(output, folder))
    for name in (PLAN_NAME, RUN_NAME):
        storage.delete(storage.join(output, of_run(name, tag)))
    storage.delete_folder(storage.join(output, records_folder(tag)))
