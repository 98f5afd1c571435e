"""What is damaged is written again, from what the other files say, or spoken again; nothing else is
touched, and no file that is not of the dataset is removed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines import synth
from pipelines.config import DatasetConfig, LicenseConfig, SynthConfig
from pipelines.progress.heartbeat import sweep_heartbeats
from pipelines.run.claims import sweep_plan_claim
from pipelines.run.preparation import IDENTITY_KEYS, prepare
from pipelines.runners.base import RunnerConfig
from pipelines.text.utterances import spoken_languages
from pipelines.verify.inspection import Inspection
from pipelines.verify.runs import FoundRun
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.identity import sweep_temporaries
from speech.dataset.layout import Part, records_folder
from speech.dataset.markers import find_marker
from speech.errors import InputError
from speech.storage import Location
from teacher.base import TARGETS, TeacherConfig
from teacher.voices import load_bank

if TYPE_CHECKING:
    from pipelines.speak.worker_context import LoadModels


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
    sweep_temporaries(found.output)
    sweep_plan_claim(found.output)
    rewrite(found)
    whole = {part: shard for part, shard in found.shards.items() if not shard.problems}
    if found.damaged:
        made = remake(found, runner, console, opener)
        found = look(whole)
        others = [part for part in made if part in found.damaged]
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


def remake(
    inspection: Inspection, runner: RunnerConfig, console: Console, opener: "LoadModels | None"
) -> list[Part]:
    """Speak the damaged shards again, where they are, run by run in their order: what a run has
    extended is there again before it. Returns which."""
    made = []
    for run in inspection.runs:
        if damaged := [part for part in inspection.damaged if part.run == run.tag]:
            try:
                made += _remake_run(inspection, run, damaged, runner, console, opener)
            except InputError as error:
                console.print(f"not made again: {error}", soft_wrap=True, markup=False)
    return made


def _remake_run(
    inspection: Inspection,
    run: FoundRun,
    damaged: list[Part],
    runner: RunnerConfig,
    console: Console,
    opener: "LoadModels | None",
) -> list[Part]:
    """Raises InputError: the corpus or the voices are others now, or another command made them."""
    output = inspection.output
    if not run.is_spoken or run.identity is None:
        folder = storage.join(output, records_folder(run.tag))
        copied = (run.identity or {}).get("merged_from", {}).get("dataset")
        of = f"was copied from {copied}" if copied else "does not say how make synth would make it"
        raise InputError(f"{folder} {of}")
    config = configuration(run.identity, output, runner)
    run_plan = prepare(config, Console(quiet=True), tag=run.tag)
    for part in damaged:
        _distrust(output, part, inspection)
    console.print(f"{len(damaged)} of {run_plan.corpus.shards} shards are made again")
    todo = tuple(part.index for part in damaged)
    is_done = synth.run(replace(run_plan, todo=todo), console, opener)
    sweep_heartbeats(output)
    return damaged if is_done else []


def _distrust(output: Location, part: Part, inspection: Inspection) -> None:
    """Without a marker that would pass, a worker makes the shard; one that says what its damaged
    files held stays, and stands again when they do."""
    whole = inspection.shards[part].marker is not None
    if not whole or find_marker(output, part) is not None:
        storage.delete(storage.join(output, part.marker))


def configuration(
    identity: Mapping[str, Any], output: Location, runner: RunnerConfig
) -> SynthConfig:
    """Of the run with this identity, on `runner`; its licences were allowed when it was started.

    Raises:
        InputError: an identity of another version.
    """
    blocks = {name: identity.get(name) for name in IDENTITY_KEYS}
    corpus, voices = ({**identity.get(name, {})} for name in ("corpus", "voices"))
    corpus["paths"] = corpus.pop("order", None)
    corpus["lexicon"] = next(iter(corpus.get("lexicon") or ()), None)  # its path, without its hash
    voices.pop("references", None)
    voices["audition"] = False  # no part of an identity
    blocks["dataset"] = {**DatasetConfig.any_machine, **(identity.get("dataset") or {})}
    blocks |= {"corpus": corpus, "voices": voices, "runner": runner, "output": str(output)}
    blocks["mode"] = "new"  # or not: a run that is mended is known by its tag
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
