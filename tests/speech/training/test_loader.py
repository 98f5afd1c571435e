"""Batches are the same by however many processes they are loaded, and wherever they begin."""

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from speech.errors import InputError
from speech.training.loader import Loaded, Place, load_batches
from speech.training.task import Key
from tests.speech.training.toy_task import ToyTask, trainer
from tests.trainings import assert_same

CPU = torch.device("cpu")
FIRST = Place(0, 0)


def taken(count: int, start: Place = FIRST, **options: int) -> list[Loaded]:
    options = {"workers": 0, **options}
    return list(islice(load_batches(ToyTask(), start, CPU, **options), count))


def values(batches: list[Loaded]) -> list[list[float]]:
    return [loaded.batch["x"][:, 0].tolist() for loaded in batches]


def test_it_begins_anywhere() -> None:
    whole = taken(12)
    assert [(b.place.epoch, b.place.index) for b in whole[3:7]] == [(0, 4), (0, 5), (1, 1), (1, 2)]
    for done in (3, 5, 6):
        assert values(taken(12 - done, whole[done - 1].place)) == values(whole[done:])


def test_devices_share_an_epoch() -> None:
    """Five batches for two devices: two each, and one is left."""
    shares = [taken(4, process=process, processes=2) for process in (0, 1)]
    whole = values(taken(5))
    first, second = (values(share) for share in shares)
    assert [first[0], second[0], first[1], second[1]] == whole[:4]
    assert shares[0][2].place == Place(1, 1)
    with pytest.raises(InputError, match="5 batches an epoch are too few for 6 devices"):
        taken(1, processes=6)


def test_workers_change_nothing(tmp_path: Path) -> None:
    assert values(taken(12, workers=2)) == values(taken(12))
    alone, helped = trainer(tmp_path / "alone"), trainer(tmp_path / "helped", loader_workers=2)
    assert alone.run()
    assert helped.run()
    assert_same(alone, helped)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_clip_that_cannot_be_read_is_one_line(workers: int) -> None:
    """Torch would tell it below the traceback of the process that loads."""

    class Damaged(ToyTask):
        def load(self, key: Key) -> Any:
            raise InputError(f"clip {key} cannot be heard")

    with pytest.raises(InputError, match=r"^clip \d+ cannot be heard$"):
        next(load_batches(Damaged(), FIRST, CPU, workers))
