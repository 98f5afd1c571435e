"""The whole plan of a run, from its corpus to its cost."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import Console

from pipelines.planning.cautions import cautions, is_multi_region
from pipelines.planning.config import PlanConfig
from pipelines.planning.intervals import Interval
from pipelines.planning.machines import ProfileCost, cost_of
from pipelines.planning.requests import Requests, StorageCost, count_requests, storage_cost
from pipelines.planning.sample import CorpusSample, take_sample
from pipelines.planning.speaking import Heard, listen
from pipelines.planning.text import SampleText, line_planner, read_text
from pipelines.planning.units import RunUnits, units_of
from pipelines.text import corpus_checks
from pipelines.text.utterances import spoken_languages
from speech.progress import waiting
from teacher.voices import VoiceBank, load_bank

FLAC_BYTES_PER_S = 26_000
"""measured on 24 kHz mono speech"""
MEL_BYTES_PER_S = 8_500
"""measured, as Parquet compresses them"""


@dataclass(frozen=True)
class Estimate:
    """What a run will take; None where it could not be measured."""

    output: str
    sample: CorpusSample
    lines: Interval
    utterances: Interval
    rejected: dict[str, int]
    """rows by reason, before the teacher"""
    rejected_share: dict[str, Interval]
    """of all rows"""
    units: RunUnits
    audio_h: Interval
    """hours of speech, each utterance once"""
    heard: Heard
    spoken_h: float
    """hours of speech with all tries"""
    storage_gb: Interval
    """of 10^9 bytes; of what the pilot accepts or, without one, of all"""
    requests: Requests
    storage_cost: StorageCost
    profiles: list[ProfileCost]
    prices: str
    """the table, its dates and its hash"""
    teacher_license: str
    warnings: list[str]


def estimate(config: PlanConfig, console: Console) -> Estimate:
    """Read a sample, speak some of it where a teacher is at hand, and reckon.

    Raises:
        InputError: what `make synth` would refuse of the corpus and the voices, or a price that is
            asked for and not known.
    """
    corpus_checks.check_language(config)
    for name in config.plan.profiles:
        config.prices.usd_an_hour(name)
    config.prices.storage_class(config.plan.storage_class)
    sample = take_sample(config, partial(waiting, console=console))
    corpus = sample.as_plan()
    for note in corpus_checks.notes(config, corpus, corpus_checks.first_lines(config, corpus)):
        console.print(note, style="yellow", markup=False, highlight=False, soft_wrap=True)
    bank = load_bank(config.voices, languages=spoken_languages(config))
    corpus_checks.check_per_text(config, bank)
    text = read_text(sample, line_planner(config, bank), console)
    utterances = [row.utterance for row in text.rows if row.utterance]
    heard = listen(config, bank, corpus, utterances, console)
    return reckon(config, bank, text, heard)


def reckon(config: PlanConfig, bank: VoiceBank, text: SampleText, heard: Heard) -> Estimate:
    """The figures of the whole from those of the sample, and what they cost."""
    audio_h = text.total(lambda tally: tally.audio_s).times(1 / 3600)
    units = units_of(config, text, heard.limit)
    accepted, tries = Interval.exactly(1.0), float(config.gate.candidates)
    if heard.pilot:
        accepted, tries = heard.pilot.accepted_share, heard.pilot.tries_an_utterance
    kept = Interval.exactly(1.0) if config.dataset.keep_rejected_audio else accepted
    mels = config.dataset.keep_mels and config.teacher.makes_mels
    bytes_per_s = FLAC_BYTES_PER_S + (MEL_BYTES_PER_S if mels else 0)
    storage_gb = _product(audio_h, kept).times(3600 * bytes_per_s / 1e9)
    names = config.plan.profiles
    spoken_h, rounds = audio_h.value * tries, tries / config.gate.candidates
    profiles = [cost_of(config, name, heard, spoken_h, units.units) for name in names]
    requests = _requests(config, units, rounds, profiles)
    is_replicated = is_multi_region(config.plan.bucket_region)
    return Estimate(
        output=config.output,
        sample=text.sample,
        lines=text.lines,
        utterances=text.total(lambda tally: tally.utterances),
        rejected={reason: round(text.rejected(reason).value) for reason in text.reasons},
        rejected_share={reason: text.rejected_share(reason) for reason in text.reasons},
        units=units,
        audio_h=audio_h,
        heard=heard,
        spoken_h=spoken_h,
        storage_gb=storage_gb,
        requests=requests,
        storage_cost=storage_cost(
            config.prices, config.plan.storage_class, requests, storage_gb.value, is_replicated
        ),
        profiles=profiles,
        prices=config.prices.label(names),
        teacher_license=config.teacher.license,
        warnings=list(cautions(config, bank, units.units)),
    )


def _requests(
    config: PlanConfig, units: RunUnits, rounds: float, profiles: Sequence[ProfileCost]
) -> Requests:
    """Of the slowest profile, whose workers say the longest that they live."""
    batches = math.ceil(units.batches.count * rounds)
    worker_h = max((profile.device_h or 0.0 for profile in profiles), default=0.0)
    lease_s = config.runner.shared_lease_s
    return count_requests(units.shards, units.units, batches, worker_h, lease_s)


def _product(one: Interval, other: Interval) -> Interval:
    """Of two figures that know nothing of each other: their errors as shares, added as squares."""
    value = one.value * other.value
    if not value:
        return Interval(value, one.low * other.low, one.high * other.high)
    below = sum((1 - figure.low / figure.value) ** 2 for figure in (one, other)) ** 0.5
    above = sum((figure.high / figure.value - 1) ** 2 for figure in (one, other)) ** 0.5
    return Interval(value, value * max(0.0, 1 - below), value * (1 + above))
