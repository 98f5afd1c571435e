"""What a reader of the report must know before believing its figures, in plain sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.report.figures import ENOUGH
from eval.report.results import SystemResult, TestSetSummary

FEW = 30
"""sentences, below which an interval is itself unsure"""

UNCHECKED = (
    "There was no dataset to compare with, so it is not known whether a sentence was trained on."
)


@dataclass(frozen=True)
class Note:
    """`about` is what it is of: `testset`, `sentences`, `baseline`, `prosody`, `system:` and its name,
    or the key of a measure."""

    about: str
    text: str


def notes(
    testset: TestSetSummary | None,
    systems: Sequence[SystemResult],
    baseline: str | None,
    checked_dataset: bool,
) -> list[Note]:
    return [*_of_testset(testset, checked_dataset), *_of_systems(systems, baseline)]


def _of_testset(testset: TestSetSummary | None, checked_dataset: bool) -> Iterator[Note]:
    if testset is None:
        return
    if testset.error is not None:
        yield Note("testset", f"The test set could not be used: {testset.error}.")
        return
    trained = testset.left_out.get("in_the_dataset", 0)
    if checked_dataset:
        yield Note(
            "testset",
            f"{trained} sentences of the test set are in the dataset and were excluded "
            "(compared by hash of the normalised text).",
        )
    else:
        yield Note("testset", UNCHECKED)
    for reason, count in testset.left_out.items():
        if reason != "in_the_dataset":
            yield Note("testset", f"{count} lines of the test set cannot be spoken: {reason}.")
    if testset.sentences < ENOUGH:
        yield Note(
            "sentences",
            f"{testset.sentences} of at least {ENOUGH} sentences, which is too few for intervals and "
            "verdicts; counts are shown in the place of percentages.",
        )
    elif testset.sentences < FEW:
        yield Note(
            "sentences", f"Only {testset.sentences} sentences: the intervals themselves are unsure."
        )


def _of_systems(systems: Sequence[SystemResult], baseline: str | None) -> Iterator[Note]:
    for system in systems:
        about = f"system:{system.name}"
        if system.error is not None:
            yield Note(about, f"{system.name} could not be measured: {system.error}.")
            continue
        if system.failed:
            yield Note(
                about,
                f"{system.name} did not say {system.failed} sentences; its figures are of the others.",
            )
        if system.references_error is not None:
            yield Note(
                about,
                f"{system.name} has voices without a reference, so that these have no similarity: "
                f"{system.references_error}.",
            )
        for judge, count in _failures(system).items():
            yield Note(about, f"{system.name}: {judge} gave no value for {count} clips.")
    kinds = {system.kind for system in systems if system.error is None}
    if systems and not kinds & {"teacher", "recordings"}:
        yield Note(
            "baseline",
            "Neither a teacher nor recordings stand beside these systems to compare them with.",
        )
    if baseline is not None and len(systems) > 1:
        yield Note(
            "prosody",
            f"MCD and F0 compare a clip with that of {baseline} in the same voice. {baseline} itself, "
            "where it has these figures, is compared with its own second takes, of other seeds: no "
            "system can be expected to come nearer to a take than another take of it does.",
        )


def _failures(system: SystemResult) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for clip in system.clips:
        for judge in clip.problems:
            if judge != "system":
                counts[judge] = counts.get(judge, 0) + 1
    return counts
