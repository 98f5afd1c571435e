"""The figures under a headline, each with its interval and what that allows to be said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.metrics.measures import Measure
from eval.report.counts import figure, of_sentences, size
from eval.report.figures import ENOUGH
from eval.report.headline import SPEED, VOICE, WORDS, Claim, Headline, signed, times
from eval.report.results import SystemResult

CHIPS = {"no difference found": "within chance", "too few sentences": "too few to tell"}
UNITS = {WORDS: "points", VOICE: "cosine"}


@dataclass(frozen=True)
class Tile:
    measure: str
    """its key, or `size`"""
    subject: str
    value: str
    unit: str
    detail: str
    chip: str
    """better, worse, within chance, too few to tell; or nothing"""


def tiles(
    headline: Headline, systems: Sequence[SystemResult], scales: Mapping[str, Measure]
) -> list[Tile]:
    named = {system.name: system for system in systems}
    system = named[headline.system]
    if headline.against is None:
        return [_alone(claim, system, scales[claim.measure]) for claim in headline.claims]
    other = named[headline.against]
    compared = [_compared(claim, system, other, scales[claim.measure]) for claim in headline.claims]
    return [*compared, *_size(system, other)]


def _alone(claim: Claim, system: SystemResult, measure: Measure) -> Tile:
    value, detail = figure(system.clips, claim.interval, measure)
    enough = claim.interval.count >= ENOUGH
    unit = measure.unit if enough else ""
    if claim.measure == SPEED:
        unit = "s for a second"
    return Tile(
        claim.measure,
        claim.subject,
        value,
        unit,
        detail,
        "" if enough else CHIPS["too few sentences"],
    )


def _compared(claim: Claim, system: SystemResult, other: SystemResult, measure: Measure) -> Tile:
    chip, interval = CHIPS.get(claim.verdict, claim.verdict), claim.interval
    if claim.measure == SPEED:
        between = f"{times(interval.low)} to {times(interval.high)}"
        detail = between if interval.count >= ENOUGH else of_sentences(interval.count)
        return Tile(claim.measure, claim.subject, claim.value, "as fast", detail, chip)
    if interval.count < ENOUGH:
        (ours, what), (theirs, _) = (
            figure(one.clips, one.figures.get(claim.measure), measure) for one in (system, other)
        )
        return Tile(
            claim.measure,
            claim.subject,
            ours,
            what if claim.measure == WORDS else "",
            f"{other.name}: {theirs}",
            chip,
        )
    if interval.low == interval.high == 0:
        return Tile(
            claim.measure,
            claim.subject,
            "0",
            UNITS.get(claim.measure, ""),
            "the same in every sentence",
            chip,
        )
    low, high = (signed(measure.scale * v, measure.digits) for v in (interval.low, interval.high))
    return Tile(
        claim.measure,
        claim.subject,
        claim.value,
        UNITS.get(claim.measure, ""),
        f"{low} to {high}",
        chip,
    )


def _size(system: SystemResult, other: SystemResult) -> Iterator[Tile]:
    """Of weights: a count, in which there is no chance."""
    if system.size is None or other.size is None or not (system.size.bytes and other.size.bytes):
        return
    ratio = other.size.bytes / system.size.bytes
    value = f"1/{times(ratio)}" if ratio > 1 else f"{times(1 / ratio)}×"
    yield Tile(
        "size", "size", value, "", f"{size(system.size.bytes)}B for {size(other.size.bytes)}B", ""
    )
