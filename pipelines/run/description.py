"""Manifest and card of a finished dataset: both follow from _shards/ alone, whoever writes them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.config import GateConfig
from pipelines.run.row_counts import PlanCounts, lines_by_file
from pipelines.run.run_plan import RunPlan
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.card import CardFacts, RunFacts, card_bytes
from speech.dataset.files import foreign_files
from speech.dataset.manifest import (
    manifest_bytes,
    read_manifest,
    recorded,
    runs_of,
    stored_manifest,
)
from speech.dataset.markers import Marker, Summary, Yield
from speech.dataset.runs import Run, RunRecord, read_record
from speech.dataset.seal import to_json
from speech.errors import InputError
from speech.licenses import joint_license
from speech.storage import Checksum, Location

CARD_KEY = "voice_licenses"


def describe(
    run_plan: RunPlan, markers: Mapping[int, Marker], counts: PlanCounts, wall_s: float
) -> None:
    """Write README.md and, last, manifest.json, which says that both are there.

    What only a run can know is written down by the first that finishes it, and kept: one that mends a
    shard later leaves manifest and card as they were.

    Raises:
        InputError: shards of an earlier run are missing.
    """
    output = run_plan.config.output
    known = kept_provenance(output, run_plan.tag) or provenance(run_plan, counts, wall_s)
    check_shards(output, all_runs(run_plan, markers, known))
    keep_provenance(output, run_plan.tag, known)
    believed = kept_provenance(output, run_plan.tag) or known
    write_description(output, all_runs(run_plan, markers, believed))


def check_shards(output: Location, runs: Sequence[Run]) -> None:
    """Raises InputError: a shard of one of them is missing, which manifest and card would pass over."""
    for run in runs:
        if lost := int(run.identity["shards"]) - len(run.markers):
            mend = f'make verify ARGS="output={output} repair=true"'
            raise InputError(f"{output} has lost {lost} shards of its other runs: {mend}")


def write_description(output: Location, runs: Sequence[Run]) -> None:
    manifest = manifest_bytes(runs)
    storage.write_bytes(storage.join(output, dataset.CARD_NAME), card_of(manifest))
    storage.write_bytes(storage.join(output, dataset.MANIFEST_NAME), manifest)


def all_runs(
    run_plan: RunPlan, markers: Mapping[int, Marker], known: Mapping[str, Any]
) -> list[Run]:
    """Those of the dataset, with this one as it is now."""
    own = Run(run_plan.tag, run_plan.identity, known, markers)
    return with_others(run_plan.config.output, [own])


def with_others(output: Location, runs: Sequence[Run]) -> list[Run]:
    """Some runs of a dataset as they are now, and all of its others."""
    own = {run.tag for run in runs}
    others = [run.read(output) for run in runs_of(output) if run.tag not in own]
    return sorted([*others, *runs], key=lambda run: dataset.tag_order(run.tag))


def look_over(run_plan: RunPlan, markers: Mapping[int, Marker]) -> tuple[list[str], list[str]]:
    """What can be told at no cost of a dataset that was finished before: which of manifest and card
    have to be written again, and what is wrong beside that."""
    output = run_plan.config.output
    stored = _stored(output, dataset.MANIFEST_NAME)
    if (manifest := read_manifest(stored)) is None:  # nothing tells which files are its own
        return [dataset.MANIFEST_NAME], []
    wrong = [
        f"{name} is not of this dataset: move it elsewhere"
        for name in foreign_files(output, sorted(dataset.list_parts(output, "data")))
    ]
    known = {run.tag: run.provenance for run in recorded(manifest)}
    if run_plan.tag not in known:
        return [dataset.MANIFEST_NAME], wrong
    if stored != manifest_bytes(all_runs(run_plan, markers, known[run_plan.tag])):
        mend = f'make verify ARGS="output={output} repair=true"'
        return [], [*wrong, f"{dataset.MANIFEST_NAME} and the markers in _shards/ differ: {mend}"]
    if _stored(output, dataset.CARD_NAME) != card_of(stored):
        return [dataset.CARD_NAME], wrong
    return [], wrong


def provenance(run_plan: RunPlan, counts: PlanCounts, wall_s: float) -> dict[str, Any]:
    """What follows neither from a run's identity nor from its markers, as JSON values."""
    from speech.judges.judges import Judges
    from speech.machine import software

    return {
        "wall_s": wall_s,
        "judges": Judges(run_plan.config.gate.judges).revisions,
        "software": software(),
        "corpus_lines": lines_by_file(run_plan.corpus, counts),
        "known": {str(shard): known for shard, known in counts.known.items() if known},
        CARD_KEY: run_plan.voice_licenses,
    }


