"""What is damaged is written again, from what the other files say, or spoken again; nothing else is
touched, and no file that is not of the dataset is removed."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines import synth
from pipelines.config import DatasetConfig, LicenseConfig, SynthConfig
from pipelines.run_plan import prepare
from pipelines.runners.base import RunnerConfig
from pipelines.utterances import spoken_languages
from pipelines.verify.inspection import Inspection
from pipelines.verify.listing import FOLDERS
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.seal import from_json
from speech.errors import InputError
from speech.storage import Location
from teacher.base import TARGETS, TeacherConfig
from teacher.voices import load_bank

if TYPE_CHECKING:
    from pipelines.worker_context import LoadModels


def repair(
    found: Inspection,
    runner: RunnerConfig,
    console: Console,
    look: Callable[..., Inspection],
    opener: "LoadModels | None",
) -> Inspection:
    """What is left to say afterwards.

    Args:
        look: inspects again; shards that were whole are not read twice.
    """
    sweep(found.output)
    rewrite(found)
    whole = {index: shard for index, shard in found.shards.items() if not shard.problems}
    if found.damaged:
        try:
            made = remake(found, runner, console, opener)
        except InputError as error:
            console.print(f"not made again: {error}", soft_wrap=True, markup=False)
            made = ()
        found = look(whole)
        others = [index for index in made if index in found.damaged]
        if others:
            console.print(
                f"{len(others)} shards have other bytes than before: another kind of processor, or "
                "other versions of libraries"
            )
            found = look(whole, anew=others)
        rewrite(found)
    return look(whole)


def rewrite(inspection: Inspection) -> list[str]:
    """Write what follows from other files and differs; returns its names."""
    written = []
    for name, data in sorted(inspection.records.items()):
        if inspection.listing.read(inspection.output, name) != data:
            storage.write_bytes(storage.join(inspection.output, name), data)
            written.append(name)
    return written


def sweep(output: Location) -> None:
    """Remove the temporary files of runs that died."""
    if not storage.is_gcs(output):
        root = Path(os.path.expanduser(output))
        for folder in ("", *FOLDERS):
            storage.remove_stale(root / folder)


def remake(
    inspection: Inspection, runner: RunnerConfig, console: Console, opener: "LoadModels | None"
) -> tuple[int, ...]:
    """Speak the damaged shards again, where they are; returns which.

    Raises:
        InputError: the corpus or the voices are others now, or another command made the dataset.
    """
    output, damaged = inspection.output, inspection.damaged
    identity = from_json(inspection.records.get(dataset.RUN_NAME, b""))
    if identity is None or "teacher" not in identity:
        raise InputError(f"{output} does not say how make synth would make its shards")
    run_plan = prepare(configuration(identity, output, runner), Console(quiet=True))
    for index in damaged:
        _distrust(output, index, run_plan.corpus.shards, inspection)
    console.print(f"{len(damaged)} of {run_plan.corpus.shards} shards are made again")
    return damaged if synth.run(replace(run_plan, todo=damaged), console, opener) else ()


def _distrust(output: Location, index: int, count: int, inspection: Inspection) -> None:
    """Without a marker that would pass, a worker makes the shard; one that says what its damaged
    files held stays, and stands again when they do."""
    whole = inspection.shards[index].marker is not None
    if not whole or dataset.find_marker(output, dataset.shard_part(index, count)) is not None:
        storage.delete(storage.join(output, dataset.shard_part(index, count).marker))


def configuration(
    identity: Mapping[str, Any], output: Location, runner: RunnerConfig
) -> SynthConfig:
    """Of the run with this identity, on `runner`; its licences were allowed when it was started.

    Raises:
        InputError: an identity of another version.
    """
    names = ("corpus", "teacher", "voices", "gate", "dataset", "seed", "limit")
    blocks = {name: identity.get(name) for name in names}
    corpus, voices = ({**identity.get(name, {})} for name in ("corpus", "voices"))
    corpus["paths"] = corpus.pop("order", None)
    corpus["lexicon"] = next(iter(corpus.get("lexicon") or ()), None)  # its path, without its hash
    voices.pop("references", None)
    voices["audition"] = False  # no part of an identity
    blocks["dataset"] = {**DatasetConfig.any_machine, **(identity.get("dataset") or {})}
    blocks |= {"corpus": corpus, "voices": voices, "runner": runner, "output": str(output)}
    try:
        blocks["teacher"] = _any_machine(identity["teacher"])
        config = SynthConfig.model_validate({**blocks, "license": LicenseConfig(allow=())})
    except (ValueError, KeyError) as error:
        raise InputError(f"{output} was made by another version: {dataset.RUN_NAME}") from error
    bank = load_bank(config.voices, languages=spoken_languages(config))
    licenses = {config.teacher.license, *(voice.license for voice in bank.values())}
    return config.model_copy(update={"license": LicenseConfig(allow=tuple(sorted(licenses)))})


def _any_machine(block: Mapping[str, Any]) -> dict[str, Any]:
    """The teacher of an identity, with the keys that are no part of one."""
    kind = TARGETS.class_of(block, TeacherConfig)  # type: ignore[type-abstract]
    return {**kind.any_machine, **{k: v for k, v in block.items() if k != "revision"}}
