"""Students to a hub that speaks the API on this machine, and back from it."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fake_hub import COMMIT, TOKEN, FakeHub
from huggingface_hub import constants

import student
from pipelines.push import __main__ as push
from pipelines.push.__main__ import PushConfig
from speech.config import load_config
from speech.errors import InputError
from student.hub import HubStudent
from student.student import Student
from tests.student.untrained import untrained_student

REPO, LINE = "someone/voice", "It takes about forty minutes."
SENT = {"text.onnx", "frames.onnx", "conditions.npy", "onnx.json", "config.json", "README.md"}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with FakeHub() as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield server


def test_the_mixin_sends_a_student_and_gets_it_back(hub: FakeHub) -> None:
    ours = HubStudent.from_pretrained("student/mini", threads=2)
    ours.push_to_hub(REPO)
    assert set(hub.repositories[f"models/{REPO}"].files) == SENT
    theirs = HubStudent.from_pretrained(REPO)
    assert theirs.description == ours.description
    np.testing.assert_array_equal(theirs.speak(LINE), student.load().speak(LINE))


def test_what_is_published_is_loaded_by_name_and_fetched_once(hub: FakeHub) -> None:
    overrides = [f"repo={REPO}", "student=student/mini", "dataset=null"]
    assert push.main(load_config(PushConfig, "push", overrides, ("student",))) == 0
    repository = hub.repositories[f"models/{REPO}"]
    assert set(repository.files) >= SENT
    repository.files["samples/a.flac"] = b"not needed to speak"
    wave = student.load("student/mini").speak(LINE)
    for name in (REPO, f"{REPO}@{COMMIT}", f"hf://{REPO}@main"):
        np.testing.assert_array_equal(student.load(name).speak(LINE), wave)
    assert set(hub.downloads) == SENT
    assert set(hub.downloads.values()) == {1}


def test_a_trained_student_comes_from_the_hub_too(hub: FakeHub, tmp_path: Path) -> None:
    ours = untrained_student(tmp_path / "trained")
    overrides = [f"repo={REPO}", f"student={tmp_path}/trained", "dataset=null"]
    assert push.main(load_config(PushConfig, "push", overrides, ("student",))) == 0
    theirs = student.load(REPO)
    assert isinstance(theirs, Student)
    np.testing.assert_array_equal(theirs.speak(LINE), ours.speak(LINE))


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("someone/nothing", "no folder here, and nothing was fetched from the hub: .*404"),
        (f"{REPO}@v9", "someone/voice@v9 is no folder here"),
        ("hf://voice", "the form is hf://owner/name"),
    ],
)
def test_what_the_hub_has_not_is_one_line(hub: FakeHub, place: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as error:
        student.load(place)
    assert "\n" not in str(error.value)


def test_a_folder_comes_before_a_repository_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree("student/mini", tmp_path / "out" / "onnx")
    monkeypatch.chdir(tmp_path)
    assert student.load("out/onnx").voices == student.load().voices


def test_without_the_hubs_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "student.hub", raising=False)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match=r"pip install 'tts-distill\[hub\]'"):
        student.load("hf://someone/voice")
    assert len(student.load("student/mini").voices) == 12


def test_an_export_saved_by_the_mixin_is_the_same_folder(tmp_path: Path) -> None:
    HubStudent.from_pretrained("student/mini").save_pretrained(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == SENT
    config = json.loads((tmp_path / "config.json").read_text())
    assert config == json.loads(Path("student/mini/config.json").read_text())
    assert config["library_name"] == "tts-distill"
    assert len(HubStudent.from_pretrained(tmp_path).speak(LINE)) > 24_000


def test_a_student_saved_onto_its_own_folder_stays_there(tmp_path: Path) -> None:
    own, links = tmp_path / "own", tmp_path / "links"
    HubStudent.from_pretrained("student/mini").save_pretrained(own)
    before = {path.name: path.read_bytes() for path in own.iterdir()}
    links.mkdir()
    for path in own.iterdir():
        (links / path.name).symlink_to(path)
    (tmp_path / "same").symlink_to(own)
    ours = HubStudent.from_pretrained(own)
    for place in (own, tmp_path / "same", links, str(own)):
        assert ours.save_pretrained(place) is None
        assert {path.name: path.read_bytes() for path in own.iterdir()} == before
        assert len(HubStudent.from_pretrained(place).speak(LINE)) > 24_000


def test_a_student_saved_onto_its_own_folder_is_sent_too(hub: FakeHub, tmp_path: Path) -> None:
    HubStudent.from_pretrained("student/mini").save_pretrained(tmp_path / "voice")
    ours = HubStudent.from_pretrained(tmp_path / "voice")
    ours.save_pretrained(tmp_path / "voice", push_to_hub=True)
    [repository] = hub.repositories.values()
    assert set(repository.files) == SENT
