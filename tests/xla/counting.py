"""What XLA did: programs compiled and run, values read, operations that it does not have."""

from collections.abc import Callable
from dataclasses import dataclass

import torch_xla.debug.metrics as metrics


@dataclass(frozen=True)
class Counts:
    compiled: int
    run: int
    read: int
    """times that values came back from the device"""
    elsewhere: tuple[str, ...]
    """operations that torch ran on the host, for XLA has none of them"""


def counted(work: Callable[[], object]) -> Counts:
    metrics.clear_all()
    work()
    return Counts(
        metrics.counter_value("UncachedCompile") or 0,
        metrics.counter_value("ExecuteComputation") or 0,
        (metrics.metric_data("TransferFromDeviceTime") or (0,))[0],
        tuple(name for name in metrics.counter_names() if name.startswith("aten::")),
    )
