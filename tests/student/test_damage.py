"""A student that is damaged, cut, odd or of another version is refused in one line."""

import io
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech.errors import InputError
from student.export import export
from student.onnx.runtime import OnnxStudent
from student.package import start_from
from student.student import Student, open_student
from tests.student.untrained import untrained_student

Opener = Callable[[str], Any]
OPENERS: dict[str, Opener] = {"student.json": open_student, "onnx.json": OnnxStudent}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small student and its export, by their descriptions."""
    folder = tmp_path_factory.mktemp("sound")
    student = untrained_student(folder / "student")
    export(student, str(folder / "onnx"), False)
    return {"student.json": folder / "student", "onnx.json": folder / "onnx"}


@pytest.fixture(params=list(OPENERS))
def described(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def folder(sound: dict[str, Path], described: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound[described], tmp_path / "copy"))


def refusal(folder: Path, described: str) -> str | None:
    """The one line of a refusal; None where it speaks."""
    try:
        OPENERS[described](str(folder)).speak("Hi.", "eve")
    except InputError as error:
        said = str(error)
    else:
        return None
    assert "\n" not in said
    return said


def damages(data: bytes, count: int) -> Iterator[bytes]:
    """Bits flipped, and ends cut off, at places that chance decides."""
    chance = random.Random(len(data))
    for place in [0, len(data) - 1, *(chance.randrange(len(data)) for _ in range(count))]:
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        yield bytes(flipped)
        yield data[:place]


def test_damaged_files_are_refused(folder: Path, described: str) -> None:
    files = sorted(path for path in folder.iterdir() if path.name != described)
    assert len(files) >= 2
    for path in files:
        data = path.read_bytes()
        for damaged in damages(data, 6):
            path.write_bytes(damaged)
            assert path.name in (refusal(folder, described) or "")
        path.unlink()
        assert path.name in (refusal(folder, described) or "")
        path.mkdir()
        assert path.name in (refusal(folder, described) or "")
        path.rmdir()
        os.mkfifo(path)
        assert path.name in (refusal(folder, described) or "")
        path.unlink()
        path.write_bytes(data)
    assert refusal(folder, described) is None


def test_damaged_descriptions_never_trace_back(folder: Path, described: str) -> None:
    path = folder / described
    data = path.read_bytes()
    found = []
    for damaged in damages(data, 60):
        path.write_bytes(damaged)
        found.append(refusal(folder, described))
    assert sum(line is not None for line in found) > len(found) * 0.8  # a name may be another


VALUES = (None, 0, -1, 10**9, "", "x", [], ["x"], ["x", "x", "x"], {}, 1.5)


def test_odd_values_never_trace_back(folder: Path, described: str) -> None:
    path = folder / described
    sound = json.loads(path.read_text())
    for key, value in [(key, value) for key in sound for value in VALUES]:
        path.write_text(json.dumps({**sound, key: value}))
        refusal(folder, described)
    if "student" not in sound:
        return
    for key, value in [(key, value) for key in sound["student"] for value in VALUES]:
        path.write_text(json.dumps({**sound, "student": {**sound["student"], key: value}}))
        refusal(folder, described)


def test_files_without_a_hash_are_refused(folder: Path, described: str) -> None:
    path = folder / described
    sound = json.loads(path.read_text())
    for name in sound["sha256"]:
        others = {other: value for other, value in sound["sha256"].items() if other != name}
        path.write_text(json.dumps({**sound, "sha256": others}))
        assert f"has no SHA-256 of {name}" in (refusal(folder, described) or "")
    path.write_text(json.dumps({key: value for key, value in sound.items() if key != "sha256"}))
    assert "sha256" in (refusal(folder, described) or "")


@pytest.mark.parametrize("described", ["onnx.json"])
def test_sizes_that_are_not_the_graphs_are_refused(folder: Path, described: str) -> None:
    path = folder / described
    sound = json.loads(path.read_text())
    odd = {"n_fft": (0, 512, 1025, 2048), "hop_length": (0, 2, 300), "margin_frames": (-1, 1)}
    odd |= {"shortest_frames": (-1, 0, 10**9), "longest_frames": (0, 10**9)}
    for key, value in [(key, value) for key, values in odd.items() for value in values]:
        path.write_text(json.dumps({**sound, key: value}))
        assert key in (refusal(folder, described) or "")


def stored(array: np.ndarray, pickled: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=pickled)
    return buffer.getvalue()


ODD_CONDITIONS = {
    "empty": b"",
    "text": b"conditions",
    "pickle": stored(np.array([{"a": 1}], dtype=object), pickled=True),
    "cut": stored(np.zeros((3, 8), np.float32))[:-9],
    "cut header": stored(np.zeros((3, 8), np.float32))[:40],
    "endless": stored(np.zeros((3, 8), np.float32)).replace(b"(3, 8)", b"(9**9,)"),
    "vast": stored(np.zeros((3, 8), np.float32)).replace(b"(3, 8), }    ", b"(3, 80000), }"),
    "two voices": stored(np.zeros((2, 8), np.float32)),
    "another width": stored(np.zeros((3, 9), np.float32)),
    "a number": stored(np.float32(1.0)),
    "doubles": stored(np.zeros((3, 8))),
    "NaN": stored(np.full((3, 8), np.nan, np.float32)),
    "an archive": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("described", ["onnx.json"])
@pytest.mark.parametrize("name", ODD_CONDITIONS)
def test_odd_conditions_are_refused(folder: Path, described: str, name: str) -> None:
    """Also where their hash is their own."""
    path = folder / described
    sound = json.loads(path.read_text())
    (folder / "conditions.npy").write_bytes(ODD_CONDITIONS[name])
    hashes = sound["sha256"] | {"conditions.npy": sha256(ODD_CONDITIONS[name]).hexdigest()}
    path.write_text(json.dumps({**sound, "sha256": hashes}))
    assert "conditions.npy" in (refusal(folder, described) or "")


def test_the_other_form_of_a_student_is_named(sound: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"student\.export writes it \(onnx\.json\)") as raised:
        open_student(str(sound["onnx.json"]))
    assert "a folder that make train-student wrote (student.json)" in str(raised.value)
    with pytest.raises(InputError, match=r"student\.export wrote \(onnx\.json\)"):
        OnnxStudent(str(sound["student.json"]))


def test_weights_of_nothing_start_nothing(sound: dict[str, Path], tmp_path: Path) -> None:
    student: Student = open_student(str(sound["student.json"]))
    for name, data in {"empty": b"", "text": b"weights" * 9, "long": b"\xff" * 99}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match="does not fit this student"):
            start_from(student.acoustic, str(tmp_path / name), list)
    with pytest.raises(InputError, match="Is a directory"):
        start_from(student.acoustic, str(tmp_path), list)
