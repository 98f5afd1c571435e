"""What the report comes to: one sentence for each system, and the figures that it rests on.

Intervals choose the words. A difference whose interval holds zero is said to be within chance, never
to be none.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.metrics.bootstrap import Interval
from eval.metrics.measures import Measure, by_key, rated
from eval.report.figures import ENOUGH, Difference
from eval.report.ratios import Ratio, inverse
from eval.report.results import SystemResult

SPEED, WORDS, VOICE = "real_time_factor", "wer", "similarity"
SUBJECTS = {SPEED: "speed", WORDS: "wrong words", VOICE: "own voice"}
OPPOSITE = {"better": "worse", "worse": "better"}


@dataclass(frozen=True)
class Claim:
    """One measure of a system against another's; `verdict` is as in `eval.report.figures`."""

    measure: str
    subject: str
    """what differs, for people"""
    said: str
    """of the system, where the verdict allows it: "is 14 times as fast\""""
    value: str
    interval: Interval
    verdict: str


@dataclass(frozen=True)
class Headline:
    """`text` is one sentence; `against` is the baseline, None for a system that stands alone."""

    system: str
    against: str | None
    sentences: int
    text: str
    claims: Sequence[Claim]


def headlines(
    systems: Sequence[SystemResult],
    baseline: str | None,
    differences: Sequence[Difference],
    ratios: Sequence[Ratio],
    measures: Sequence[Measure],
) -> list[Headline]:
    """One for each system against the baseline, or for the only one."""
    spoke = [system for system in systems if system.figures]
    scales = by_key(measures)
    others = [system for system in spoke if system.name != baseline]
    if baseline is None or not others:
        return [_alone(system, scales, rated(measures)) for system in spoke]
    found = []
    for system in others:
        claims = [
            *_of_speed(ratios, baseline, system.name),
            *_of_differences(differences, baseline, system.name, scales, rated(measures)),
        ]
        if claims:
            found.append(_compared(system.name, baseline, claims))
    return found


def _compared(system: str, baseline: str, claims: Sequence[Claim]) -> Headline:
    sentences = max(claim.interval.count for claim in claims)
    sayable = [c for c in claims if c.verdict in OPPOSITE]
    chance = [c.subject for c in claims if c.verdict == "no difference found"]
    few = [c.subject for c in claims if c.verdict == "too few sentences"]
    if len(few) == len(claims):
        text = (
            f"{_sentences(sentences)} too few to tell {system} from {baseline}: "
            f"at least {ENOUGH} are needed."
        )
    else:
        parts = [_told(system, baseline, sayable)] if sayable else []
        parts += [f"{_differences(chance)} within chance"] if chance else []
        parts += [_too_few(few)] if few else []
        text = "; ".join(parts) + "."
        text = text if sayable else f"Between {system} and {baseline}, {text}"
    return Headline(system, baseline, sentences, text, claims)


def _told(system: str, baseline: str, claims: Sequence[Claim]) -> str:
    """The first claim names the baseline: "x is 14 times as fast as y and scores 0.08 MOS lower"."""
    first = claims[0]
    than = "as" if first.measure == SPEED else "than"
    said = [f"{first.said} {than} {baseline}", *(claim.said for claim in claims[1:])]
    return f"{system} {listed(said)}"


def _sentences(count: int) -> str:
    return "1 sentence is" if count == 1 else f"{count} sentences are"


def _too_few(subjects: Sequence[str]) -> str:
    return f"too few sentences for {listed(subjects)}"


def _differences(subjects: Sequence[str]) -> str:
    many = len(subjects) > 1
    return f"the difference{'s' if many else ''} in {listed(subjects)} {'are' if many else 'is'}"


def _of_speed(ratios: Sequence[Ratio], baseline: str, system: str) -> Iterator[Claim]:
    for ratio in ratios:
        if ratio.measure != SPEED or {ratio.first, ratio.second} != {baseline, system}:
            continue
        forward = ratio.second == system
        interval = ratio.interval if forward else inverse(ratio.interval)
        faster, turns = interval.estimate, times(interval.estimate)
        said = (
            f"is {turns} times as fast"
            if faster > 1
            else f"takes {times(1 / faster)} times as long"
        )
        verdict = ratio.verdict if forward else OPPOSITE.get(ratio.verdict, ratio.verdict)
        yield Claim(SPEED, SUBJECTS[SPEED], said, f"{turns}×", interval, verdict)


