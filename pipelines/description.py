"""Manifest and card of a finished dataset: both follow from _shards/ alone, whoever writes them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.config import GateConfig
from speech import storage
from speech.dataset import layout as dataset
from speech.dataset.card import CardFacts, card_bytes
from speech.dataset.layout import Marker, Summary, Yield
from speech.dataset.manifest import manifest_bytes, provenance_of, read_manifest
from speech.dataset.seal import from_json, to_json
from speech.licenses import joint_license
from speech.storage import Checksum, Location

if TYPE_CHECKING:
    from pipelines.run_plan import RunPlan


CARD_KEY = "voice_licenses"


def describe(run_plan: "RunPlan", markers: Mapping[int, Marker], wall_s: float) -> None:
    """Write README.md and, last, manifest.json, which says that both are there.

    What only a run can know is written down by the first that finishes the dataset, and kept: one
    that mends a shard later leaves manifest and card as they were.
    """
    output = run_plan.config.output
    known = kept_provenance(output) or provenance(run_plan, wall_s)
    keep_provenance(output, known)
    manifest = manifest_bytes(run_plan.identity, markers, known)
    storage.write_bytes(storage.join(output, dataset.CARD_NAME), card_of(manifest))
    storage.write_bytes(storage.join(output, dataset.MANIFEST_NAME), manifest)


def look_over(run_plan: "RunPlan", markers: Mapping[int, Marker]) -> tuple[list[str], list[str]]:
    """What can be told at no cost of a dataset that was finished before: which of manifest and card
    have to be written again, and what is wrong beside that."""
    output = run_plan.config.output
    stored = _stored(output, dataset.MANIFEST_NAME)
    found = dataset.list_parts(output, "data")
    own = {
        dataset.shard_part(i, run_plan.corpus.shards).data for i in range(run_plan.corpus.shards)
    }
    wrong = [
        f"{name} is not of this dataset: move it elsewhere"
        for name in sorted(found)
        if name not in own
    ]
    if (manifest := read_manifest(stored)) is None:
        return [dataset.MANIFEST_NAME], wrong
    if stored != manifest_bytes(run_plan.identity, markers, provenance_of(manifest)):
        mend = f'make verify ARGS="output={output} repair=true"'
        return [], [*wrong, f"{dataset.MANIFEST_NAME} and the markers in _shards/ differ: {mend}"]
    if _stored(output, dataset.CARD_NAME) != card_of(stored):
        return [dataset.CARD_NAME], wrong
    return [], wrong


def provenance(run_plan: "RunPlan", wall_s: float) -> dict[str, Any]:
    """What follows neither from a run's identity nor from its markers, as JSON values."""
    from speech.judges.judges import Judges
    from speech.machine import software

    return {
        "wall_s": wall_s,
        "judges": Judges(run_plan.config.gate.judges).revisions,
        "software": software(),
        "corpus_lines": {part.file.path: part.lines for part in run_plan.corpus.parts},
        CARD_KEY: run_plan.voice_licenses,
    }


def keep_provenance(output: Location, known: Mapping[str, Any]) -> None:
    storage.write_bytes(storage.join(output, dataset.PROVENANCE_NAME), to_json(known))


def kept_provenance(output: Location) -> dict[str, Any] | None:
    """None where it was not written yet, or is damaged and the manifest as well."""
    kept = from_json(_stored(output, dataset.PROVENANCE_NAME))
    if kept is None and (manifest := read_manifest(_stored(output, dataset.MANIFEST_NAME))):
        return provenance_of(manifest)
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
    return card_bytes(_facts(known), _summary(known))


def _summary(manifest: Mapping[str, Any]) -> Summary:
    counts = manifest["counts"]
    return Summary(
        total=Yield(counts["accepted"], counts["rejected"], manifest["hours"] * 3600),
        reasons=dict(sorted(manifest["reasons"].items(), key=lambda item: (-item[1], item[0]))),
        voices={voice: Yield(**part) for voice, part in manifest["voices"].items()},
        stats=manifest["stats"],
        files={name: Checksum(**stamp) for name, stamp in manifest["files"].items()},
    )


def _facts(manifest: Mapping[str, Any]) -> CardFacts:
    identity, licenses = manifest["identity"], manifest[CARD_KEY]
    teacher = identity["teacher"]
    gate = GateConfig.model_validate(identity["gate"])
    return CardFacts(
        languages=teacher["languages"],
        licenses=sorted({joint_license(teacher["license"], name) for name in licenses.values()}),
        teacher=teacher["name"],
        teacher_revision=teacher["revision"],
        teacher_license=teacher["license"],
        judges=manifest["judges"],
        thresholds={
            "WER at most": gate.wer_max,
            "CER at most": gate.cer_max,
            "similarity at least": gate.similarity_min,
            "MOS at least": gate.mos_min,
            "attempts": gate.attempts,
            "candidates in each": gate.candidates,
        },
        voice_licenses=licenses,
        seed=identity["seed"],
    )
