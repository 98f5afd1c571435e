"""Dataset and student to a hub that speaks the API on this machine, and back with `datasets`."""

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Audio, load_dataset
from fake_hub import TOKEN
from fakes import fake_config, open_fake_studio, write_corpus
from huggingface_hub import DatasetCard
from pushes import REPO, refused, run

import pipelines.push.dataset
import pipelines.push.hub
import pipelines.run.preparation
from pipelines import synth
from pipelines.verify import __main__ as verify
from pipelines.verify.__main__ import VerifyConfig
from speech import storage
from speech.config import load_config
from speech.dataset import layout as dataset
from speech.dataset.clips import open_clips

LICENSES = "license.allow=[Apache-2.0,CC0-1.0]"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
        corpus = write_corpus(root / "corpus.txt", 40)
        with open(corpus, "a") as stream:
            stream.write("😀😀\n")
        config = fake_config(str(root / "out"), corpus, "dataset.shards=3")
        assert synth.main(config, open_fake_studio) == 0
    assert verify.main(load_config(VerifyConfig, "verify", [f"output={root}/out"])) == 0
    return root / "out"


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def test_a_published_dataset_is_read_by_datasets_as_the_one_here(hub, finished, tmp_path):
    assert run(f"dataset={finished}") == 0
    repository = hub.repositories[f"datasets/{REPO}"]
    assert repository.private
    folder = hub.save(f"datasets/{REPO}", tmp_path / "there")
    here, there = (
        load_dataset(str(place), split="train", cache_dir=str(tmp_path / name))
        for name, place in (("a", finished), ("b", folder))
    )
    assert there.features["audio"] == Audio(sampling_rate=24_000)
    plain = [clips.cast_column("audio", Audio(decode=False)).to_list() for clips in (here, there)]
    assert plain[0] == plain[1]
    assert len(open_clips(str(folder))) == len(here)
    rejected = load_dataset(
        "parquet", data_files=f"{folder}/rejected/*.parquet", split="train", cache_dir=tmp_path
    )
    assert "nothing_to_speak" in rejected["reason"]
    assert DatasetCard.load(folder / "README.md").data.license


def test_nothing_but_the_dataset_is_sent_and_the_manifest_comes_last(hub, copy, monkeypatch):
    monkeypatch.setattr(pipelines.push.hub, "FILES_PER_COMMIT", 3)
    (copy / "_alignments").mkdir()
    (copy / "_alignments" / "a.npz").write_bytes(b"x")
    (copy / "notes.txt").write_text("mine")
    run(f"dataset={copy}")
    repository = hub.repositories[f"datasets/{REPO}"]
    folders = {name.partition("/")[0] for name in repository.files}
    assert folders == {"data", "rejected", "README.md", "manifest.json"}
    assert len(repository.commits) == 3
    assert repository.commits[-1][-2:] == ["README.md", "manifest.json"]


def test_with_its_records_a_published_dataset_can_be_verified(hub, finished, tmp_path):
    run(f"dataset={finished}", "records=true")
    folder = hub.save(f"datasets/{REPO}", tmp_path / "there")
    assert not (folder / dataset.VERIFIED_NAME).exists()
    assert verify.main(load_config(VerifyConfig, "verify", [f"output={folder}"])) == 0


def test_a_push_that_was_refused_halfway_goes_on_where_it_was(hub, finished):
    hub.refuse = 2
    told = refused(f"dataset={finished}")
    assert "storage quota exceeded" in told
    assert not hub.repositories[f"datasets/{REPO}"].files
    hub.refuse = None
    assert run(f"dataset={finished}") == 0
    clips = [file.read_bytes() for file in (finished / "data").iterdir()]
    assert [hub.uploads[hashlib.sha256(data).hexdigest()] for data in clips] == [1, 1, 1]


def test_files_of_an_earlier_dataset_are_removed_with_the_first_commit(hub, finished, tmp_path):
    run(f"dataset={finished}")
    repository = hub.repositories[f"datasets/{REPO}"]
    old = "data/train-00000-of-00009.parquet"
    repository.files |= {old: b"old", "data/own.txt": b"own", "picture.png": b"theirs"}
    run(f"dataset={finished}")
    assert repository.commits[-1][:2] == [f"-{old}", "-data/own.txt"]
    assert old not in repository.files
    assert "picture.png" in repository.files


def test_a_public_repository_is_not_filled_unless_asked(hub, finished):
    run("student=student/mini", "private=false", "gated=manual")
    repository = hub.repositories[f"models/{REPO}"]
    assert (repository.private, repository.gated) == (False, "manual")
    told = refused("student=student/mini")
    assert "is there and public: say private=false" in told
    run("student=student/mini", "private=false")
    assert repository.gated == "manual"  # as it was


