"""What a run asks of object storage, by the layout of its output (docs/planning.md)."""

from dataclasses import dataclass

from pipelines.planning.prices import GIB, PricesConfig
from pipelines.progress.heartbeat import EVERY_S
from speech.storage.lease import BEATS

UNIT_WRITES, UNIT_LISTINGS, UNIT_READS = 3, 1, 18
"""clips, rejections and marker; whether it was the last of its shard; looks at its shard (3), at itself
(2), its files (2) and its record of batches (2), its text (3), and at the merge all three read and
looked at before they are deleted"""
BATCH_WRITES = 1
"""what is about to be spoken, for whoever comes after a worker that died of it"""
SHARD_WRITES, SHARD_LISTINGS, SHARD_READS = 4, 2, 11
"""its part of the plan, clips, rejections and marker; its units, before they are made and when they are
deleted; looks at its files (3) and at its part of the plan (5), and its marker (3)"""
RUN_WRITES, RUN_LISTINGS, RUN_READS = 10, 30, 10
"""run.json, plan.json, manifest and card; which shards are there, of three folders, before and after
each job; the reading of the records"""
LEASE_WRITES, LEASE_READS = 2, 2
"""of a unit by `runner=lease`: taken, and confirmed before its marker; a look before it is taken, and
before it is given back"""
NAMES_A_LISTING = 1000
SOFT_DELETE_MONTHS = 7 / 30
"""for which the files of merged units are still billed"""


@dataclass(frozen=True)
class Requests:
    class_a: int
    """requests of Cloud Storage's class A: writes and listings"""
    class_b: int
    """requests of class B: reads of data and of metadata"""


@dataclass(frozen=True)
class StorageCost:
    """In US dollars."""

    requests_usd: float
    month_usd: float
    """dollars a month for keeping the finished dataset"""
    soft_delete_usd: float
    """once: of the units' own files, for seven days after they were merged"""
    download_usd: float
    """dollars for one download of the whole dataset out of the cloud, retrieval included"""
    replication_usd: float | None
    """of every byte written, where the bucket is multi-region; None: the price is not known"""


def count_requests(
    shards: int, units: int, batches: int, worker_h: float = 0.0, lease_s: float | None = None
) -> Requests:
    """What a run asks of its bucket, from beginning to end.

    Args:
        batches: of all tries.
        worker_h: hours of all workers together, in which they write now and then that they live; 0
            leaves that out.
        lease_s: `runner.lease_s`; None with other runners.
    """
    writes = UNIT_WRITES * units + BATCH_WRITES * batches + SHARD_WRITES * shards + RUN_WRITES
    reads = UNIT_READS * units + SHARD_READS * shards + RUN_READS
    beats_a_s = 1 / EVERY_S
    if lease_s is not None:
        writes, reads = writes + LEASE_WRITES * units, reads + LEASE_READS * units
        beats_a_s += BEATS / lease_s
    pages = -(-UNIT_WRITES * units // max(1, shards) // NAMES_A_LISTING)
    listings = (
        UNIT_LISTINGS * units * (pages + 1) // 2  # the units' names are half there on average
        + SHARD_LISTINGS * shards * pages
        + RUN_LISTINGS * -(-shards // NAMES_A_LISTING)
    )
    return Requests(writes + listings + round(3600 * worker_h * beats_a_s), reads)


def storage_cost(
    prices: PricesConfig, storage_class: str, requests: Requests, gb: float, is_replicated: bool
) -> StorageCost:
    """Of a dataset of `gb` 10^9 bytes, each of which is written twice: in a unit, then in a shard."""
    table, of_class, gib = prices.storage, prices.storage_class(storage_class), gb * 1e9 / GIB
    rate = table.replication_usd_a_gib if is_replicated else 0.0
    return StorageCost(
        requests_usd=(
            requests.class_a * table.class_a_usd_a_thousand
            + requests.class_b * table.class_b_usd_a_thousand
        )
        / 1000,
        month_usd=gib * of_class.usd_a_gib_month,
        soft_delete_usd=gib * of_class.usd_a_gib_month * SOFT_DELETE_MONTHS,
        download_usd=gib * (table.egress_usd_a_gib + of_class.retrieval_usd_a_gib),
        replication_usd=None if rate is None else 2 * gib * rate,
    )
