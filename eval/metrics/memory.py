"""How much memory a piece of work takes at its peak."""

import ctypes
from contextlib import suppress
from pathlib import Path

import torch

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class MemoryWatch:
    """Peak memory since it was made, beyond what was there then: of the GPU, else of the process."""

    def __init__(self, device: torch.device | None = None) -> None:
        """`device`: whose memory; None: the GPU's where there is one."""
        self._on_gpu = torch.cuda.is_available() if device is None else device.type == "cuda"
        if self._on_gpu:
            torch.cuda.reset_peak_memory_stats()
            self._before = torch.cuda.memory_allocated()
            return
        with suppress(AttributeError):  # glibc keeps what was freed: it would be taken again unseen
            ctypes.CDLL(None).malloc_trim(0)
        with suppress(OSError):  # resets the peak that the kernel keeps (Linux, proc(5))
            _CLEAR.write_text("5")
        self._before = _status_bytes("VmRSS") or 0

    def added_bytes(self) -> int | None:
        """None where the system does not tell."""
        if self._on_gpu:
            return torch.cuda.max_memory_allocated() - self._before
        peak = _status_bytes("VmHWM")
        return None if peak is None else max(0, peak - self._before)


def _status_bytes(name: str) -> int | None:
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return None
