"""Finished datasets become one: files are copied as they are, and each row stands once."""

import hashlib
import json
import shutil
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from blocks import command_into
from datasets import load_dataset
from fakes import fake_config, in_child, open_fake_studio, write_corpus
from kills import Countdown

import pipelines.run.preparation
from pipelines import merge, synth
from pipelines.merge import MergeConfig
from pipelines.verify import __main__ as verify
from pipelines.verify.__main__ import VerifyConfig
from speech import storage
from speech.config import load_config
from speech.dataset.clips import open_clips
from speech.errors import InputError

LINES = 24
EVENTS = ((merge.storage, "publish"), (merge.storage, "write_bytes"))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[str, str]:
    """Two datasets, of other lines and with another seed, the first of which was extended."""
    root = tmp_path_factory.mktemp("made")
    lines = Path(write_corpus(root / "all.txt", 3 * LINES)).read_text().splitlines()
    for name, first in (("a", 0), ("more", LINES), ("b", 2 * LINES)):
        (root / f"{name}.txt").write_text("\n".join(lines[first : first + LINES]) + "\n")
    a, b = str(root / "a"), str(root / "b")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
        for config in (
            fake_config(a, f"{a}.txt", "dataset.shards=2"),
            fake_config(a, str(root / "more.txt"), "mode=extend"),
            fake_config(b, f"{b}.txt", "seed=2", "dataset.shards=2"),
        ):
            assert synth.main(config, open_fake_studio) == 0
    return a, b


def merged(output: str, *datasets: str, keep_first: bool = False) -> int:
    chosen = [f"datasets=[{','.join(datasets)}]", f"output={output}"]
    more = ["on_duplicate=keep_first"] if keep_first else []
    return merge.main(load_config(MergeConfig, "merge", [*chosen, *more]))


def verified(output: str, *overrides: str) -> int:
    config = command_into(output, VerifyConfig, "verify", "runner.workers=1", *overrides)
    return verify.main(config, opener=open_fake_studio)