def keep_provenance(output: Location, tag: str, known: Mapping[str, Any]) -> None:
    """Of several that finish a run at a time, the first is believed by all."""
    name = dataset.of_run(dataset.PROVENANCE_NAME, tag)
    path = storage.join(output, name)
    if not storage.write_bytes(path, to_json(known), if_absent=True) and (
        read_record(output, name) is None
    ):
        storage.write_bytes(path, to_json(known))  # it was damaged


def kept_provenance(output: Location, tag: str) -> dict[str, Any] | None:
    """None where it was not written yet, or is damaged and the manifest as well."""
    kept = read_record(output, dataset.of_run(dataset.PROVENANCE_NAME, tag))
    if kept is None and (manifest := stored_manifest(output)):
        found = [run.provenance for run in recorded(manifest) if run.tag == tag]
        return dict(found[0]) if found else None
    return kept


def _stored(output: Location, name: str) -> bytes:
    path = storage.join(output, name)
    return storage.read_bytes(path) if storage.exists(path) else b""


def card_of(manifest: bytes) -> bytes:
    """README.md of a whole manifest of `make synth`; other commands write no `CARD_KEY`, and no card.

    Raises:
        ValueError: a damaged manifest.
    """
    known = read_manifest(manifest)
    if known is None:
        raise ValueError("no whole manifest")
    return card_bytes(_facts(recorded(known)), _summary(known))


def _summary(manifest: Mapping[str, Any]) -> Summary:
    counts = manifest["counts"]
    return Summary(
        total=Yield(counts["accepted"], counts["rejected"], manifest["hours"] * 3600),
        reasons=dict(sorted(manifest["reasons"].items(), key=lambda item: (-item[1], item[0]))),
        voices={voice: Yield(**part) for voice, part in manifest["voices"].items()},
        stats=manifest["stats"],
        files={name: Checksum(**stamp) for name, stamp in manifest["files"].items()},
    )


def _facts(runs: Sequence[RunRecord]) -> CardFacts:
    spoken = [run for run in runs if CARD_KEY in run.provenance]
    licenses, languages, voices = set[str](), set[str](), dict[str, set[str]]()
    for run in spoken:
        teacher = run.identity["teacher"]
        languages.update(teacher["languages"])
        for voice, license_ in run.provenance[CARD_KEY].items():
            voices.setdefault(voice, set()).add(license_)
            licenses.add(joint_license(teacher["license"], license_))
    return CardFacts(
        languages=sorted(languages),
        licenses=sorted(licenses),
        voice_licenses={voice: ", ".join(sorted(found)) for voice, found in voices.items()},
        runs=[_run_facts(run) for run in spoken],
    )


def _run_facts(run: RunRecord) -> RunFacts:
    teacher = run.identity["teacher"]
    gate = GateConfig.model_validate(run.identity["gate"])
    return RunFacts(
        teacher=teacher["name"],
        teacher_revision=teacher["revision"],
        teacher_license=teacher["license"],
        judges=run.provenance["judges"],
        thresholds={
            "WER at most": gate.wer_max,
            "CER at most": gate.cer_max,
            "similarity at least": gate.similarity_min,
            "MOS at least": gate.mos_min,
            "attempts": gate.attempts,
            "candidates in each": gate.candidates,
        },
        seed=run.identity["seed"],
    )
