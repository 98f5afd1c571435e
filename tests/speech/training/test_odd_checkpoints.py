"""Checkpoints that are damaged, or none of ours: one line, or the one before."""

import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from speech import storage
from speech.errors import InputError
from speech.storage.local_files import checksum_of
from speech.training.checkpoints import Checkpoints
from tests.speech.training.toy_task import trainer

pytestmark = pytest.mark.usefixtures("undrawn")


def test_all_checkpoints_damaged_is_one_line(tmp_path: Path) -> None:
    Checkpoints(str(tmp_path), 2).save(1, {"a": 1})
    (tmp_path / "checkpoints/step-00000001.pt").write_bytes(b"")
    with pytest.raises(InputError, match="all 1 checkpoints"):
        trainer(tmp_path)


def test_a_marker_comes_after_its_weights_and_goes_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights grow under a hidden name; killed between any two acts, what has a marker is whole."""
    acts: list[str] = []

    def noted(act: str, place: int, real: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            acts.append(f"{act} {Path(str(given[place])).name}")
            return real(*given)

        return call

    for act, place in (("publish", 1), ("write_bytes", 0), ("delete", 0)):
        monkeypatch.setattr(storage, act, noted(act, place, getattr(storage, act)))
    checkpoints = Checkpoints(str(tmp_path), keep=1)
    for step in (1, 2):
        checkpoints.save(step, {"a": step})
    assert acts == [
        "publish step-00000001.pt",
        "write_bytes step-00000001.json",
        "publish step-00000002.pt",
        "write_bytes step-00000002.json",
        "delete step-00000001.json",
        "delete step-00000001.pt",
    ]


def odd(state: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


ODD = {
    "another version": odd({"identity": "{}", "weights": {}}),
    "a list": odd([1, 2]),
    "a pickle": pickle.dumps({"identity": "{}"}),
    "objects": pickle.dumps(Path("x")),
    "text": b"weights",
    "nothing": b"",
    "other identity": odd({"identity": "[1]"}),
    "no identity": odd({"identity": None}),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_checkpoint_with_its_own_hash_is_one_line(tmp_path: Path, name: str) -> None:
    Checkpoints(str(tmp_path), 2).save(1, {})
    path = tmp_path / "checkpoints/step-00000001.pt"
    path.write_bytes(ODD[name])
    marker = {"sha256": checksum_of(path).sha256, "step": 1}
    path.with_suffix(".json").write_text(json.dumps(marker))
    with pytest.raises(
        InputError, match=r"step-00000001\.pt is of another|are damaged|another"
    ) as e:
        trainer(tmp_path)
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    "marker", ["", "{", "[]", "null", "7", '{"sha256": null}', '{"step": 12}', "\xff", "[" * 99_999]
)
def test_an_odd_marker_gives_way_to_the_one_before(tmp_path: Path, marker: str) -> None:
    assert trainer(tmp_path).run()
    folder = tmp_path / "checkpoints"
    (folder / "step-00000012.json").write_text(marker, "latin-1")
    (folder / "step-new.json").write_text("{}")
    assert trainer(tmp_path).position.step == 11


def test_folders_in_place_of_checkpoints(tmp_path: Path) -> None:
    assert trainer(tmp_path).run()
    newest = tmp_path / "checkpoints/step-00000012.pt"
    newest.unlink()
    newest.mkdir()
    assert trainer(tmp_path).position.step == 11
