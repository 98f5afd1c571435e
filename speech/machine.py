"""What this machine is: its device, what that multiplies fast, and the versions of the code."""

import math
import os
import platform
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from speech.errors import InputError

if TYPE_CHECKING:
    import torch


def device_name(device: "torch.device") -> str:
    """The GPU, what XLA drives, or the processor and how many threads torch uses on it."""
    import torch

    if device.type == "xla":
        return f"XLA, {os.environ.get('PJRT_DEVICE', 'TPU')}"
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    with open("/proc/cpuinfo") as stream:
        names = [line.split(":")[1].strip() for line in stream if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {torch.get_num_threads()} threads"


def cores() -> int:
    """How many this process may use: those of its affinity, and no more than its container's quota."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quotas = (_quota(Path("/sys/fs/cgroup")), mine or 1)
    return max(1, min(quota for quota in quotas if quota))


def _quota(cgroup: Path) -> int | None:
    """Of a cgroup of either version, in whole cores; None where there is none."""
    first = ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")
    try:
        if (cgroup / "cpu.max").exists():
            share, period = (cgroup / "cpu.max").read_text().split()
        else:
            share, period = ((cgroup / name).read_text() for name in first)
        return math.ceil(int(share) / int(period)) if int(share) > 0 else None
    except (OSError, ValueError):  # "max" among them
        return None


def native_dtype(device: "torch.device") -> Literal["float32", "bfloat16", "float16"]:
    """bfloat16 where the hardware has matrix units for it, else float32."""
    import torch

    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if native else "float16"
    if device.type == "cpu":
        units = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        return "bfloat16" if units else "float32"
    return "bfloat16" if device.type == "xla" else "float32"


def software() -> dict[str, str | None]:
    """Versions by name; `commit` is None outside a checkout."""
    return {
        "tts-distill": version("tts-distill"),
        "commit": _commit(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "pyarrow": version("pyarrow"),
    }


def _commit() -> str | None:
    """Of the checkout that this runs from; None where it is not one."""
    here = Path(__file__).parent
    try:
        told = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return told.stdout.strip()


def pick_device(key: str, device: str) -> "torch.device":
    """The device that `key` asks for; auto is the GPU, where there is one.

    Raises:
        InputError: a GPU is asked for, and there is none, or XLA without torch_xla.
    """
    import torch

    if device == "xla" and find_spec("torch_xla") is None:  # importing it would take the TPU
        raise InputError(
            f"{key}=xla, but torch_xla is not installed (docs/tpu.md); allowed: auto, cpu, cuda"
        )
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError(f"{key}=cuda, but no CUDA device is there; allowed: auto, cpu")
    if device == "auto":
        device = "cuda" if on_gpu(device) else "cpu"
    return torch.device(device)


def on_gpu(device: str) -> bool:
    """Whether cpu, cuda or auto is a GPU on this machine."""
    import torch

    return device == "cuda" or (device == "auto" and torch.cuda.is_available())
