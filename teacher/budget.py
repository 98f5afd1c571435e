"""How many frames fit on a device: memory measured at two sizes, V = a + b * frames."""

import re
from collections.abc import Callable
from pathlib import Path

import torch

STEP_FRAMES = 1024
"""budgets are rounded down to this, so that small differences in memory do not change batches"""
PROBE_FRAMES = (512, 2048)


def frame_budget(run: Callable[[int], object], device: torch.device, utilization: float) -> int:
    """Padded frames a batch may hold within `utilization` of the device's memory.

    `run(frames)` must do the work of a batch of that many frames. Where the device does not tell
    its peak (macOS, TPU), one step of 1,024 frames is the answer.
    """
    total = _total_bytes(device)
    if total is None:
        return STEP_FRAMES
    small, large = (_growth_bytes(run, frames, device) for frames in PROBE_FRAMES)
    per_frame = max((large - small) / (PROBE_FRAMES[1] - PROBE_FRAMES[0]), 1.0)
    fixed = _used_bytes(device) + max(small - per_frame * PROBE_FRAMES[0], 0.0)
    frames = int((total * utilization - fixed) / per_frame)
    return max(frames // STEP_FRAMES, 1) * STEP_FRAMES


def _total_bytes(device: torch.device) -> int | None:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[1]
    if device.type == "cpu" and Path("/proc/self/clear_refs").exists():
        return _proc_bytes("/proc/meminfo", "MemTotal")
    return None


def _used_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    return _proc_bytes("/proc/self/status", "VmRSS")


def _growth_bytes(run: Callable[[int], object], frames: int, device: torch.device) -> int:
    """Peak over what was in use before; what else the process holds may shrink between runs."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    else:
        Path("/proc/self/clear_refs").write_text("5")  # resets the peak of the resident set
    before = _used_bytes(device)
    run(frames)
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) - before
    return _proc_bytes("/proc/self/status", "VmHWM") - before


def _proc_bytes(file: str, field: str) -> int:
    match = re.search(rf"^{field}:\s+(\d+) kB", Path(file).read_text(), re.MULTILINE)
    assert match, f"{field} is in {file} on every Linux"
    return int(match[1]) * 1024
