"""Hours and dollars of each profile of hardware, by how fast it is known or guessed to be."""

from dataclasses import dataclass
from typing import Literal

from pipelines.planning.config import PlanConfig
from pipelines.planning.speaking import Heard
from teacher.f5.config import F5Config

THIS_MACHINE = "this_machine"
Basis = Literal["given", "measured", "estimate"]


@dataclass(frozen=True)
class Speed:
    times_real_time: float
    basis: Basis


@dataclass(frozen=True)
class ProfileCost:
    """None where the speed is not known."""

    profile: str
    usd_an_hour: float
    times_real_time: float | None
    basis: Basis | None
    device_h: float | None
    """device hours of all workers together"""
    wall_h: float | None
    usd: float | None


def speed_of(config: PlanConfig, name: str, heard: Heard) -> Speed | None:
    """The user's figure, what was measured on this machine, or the table's estimate."""
    profile = config.prices.profile(name)
    if given := profile.times_real_time or config.plan.times_real_time:
        return Speed(given, "given")
    if profile.accelerator == THIS_MACHINE:
        return Speed(heard.times_real_time, "measured") if heard.times_real_time else None
    table = config.throughput
    teacher, entry = config.teacher, table.accelerators.get(profile.accelerator)
    if entry is None or teacher.name != table.teacher or not isinstance(teacher, F5Config):
        return None
    return Speed(entry.times_real_time * table.steps / teacher.sampler.steps, "estimate")


def cost_of(
    config: PlanConfig, name: str, heard: Heard, spoken_h: float, units: int
) -> ProfileCost:
    """Of `spoken_h` hours of audio, retries among them, in units that each one worker speaks.

    Raises:
        InputError: the profile is not in the table, or its price is neither public nor given.
    """
    rate, speed = config.prices.usd_an_hour(name), speed_of(config, name, heard)
    if speed is None:
        return ProfileCost(name, rate, None, None, None, None, None)
    device_h = spoken_h / speed.times_real_time
    turns = -(-units // config.plan.workers)
    wall_h = device_h * turns / units if units else 0.0
    return ProfileCost(
        name, rate, speed.times_real_time, speed.basis, device_h, wall_h, device_h * rate
    )
