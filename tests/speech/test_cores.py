"""How many cores this process may use, whatever the machine has."""

import os
from pathlib import Path

import pytest

from speech.machine import _quota, cores


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("cpu.max", "200000 100000\n", 2),
        ("cpu.max", "150000 100000\n", 2),
        ("cpu.max", "max 100000\n", None),
        ("cpu.max", "", None),
        ("cpu/cpu.cfs_quota_us", "50000\n", 1),
        ("cpu/cpu.cfs_quota_us", "-1\n", None),
    ],
)
def test_a_container_s_quota(name: str, text: str, allowed: int | None, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    if name.startswith("cpu/"):
        (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert _quota(tmp_path) == allowed


def test_without_a_cgroup_there_is_no_quota(tmp_path: Path) -> None:
    assert _quota(tmp_path) is None


def test_affinity_counts() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, before)
