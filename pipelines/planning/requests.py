"""What a run asks of object storage, by the layout of its output (docs/planning.md)."""

from dataclasses import dataclass

from pipelines.planning.prices import GIB, PricesConfig

UNIT_WRITES, UNIT_READS = 3, 8
"""clips, rejections and marker; for each a look at what is there, two reads of its text from the plan,
and all three read again when the shard is merged"""
SHARD_WRITES, SHARD_READS = 4, 5
"""its part of the plan, clips, rejections and marker; a look for each, and the plan's footer"""
RUN_WRITES, RUN_READS = 10, 10
"""run.json, plan.json, manifest and card; their reading"""
NAMES_A_LISTING = 1000
SOFT_DELETE_MONTHS = 7 / 30
"""for which the files of merged units are still billed"""


@dataclass(frozen=True)
class Requests:
    class_a: int
    """writes and listings"""
    class_b: int
    """reads and looks at metadata"""


@dataclass(frozen=True)
class StorageCost:
    """In US dollars."""

    requests_usd: float
    month_usd: float
    """of the finished dataset"""
    soft_delete_usd: float
    """once: of the units' own files, for seven days after they were merged"""
    download_usd: float
    """of the whole dataset once, out of the cloud, retrieval with it"""
    replication_usd: float | None
    """of every byte written, where the bucket is multi-region; None: the price is not known"""


def count_requests(shards: int, units: int) -> Requests:
    names = UNIT_WRITES * units + SHARD_WRITES * shards
    return Requests(
        UNIT_WRITES * units + SHARD_WRITES * shards + RUN_WRITES + -(-names // NAMES_A_LISTING),
        UNIT_READS * units + SHARD_READS * shards + RUN_READS,
    )


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