def _of_differences(
    differences: Sequence[Difference],
    baseline: str,
    system: str,
    scales: Mapping[str, Measure],
    raters: Sequence[str],
) -> Iterator[Claim]:
    pair = {baseline, system}
    mine = {d.measure: _towards(d, system) for d in differences if {d.first, d.second} == pair}
    for key in (WORDS, *raters, VOICE):
        if key in mine:
            found, scale = mine[key], scales[key]
            subject = SUBJECTS.get(key, scale.title)
            value = signed(scale.scale * found.interval.estimate, scale.digits)
            yield Claim(key, subject, _said(found, scale), value, found.interval, found.verdict)


def _towards(difference: Difference, system: str) -> Difference:
    """The difference as `system` less the other."""
    if difference.second == system:
        return difference
    i = difference.interval
    turned = replace(i, estimate=-i.estimate, low=-i.high, high=-i.low)
    verdict = OPPOSITE.get(difference.verdict, difference.verdict)
    return Difference(difference.measure, system, difference.first, turned, verdict)


def _said(difference: Difference, measure: Measure) -> str:
    value = measure.scale * difference.interval.estimate
    size = amount(value, measure.digits)
    if measure.key == WORDS:
        return f"gets {size} points {'fewer' if value < 0 else 'more'} words wrong"
    if measure.key == VOICE:
        return f"is {size} {'farther from' if value < 0 else 'nearer to'} the voice asked for"
    return f"scores {size} {measure.title} {'lower' if value < 0 else 'higher'}"


def _alone(system: SystemResult, scales: Mapping[str, Measure], raters: Sequence[str]) -> Headline:
    """Figures of its own; of those of few sentences, no more than that they are few."""
    said = {
        WORDS: "gets {} % of the words wrong",
        **{key: "scores {} " + scales[key].title for key in raters},
        VOICE: "is at a cosine of {} to the voice asked for",
        SPEED: "takes {} s for a second of speech",
    }
    claims = []
    for key, words in said.items():
        if key in system.figures:
            interval, scale = system.figures[key], scales[key]
            value = f"{scale.scale * interval.estimate:.{scale.digits}f}"
            subject = SUBJECTS.get(key, scale.title)
            claims.append(Claim(key, subject, words.format(value), value, interval, ""))
    sentences = max((claim.interval.count for claim in claims), default=0)
    sayable = [claim.said for claim in claims if claim.interval.count >= ENOUGH]
    few = [claim.subject for claim in claims if claim.interval.count < ENOUGH]
    if sayable:
        text = f"{system.name} {listed(sayable)}{f'; {_too_few(few)}' if few else ''}."
    elif not claims:
        text = f"Neither words, voice, opinion nor speed of {system.name} could be measured."
    else:
        text = (
            f"{_sentences(sentences)} too few to say how good {system.name} is: "
            f"at least {ENOUGH} are needed."
        )
    return Headline(system.name, None, sentences, text, claims)


def listed(parts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""


def times(ratio: float) -> str:
    """37, 2.3, 1.04, 0.0033: what matters of a ratio."""
    digits = 0 if ratio >= 10 else 1 if ratio >= 2 else 2
    if 0 < ratio < 0.1:
        digits = 1 - math.floor(math.log10(ratio))
    return f"{ratio:.{digits}f}"


def amount(value: float, digits: int) -> str:
    """Without its sign; a digit more where it would be nothing."""
    shown = f"{abs(value):.{digits}f}"
    return shown if float(shown) else f"{abs(value):.1g}"


def signed(value: float, digits: int) -> str:
    shown = f"{value:+.{digits}f}".replace("-", "\u2212")
    return shown if float(f"{value:.{digits}f}") else shown[1:]
