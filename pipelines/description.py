"""Manifest and card of a finished dataset."""

from collections.abc import Mapping

from eval.judges import Judges
from pipelines.card import CardFacts, write_card
from pipelines.dataset import Marker, summarize, write_manifest
from pipelines.launch import Launch
from speech.licenses import joint_license
from speech.machine import software


def describe(launch: Launch, markers: Mapping[int, Marker], wall_s: float) -> None:
    """Write README.md and, last, manifest.json, which says that both are there."""
    config, summary = launch.config, summarize(markers)
    judges = Judges(config.gate.judges).revisions
    extra = {
        "wall_s": wall_s,
        "device_s": summary.stats.get("teacher_s", 0) + summary.stats.get("vocoder_s", 0),
        "judges": judges,
        "software": software(),
    }
    write_card(config.output, _facts(launch, judges), summary)
    write_manifest(config.output, launch.identity, markers, extra)


def _facts(launch: Launch, judges: dict[str, str]) -> CardFacts:
    config, licenses = launch.config, launch.voice_licenses
    gate = config.gate
    return CardFacts(
        languages=config.teacher.languages,
        licenses=sorted(
            {joint_license(config.teacher.license, name) for name in licenses.values()}
        ),
        teacher=config.teacher.name,
        teacher_revision=config.teacher.revision,
        teacher_license=config.teacher.license,
        judges=judges,
        thresholds={
            "WER at most": gate.wer_max,
            "CER at most": gate.cer_max,
            "similarity at least": gate.similarity_min,
            "MOS at least": gate.mos_min,
            "attempts": gate.attempts,
            "candidates in each": gate.candidates,
        },
        voice_licenses=licenses,
        seed=config.seed,
    )
