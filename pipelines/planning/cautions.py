"""What a plan warns of: places, licences, and workers with nothing to do."""

from collections.abc import Iterator

from pipelines.planning.config import PlanConfig
from pipelines.run.preparation import check_licenses
from pipelines.runners.dataflow import DataflowConfig
from speech.errors import InputError
from speech.storage import is_gcs
from teacher.voices import VoiceBank

IDLE_SHARE = 0.1
"""of the workers' time, from which on they are too many for the units"""


def is_multi_region(region: str | None) -> bool:
    """By its name: `us`, `eu`, `asia`, or a pair as `nam4`; a region is as `us-central1`."""
    return region is not None and "-" not in region


def cautions(config: PlanConfig, bank: VoiceBank, units: int) -> Iterator[str]:
    """A line each."""
    yield from _of_places(config)
    yield from _of_workers(config.plan.workers, units)
    try:
        check_licenses(config, bank)
    except InputError as error:
        yield f"make synth will stop here: {error}"


def _of_places(config: PlanConfig) -> Iterator[str]:
    runner, plan, prices = config.runner, config.plan, config.prices
    region = runner.region if isinstance(runner, DataflowConfig) else None
    if region and region != prices.dataflow.region:
        yield f"prices of Dataflow are of {prices.dataflow.region}; runner.region={region}"
    corpus = next((path for path in config.corpus.paths if is_gcs(path)), None)
    for key, place, path in (
        ("plan.bucket_region", plan.bucket_region, config.output),
        ("plan.corpus_region", plan.corpus_region, corpus),
    ):
        if path is None or not is_gcs(path):
            continue
        if place is None:
            other = "if it is in another region than the workers, each byte between is billed"
            yield f"{key} is not given, where {path} is: {other}"
        elif region and not _holds(place, region):
            yield f"{key}={place} and runner.region={region}: each byte between regions is billed"
    if is_gcs(config.output) and is_multi_region(plan.bucket_region):
        known = prices.storage.replication_usd_a_gib is not None
        rest = "" if known else "; not in the cost: give prices.storage.replication_usd_a_gib=..."
        yield f"a multi-region bucket ({plan.bucket_region}) bills the replication of every write{rest}"


def _holds(place: str, region: str) -> bool:
    """Whether a region is the bucket's, or one of a multi-region's; pairs are not known by name."""
    continent = {"us": "us", "eu": "europe", "asia": "asia"}.get(place)
    return place == region or (continent is not None and region.startswith(f"{continent}-"))


def _of_workers(workers: int, units: int) -> Iterator[str]:
    if workers > units:
        yield (f"{workers} workers and {units} units of work: {workers - units} have nothing to do")
    elif units and 1 - units / (workers * -(-units // workers)) > IDLE_SHARE:
        idle = 1 - units / (workers * -(-units // workers))
        yield f"{workers} workers and {units} units of work: they wait {idle:.0%} of the time"