def files(output: str) -> dict[str, str]:
    return {
        str(path.relative_to(output)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(output).rglob("*")
        if path.is_file() and path.name != "verified.json"
    }


def clips(output: str) -> dict[str, bytes]:
    paths = [f"{output}/data/{name}" for name in storage.list_files(f"{output}/data")]
    rows = [row for p in paths for row in pq.read_table(storage.open_input(p)).to_pylist()]
    found = {row["id"]: row["audio"]["bytes"] for row in rows}
    assert len(found) == len(rows)
    return found


def manifest(output: str) -> dict:
    return json.loads(storage.read_bytes(f"{output}/manifest.json"))


def test_two_datasets_load_as_one(made, tmp_path):
    output, before = str(tmp_path / "c"), [files(dataset) for dataset in made]
    assert merged(output, *made) == 0
    sources = [clips(dataset) for dataset in made]
    assert clips(output) == {**sources[0], **sources[1]}
    cache = str(tmp_path / "cache")
    wanted = len(sources[0]) + len(sources[1])
    assert load_dataset(output, split="train", cache_dir=cache).num_rows == wanted
    found = load_dataset("parquet", data_files=f"{output}/data/*", split="train", cache_dir=cache)
    assert found.num_rows == len(open_clips(output)) == wanted
    assert verified(output) == 0
    assert [files(dataset) for dataset in made] == before
    assert Path(output, "data/train-m003-00001-of-00002.parquet").read_bytes() == (
        Path(made[1], "data/train-00001-of-00002.parquet").read_bytes()
    )


def test_how_each_was_made_is_kept(made, tmp_path):
    output = str(tmp_path / "c")
    merged(output, *made)
    runs = manifest(output)["runs"]
    assert [run["tag"] for run in runs] == ["", "m001", "m002", "m003"]
    assert [run["identity"].get("seed") for run in runs] == [None, 1, 1, 2]
    origins = [run["identity"]["merged_from"] for run in runs[1:]]
    assert [(o["dataset"], o["run"]) for o in origins] == [
        (made[0], ""),
        (made[0], "e001"),
        (made[1], ""),
    ]
    own = [run for dataset in made for run in manifest(dataset)["runs"]]
    for run, source in zip(runs[1:], own, strict=True):
        assert {**source["identity"], **run["identity"]} == run["identity"]
        assert run["provenance"] == {**source["provenance"], "dropped": {}}
        assert run["counts"] == source["counts"]
    card = Path(output, "README.md").read_text()
    assert "with seed 1." in card
    assert "with seed 2." in card


def test_an_id_of_two_is_refused_with_both_names(made, tmp_path):
    again = shutil.copytree(made[0], tmp_path / "again")
    output = str(tmp_path / "c")
    with pytest.raises(InputError, match="on_duplicate=keep_first") as refused:
        merged(output, *made, str(again))
    assert f"{made[0]}/data/train-00000-of-00002.parquet" in str(refused.value)
    assert f"{again}/data/train-00000-of-00002.parquet" in str(refused.value)
    assert not Path(output).exists()
    assert merged(output, *made, str(again), keep_first=True) == 0


def test_ids_are_compared_before_a_place_is_claimed_and_not_for_a_finished_merge(
    made, tmp_path, monkeypatch
):
    output, compared = tmp_path / "c", []
    find = merge.find_doubles

    def noted(sources):
        compared.append(output.exists())
        return find(sources)

    monkeypatch.setattr(merge, "find_doubles", noted)
    assert merged(str(output), *made) == 0
    assert merged(str(output), *made) == 0
    with pytest.raises(InputError, match="another"):
        merged(str(output), *reversed(made))
    assert compared == [False]


def test_the_later_of_two_is_left_out(made, tmp_path):
    both, outputs = str(tmp_path / "both"), [str(tmp_path / name) for name in "cd"]
    merged(both, *made)
    for output in outputs:
        assert merged(output, made[1], both, keep_first=True) == 0
    assert clips(outputs[0]) == clips(both)
    dropped = [run["provenance"].get("dropped") for run in manifest(outputs[0])["runs"]]
    assert sum(dropped[-1].values()) == len(clips(made[1]))
    assert dropped[:-1] == [None, {}, {}, {}]
    assert files(outputs[0])["manifest.json"] != files(both)["manifest.json"]
    data = [{n: d for n, d in files(o).items() if n.startswith("data/")} for o in outputs]
    assert data[0] == data[1]
    assert verified(outputs[0]) == 0


def merged_until(output: str, made: tuple[str, str], moment: int | None) -> list[str]:
    countdown = Countdown(moment)
    for owner, name in EVENTS:
        countdown.watch(owner, name)
    merged(output, *made)
    return countdown.passed


@pytest.fixture(scope="module")
def undisturbed(made, tmp_path_factory) -> tuple[str, int]:
    """A merge that nobody killed, and how many moments it had."""
    output = str(tmp_path_factory.mktemp("undisturbed") / "c")
    return output, len(in_child(merged_until, output, made, None))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.7, 0.9])
def test_a_killed_merge_is_gone_on_with(made, undisturbed, tmp_path, share):
    (whole, moments), output = undisturbed, str(tmp_path / "c")
    with pytest.raises(BrokenProcessPool):
        in_child(merged_until, output, made, int(share * moments))
    assert not Path(output, "manifest.json").exists()
    if not Path(output, "_shards/provenance.json").exists():
        with pytest.raises(InputError, match="not merged yet: its command, given again"):
            verified(output)
    assert merged(output, *made) == 0
    assert files(output) == files(whole)
    assert verified(output) == 0


def test_a_finished_merge_says_so(made, tmp_path, capsys):
    output = str(tmp_path / "c")
    merged(output, *made)
    before = files(output)
    assert merged(output, *made) == 0
    assert "everything is done already" in capsys.readouterr().out
    assert files(output) == before


def test_damage_is_found_and_mended_by_the_merge_alone(made, tmp_path, capsys):
    output = str(tmp_path / "c")
    merged(output, *made)
    before = files(output)
    path = Path(output, "data/train-m002-00000-of-00001.parquet")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert verified(output, "repair=true") == 1
    told = capsys.readouterr().out
    assert f"_shards/m002 was copied from {made[0]}" in told
    assert "delete it, and python -m pipelines.merge, given again, copies it again" in told
    path.unlink()
    assert merged(output, *made) == 0
    assert files(output) == before
    for name in ("README.md", "manifest.json", "_shards/m001/run.json", "_shards/run.json"):
        Path(output, name).write_bytes(b"{}")
        assert verified(output, "repair=true") == 0
        assert files(output) == before


