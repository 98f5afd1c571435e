"""How many floating-point operations a chip can do in a second, dense, by the precision."""

import re
import time
from collections.abc import Mapping

import torch

from teacher.f5.config import Dtype

PEAKS: Mapping[str, Mapping[Dtype, float]] = {
    "H200": {"float32": 67e12, "float16": 989e12, "bfloat16": 989e12},
    "H100 PCIe": {"float32": 51e12, "float16": 756e12, "bfloat16": 756e12},
    "H100": {"float32": 67e12, "float16": 989e12, "bfloat16": 989e12},
    "A100": {"float32": 19.5e12, "float16": 312e12, "bfloat16": 312e12},
    "L40S": {"float32": 91.6e12, "float16": 362e12, "bfloat16": 362e12},
    "L4": {"float32": 30.3e12, "float16": 121e12, "bfloat16": 121e12},
}
"""NVIDIA's data sheets of each (H100 and H200: SXM), without sparsity: half of what they print for
tensor cores. float32 is without TF32, as torch multiplies by default. Where one's words
are in another's, it stands after it."""

SIZE = {"cpu": 1024, "cuda": 8192}
REPEATS = 5


def peak_flops(device: torch.device, name: str, dtype: Dtype) -> tuple[float, str]:
    """Operations a second, and whose figure it is: the data sheet's, or that of a matrix product
    here, the best of a few."""
    for chip, peaks in PEAKS.items():
        if device.type == "cuda" and all(re.search(rf"\b{word}\b", name) for word in chip.split()):
            return peaks[dtype], f"{chip}, data sheet"
    return _measured(device, dtype), "a matrix product here"


def _measured(device: torch.device, dtype: Dtype) -> float:
    size = SIZE.get(device.type, min(SIZE.values()))
    left, right = torch.randn(2, size, size, device=device, dtype=getattr(torch, dtype))
    best = float("inf")
    for _ in range(REPEATS):
        started = time.perf_counter()
        torch.mm(left, right)
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    return 2 * size**3 / best
