"""The budget of frames on a device that is made up, whose every byte is known."""

import pytest

from teacher.budget import STEP_FRAMES, budget_within

GIB = 2**30
PROBES = (8192, 24576)


class Device:
    """40 GiB; a context, other processes and weights are there before, and kernels are loaded and
    workspaces taken at the first run."""

    def __init__(self, per_frame: int, fixed: int = 0) -> None:
        self.per_frame, self.fixed = per_frame, fixed
        self.resident, self.runs = 3 * GIB, 0
        self.peak = 0

    def run(self, frames: int) -> None:
        if not self.runs:
            self.resident += GIB // 2
        self.runs += 1
        self.peak = self.resident + self.fixed + self.per_frame * frames

    def total(self) -> int:
        return 40 * GIB

    def used(self) -> int:
        return self.resident

    def growth(self, run, frames: int) -> int:
        before = self.resident
        run(frames)
        return self.peak - before


@pytest.mark.parametrize("per_frame", [4_000, 60_000, 500_000])
@pytest.mark.parametrize("fixed", [0, GIB // 4])
@pytest.mark.parametrize("utilization", [0.5, 0.9])
def test_a_batch_at_the_budget_takes_what_was_allowed(per_frame, fixed, utilization):
    device = Device(per_frame, fixed)
    budget = budget_within(device, device.run, utilization, PROBES)
    assert budget % STEP_FRAMES == 0
    device.run(budget)
    allowed = utilization * device.total()
    assert 0 <= allowed - device.peak <= max(0.05 * allowed, per_frame * STEP_FRAMES)


def test_a_device_that_is_full_gets_one_step():
    device = Device(60_000)
    device.resident = 39 * GIB
    assert budget_within(device, device.run, 0.9, PROBES) == STEP_FRAMES
