"""What is asked of every training that was interrupted."""

from pathlib import Path
from typing import Literal

import torch

from speech.training.trainer import Trainer

Damage = Literal["cut", "flip"]


class Killed(Exception):
    pass


def weights(run: Trainer) -> dict[str, torch.Tensor]:
    named = {f"{n}.{k}": v for n, m in run.plain.items() for k, v in m.state_dict().items()}
    return named | {k: v for m in run.averages.values() for k, v in m.state_dict().items()}


def assert_same(run: Trainer, other: Trainer) -> None:
    assert run.position == other.position
    ours, theirs = weights(run), weights(other)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def damage(path: Path, how: Damage) -> None:
    """One bit of it is another, or half of it is gone."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data[: len(data) // 2] if how == "cut" else data)