def test_a_dry_run_says_everything_and_sends_nothing(hub, finished, capsys, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    assert run(f"dataset={finished}", "student=student/mini", "dry_run=true") == 0
    told = capsys.readouterr().out
    for name in ("data/train-00002-of-00003.parquet", "README.md", "onnx.json", "frames.onnx"):
        assert name in told
    assert "private" in told
    assert "Apache-2.0" in told
    assert not hub.repositories


def test_the_token_stands_nowhere(hub, finished, tmp_path, capsys):
    run(f"dataset={finished}", "student=student/mini")
    hub.tokens = {"another"}
    told = refused(f"dataset={finished}")
    assert "401" in told
    printed = capsys.readouterr()
    assert TOKEN not in told + printed.out + printed.err
    for repository in hub.repositories.values():
        assert all(TOKEN.encode() not in data for data in repository.files.values())


def test_without_a_token_nothing_begins(hub, finished, monkeypatch):
    monkeypatch.setattr(pipelines.push.hub, "get_token", lambda: None)
    assert "HF_TOKEN" in refused(f"dataset={finished}")
    assert not hub.repositories


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (("dataset=/nowhere",), "is no dataset"),
        (("student=/nowhere",), "is no student"),
        (("student=student/mini", "license.allow=[MIT]"), "license.allow"),
    ],
)
def test_what_is_wrong_here_is_told_before_a_token_is_asked_for(hub, monkeypatch, overrides, told):
    monkeypatch.setattr(pipelines.push.hub, "get_token", lambda: None)
    assert told in refused(*overrides)


def unfinished(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def unverified(folder: Path) -> None:
    (folder / dataset.VERIFIED_NAME).unlink()


def edited(folder: Path) -> None:
    file = folder / dataset.shard_part(1, 3).data
    file.write_bytes(file.read_bytes()[:-1] + b"?")


def incomplete(folder: Path) -> None:
    (folder / dataset.shard_part(2, 3).rejected).unlink()


def forged(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["hours"] = 1000.0
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def without_card(folder: Path) -> None:
    (folder / "README.md").unlink()


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (unfinished, "is not finished; make synth goes on with it"),
        (unverified, "was never verified: make verify"),
        (edited, "is not what manifest.json says"),
        (incomplete, "missing"),
        (forged, "is damaged"),
        (without_card, "has no README.md"),
    ],
)
def test_a_dataset_that_is_not_whole_is_refused(hub, copy, edit, told):
    edit(copy)
    assert told in refused(f"dataset={copy}")
    assert not hub.repositories


def test_row_groups_that_the_viewer_would_refuse_are_refused(hub, finished, monkeypatch):
    monkeypatch.setattr(pipelines.push.dataset, "MAX_ROW_GROUP_BYTES", 10_000)
    assert "the hub's viewer shows none above" in refused(f"dataset={finished}")


def test_what_may_not_be_passed_on_is_refused_unless_allowed(hub, finished):
    told = refused(f"dataset={finished}", "license.allow=[MIT]")
    assert "license.allow=[MIT,Apache-2.0" in told
    assert "license.allow" in refused("student=student/mini", "license.allow=[Apache-2.0]")
    assert not hub.repositories
    assert run("student=student/mini", LICENSES) == 0


def test_voices_without_stated_consent_are_named(tmp_path):
    table = pa.table(
        {
            "speaker_id": ["nature", "nature", "ann"],
            "license": ["MIT"] * 3,
            "voice_consent": ["not stated: who knows"] * 2 + ["in writing"],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    rows = pipelines.push.dataset._provenance(str(tmp_path / "a.parquet"))
    assert len(rows) == 2
    notes = pipelines.push.dataset._notes({r["speaker_id"]: r["voice_consent"] for r in rows})
    assert notes == ["consent is not stated for the voices nature"]


def test_a_dataset_in_a_bucket_is_published_from_there(hub, finished, gcs_bucket, tmp_path):
    output = f"{gcs_bucket}/dataset"
    for file in finished.rglob("*"):
        if file.is_file():
            name = file.relative_to(finished).as_posix()
            storage.write_bytes(storage.join(output, name), file.read_bytes())
    assert run(f"dataset={output}") == 0
    there = hub.save(f"datasets/{REPO}", tmp_path / "there")
    assert (there / "manifest.json").read_bytes() == (finished / "manifest.json").read_bytes()


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ((), "give dataset=FOLDER, student=FOLDER or both"),
        (("dataset=/nowhere",), "is no dataset"),
        (("dataset=x", "gated=maybe"), "auto, manual or null"),
        (("dataset=x", "repo=speech"), "the form is owner/name"),
        (("dataset=x", f"token={TOKEN}"), "unknown option 'token'"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_one_line(hub, overrides, told):
    assert told in refused(*overrides)
