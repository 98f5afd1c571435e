"""Where commands may write."""

from pathlib import Path

import pytest

from speech import storage
from speech.errors import InputError
from speech.storage.outputs import TRAINING, Kind, check_file, check_folder
from speech.storage.temporaries import MARK

REPORT = Kind("report", ("report.json",), ("report.html", "audio"))


@pytest.mark.parametrize(
    "output",
    ["", " ", "gs:", "gs:/", "gs://", "gs:///x", "gs:/bucket/x", "s3://b/x", "/", "hf://a/b"],
)
def test_no_place(output: str) -> None:
    for check in (lambda: check_folder(output, REPORT), lambda: check_file(output)):
        with pytest.raises(InputError) as refusal:
            check()
        assert str(refusal.value).startswith("output")
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("names", "ours"),
    [
        ([], True),
        (["report.json"], True),
        (["report.json", "notes.txt"], True),
        (["audio"], True),
        (["audio", "report.html"], True),
        (["audio", "thesis.tex"], False),
        (["student.json"], False),
        ([".git"], False),
        (["lost+found", ".DS_Store", f".x{MARK}0123abcd"], True),
    ],
)
def test_a_folder_is_empty_or_ours(names: list[str], ours: bool, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).touch()
    if ours:
        check_folder(str(tmp_path), REPORT)
        return
    with pytest.raises(InputError, match="is not empty, and what it holds is no report"):
        check_folder(str(tmp_path), REPORT)


def test_a_place_that_is_not_there_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_folder(str(tmp_path / "a" / "b"), TRAINING)
    check_file(str(tmp_path / "a" / "b.wav"))
    monkeypatch.chdir(tmp_path)
    check_folder("my data, v=2", TRAINING)
    (tmp_path / "file").touch()
    for output in ("file", "file/x"):
        with pytest.raises(InputError, match="file"):
            check_folder(output, TRAINING)
    with pytest.raises(InputError, match="is a folder"):
        check_file(".")


def test_a_bucket(gcs_bucket: str) -> None:
    check_folder(f"{gcs_bucket}/new", REPORT)
    storage.write_bytes(f"{gcs_bucket}/new/audio/1.flac", b"1")
    check_folder(f"{gcs_bucket}/new", REPORT)
    storage.write_bytes(f"{gcs_bucket}/new/thesis/1.tex", b"1")
    with pytest.raises(InputError, match="thesis"):
        check_folder(f"{gcs_bucket}/new", REPORT)
    storage.write_bytes(f"{gcs_bucket}/new/report.json", b"1")
    check_folder(f"{gcs_bucket}/new", REPORT)
    with pytest.raises(InputError, match="no such object or bucket"):
        check_folder(f"{gcs_bucket}x/new", REPORT)