@pytest.mark.parametrize("place", ["local", "bucket"])
def test_a_merged_dataset_is_extended(made, tmp_path, gcs_bucket, place):
    output = str(tmp_path / "c") if place == "local" else f"{gcs_bucket}/c"
    corpus = tmp_path / "new.txt"
    merged(output, *made)
    before = clips(output)
    assert verified(output) == 0
    lines = Path(made[1]).with_suffix(".txt").read_text()
    corpus.write_text(lines + "A line of another week.\nAnd one more of that.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
        config = fake_config(output, str(corpus), "mode=extend")
        assert synth.main(config, open_fake_studio) == 0
    assert before.items() <= clips(output).items()
    assert manifest(output)["runs"][-1]["tag"] == "e001"
    assert manifest(output)["runs"][-1]["counts"]["lines"] == 2
    assert verified(output) == 0


def test_a_merge_that_was_extended_keeps_that_when_it_is_mended(made, tmp_path):
    output, corpus = str(tmp_path / "c"), tmp_path / "new.txt"
    merged(output, *made)
    corpus.write_text("A line of another week.\nAnd one more of that.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
        assert synth.main(fake_config(output, str(corpus), "mode=extend"), open_fake_studio) == 0
    before = files(output)
    Path(output, "data/train-m001-00000-of-00002.parquet").unlink()
    assert merged(output, *made) == 0
    assert files(output) == before
    for lost in (
        "data/train-m001-00000-of-00002.parquet",
        "data/train-e001-00000-of-00001.parquet",
    ):
        Path(output, lost).unlink()
    with pytest.raises(InputError, match="has lost 1 shards of its other runs"):
        merged(output, *made)
    assert files(output)["manifest.json"] == before["manifest.json"]


@pytest.mark.parametrize("anew", [False, True])
def test_a_clip_that_is_not_what_its_dataset_says_is_not_copied(made, tmp_path, anew):
    """Sizes, markers and ids are as they were: what is copied tells by itself, or is written anew
    without the ids of another dataset."""
    output, other = str(tmp_path / "c"), str(shutil.copytree(made[1], tmp_path / "other"))
    path = Path(other, "data/train-00000-of-00002.parquet")
    content = bytearray(path.read_bytes())
    content[content.index(b"fLaC") + 1000] ^= 1
    path.write_bytes(content)
    before = [made[0], made[1]] if anew else [made[0]]
    with pytest.raises(InputError, match=f"{path} is not what its dataset says"):
        merged(output, *before, other, keep_first=anew)
    assert not storage.exists(f"{output}/manifest.json")


@pytest.mark.parametrize(
    "wrong", ["one", "twice", "itself", "inside", "nothing", "unfinished", "columns"]
)
def test_what_is_no_other_finished_dataset_is_refused(made, tmp_path, wrong):
    output, other = str(tmp_path / "c"), str(shutil.copytree(made[1], tmp_path / "other"))
    chosen = {
        "one": (made[0],),
        "twice": (made[0], f"{made[0]}/../a/"),
        "itself": (made[0], output),
        "inside": (made[0], str(tmp_path)),
        "nothing": (made[0], str(tmp_path / "none")),
    }.get(wrong, (made[0], other))
    if wrong == "unfinished":
        Path(other, "manifest.json").unlink()
    if wrong == "columns":
        path = Path(other, "data/train-00000-of-00002.parquet")
        pq.write_table(pq.read_table(path).drop_columns(["mos"]), path)
    with pytest.raises(InputError) as refused:
        merged(output, *chosen)
    told = {
        "nothing": "none is no finished dataset",
        "unfinished": "other is no finished dataset",
        "columns": "has other columns (mos) than this version writes",
    }.get(wrong, "allowed are two datasets or more")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not storage.exists(output)
