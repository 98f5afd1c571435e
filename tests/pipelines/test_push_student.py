"""A student's export to the fake hub: its card, its files, and that it speaks from there."""

import shutil
from pathlib import Path

import numpy as np
from huggingface_hub import ModelCard
from pushes import REPO, refused, run


def test_an_export_without_a_card_gets_one(hub, tmp_path):
    folder = Path(shutil.copytree("student/mini", tmp_path / "onnx"))
    (folder / "README.md").unlink()
    run(f"student={folder}")
    there = hub.save(f"models/{REPO}", tmp_path / "there")
    card = ModelCard.load(there / "README.md")
    assert card.data.license_name == "Apache-2.0 AND CC0-1.0"
    assert card.data.pipeline_tag == "text-to-speech"
    pushed = {file.name for file in folder.iterdir() if file.is_file()} | {"README.md"}
    assert {file.name for file in there.iterdir()} == pushed


def test_a_published_student_speaks(hub, tmp_path):
    from student.onnx.runtime import OnnxStudent

    run("student=student/mini")
    there = hub.save(f"models/{REPO}", tmp_path / "there")
    ours, theirs = (OnnxStudent(str(place)) for place in ("student/mini", there))
    assert ours.description == theirs.description
    assert ours.voices == theirs.voices


def test_a_student_with_another_file_than_it_says_is_refused(hub, tmp_path):
    folder = Path(shutil.copytree("student/mini", tmp_path / "onnx"))
    np.save(folder / "conditions.npy", np.zeros(3))
    assert "SHA-256" in refused(f"student={folder}")
    assert "is no student" in refused(f"student={tmp_path}")
    assert not hub.repositories
