"""How many frames fit on a device: memory measured at two sizes, V = a + b * frames."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch

STEP_FRAMES = 1024
"""budgets are rounded down to this, so that small differences in memory do not change batches"""
PROBE_FRAMES = {"cpu": (512, 2048), "cuda": (8192, 24576)}
"""on a GPU whole rows of the longest kind: what small batches take there is mostly rounding"""

Run = Callable[[int], object]


class Memory(Protocol):
    """Of a device, in bytes."""

    def total(self) -> int: ...

    def used(self) -> int:
        """What a batch cannot have."""
        ...

    def growth(self, run: Run, frames: int) -> int:
        """The peak of `run(frames)` over what was in use before."""
        ...


class CudaMemory:
    """By the driver, which counts contexts, kernels and other processes too, and the allocator."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def total(self) -> int:
        return torch.cuda.mem_get_info(self.device)[1]

    def used(self) -> int:
        torch.cuda.empty_cache()  # what the allocator only keeps is there for a batch
        free, total = torch.cuda.mem_get_info(self.device)
        return total - free

    def growth(self, run: Run, frames: int) -> int:
        torch.cuda.reset_peak_memory_stats(self.device)
        before = torch.cuda.memory_allocated(self.device)
        run(frames)
        return torch.cuda.max_memory_allocated(self.device) - before


class ProcessMemory:
    """By the kernel, of this process on a Linux machine."""

    def total(self) -> int:
        return _proc_bytes("/proc/meminfo", "MemTotal")

    def used(self) -> int:
        return _proc_bytes("/proc/self/status", "VmRSS")

    def growth(self, run: Run, frames: int) -> int:
        """What else the process holds may shrink between runs."""
        Path("/proc/self/clear_refs").write_text("5")  # resets the peak of the resident set
        before = self.used()
        run(frames)
        return _proc_bytes("/proc/self/status", "VmHWM") - before


def frame_budget(run: Run, device: torch.device, utilization: float) -> int:
    """Padded frames a batch may hold within `utilization` of the device's memory.

    `run(frames)` must do the work of a batch of that many frames. Where the device does not tell
    its peak (macOS, TPU), one step of 1,024 frames is the answer.
    """
    memory = _memory_of(device)
    if memory is None:
        return STEP_FRAMES
    return budget_within(memory, run, utilization, PROBE_FRAMES[device.type])


def budget_within(memory: Memory, run: Run, utilization: float, probes: tuple[int, int]) -> int:
    """After one run that is not measured: kernels are loaded and workspaces taken once."""
    run(probes[0])
    small, large = (memory.growth(run, frames) for frames in probes)
    per_frame = max((large - small) / (probes[1] - probes[0]), 1.0)
    fixed = memory.used() + max(small - per_frame * probes[0], 0.0)
    frames = int((memory.total() * utilization - fixed) / per_frame)
    return max(frames // STEP_FRAMES, 1) * STEP_FRAMES


def _memory_of(device: torch.device) -> Memory | None:
    if device.type == "cuda":
        return CudaMemory(device)
    if device.type == "cpu" and Path("/proc/self/clear_refs").exists():
        return ProcessMemory()
    return None


def _proc_bytes(file: str, field: str) -> int:
    match = re.search(rf"^{field}:\s+(\d+) kB", Path(file).read_text(), re.MULTILINE)
    assert match, f"{field} is in {file} on every Linux"
    return int(match[1]) * 1024
