"""mode=extend: new lines and voices join a finished dataset; not a byte of what was there changes."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from extensions import NEW, OF_ALL, OLD, clips_loaded, counts, extended, hashes, run, verified
from fakes import fake_config, in_child, synth_fake, write_corpus

from pipelines.jobs import known_ids
from pipelines.run.row_counts import PLAN_NAME
from speech.dataset import layout as dataset
from speech.dataset.clips import open_clips

pytestmark = pytest.mark.usefixtures("voices_are_known")


@pytest.fixture(scope="module")
def corpora(tmp_path_factory) -> tuple[str, str]:
    """Two files of lines, in which the second begins with two of the first's."""
    folder = tmp_path_factory.mktemp("corpora")
    whole = Path(write_corpus(folder / "all.txt", OLD + NEW)).read_text().splitlines()
    old, new = folder / "old.txt", folder / "new.txt"
    old.write_text("\n".join([*whole[:OLD], "!?!", whole[0]]) + "\n")
    new.write_text("\n".join([*whole[:2], *whole[OLD:]]) + "\n")
    return str(old), str(new)


@pytest.fixture(scope="module")
def of_old(tmp_path_factory, corpora) -> str:
    """Finished, of the first file; to be read."""
    output = str(tmp_path_factory.mktemp("of_old") / "out")
    assert in_child(synth_fake, fake_config(output, corpora[0], "dataset.shards=3")) == 0
    return output


@pytest.fixture
def output(tmp_path, of_old) -> str:
    """The same, to be extended."""
    return str(shutil.copytree(of_old, tmp_path / "out"))


def rows_by_id(output: str) -> dict[str, bytes]:
    found = {}
    for path in sorted(Path(output).glob("data/*.parquet")):
        for row in pq.read_table(path).to_pylist():
            assert row["id"] not in found
            found[row["id"]] = row["audio"]["bytes"]
    return found


@pytest.mark.parametrize("with_old", [False, True], ids=["new lines alone", "old and new lines"])
def test_the_first_100_rows_are_byte_equal_after_50_more(output, corpora, with_old, tmp_path):
    before, first = hashes(output), counts(output)
    config = extended(output, *(corpora if with_old else corpora[1:]))
    assert run(config) == 0
    after = hashes(output)
    assert {name: after[name] for name in before if name not in OF_ALL} == {
        name: digest for name, digest in before.items() if name not in OF_ALL
    }
    added = {name for name in after if name not in before}
    assert {name for name in added if name.startswith("data/")} == {
        "data/train-e001-00000-of-00002.parquet",
        "data/train-e001-00001-of-00002.parquet",
    }
    assert counts(output)["lines"] - first["lines"] == NEW
    clips = rows_by_id(output)
    assert len(clips) == counts(output)["accepted"] == clips_loaded(output, tmp_path / "cache")
    assert len(open_clips(output)) == len(clips)
    known = json.loads(Path(output, "_shards/e001", Path(PLAN_NAME).name).read_text())["known"]
    assert sum(known.values()) == 2 + with_old * (OLD + 2)
    assert verified(output) == 0
    assert run(config, None) == 0  # all is done
    assert hashes(output).keys() == after.keys() | {dataset.VERIFIED_NAME}


def test_what_is_added_is_what_a_whole_run_makes_of_it(output, corpora, tmp_path):
    run(extended(output, corpora[1]))
    whole = str(tmp_path / "whole")
    both = f"corpus.paths=[{','.join(corpora)}]"
    run(fake_config(whole, corpora[0], both, "dataset.shards=1"))
    assert rows_by_id(output) == rows_by_id(whole)


def test_a_second_voice_for_every_line(output, corpora):
    before = rows_by_id(output)
    assert run(extended(output, corpora[0], more=("voices.per_text=2",))) == 0
    after = rows_by_id(output)
    assert before.items() < after.items()
    assert all(id_.endswith("-v2") for id_ in after.keys() - before.keys())
    assert "data/train-e001-00000-of-00001.parquet" in hashes(output)
    assert verified(output) == 0


def test_one_extension_after_another(output, corpora, tmp_path):
    run(extended(output, corpora[1]))
    before = hashes(output)
    third = tmp_path / "third.txt"
    third.write_text(Path(corpora[1]).read_text() + "A line of the third week.\n")
    assert run(extended(output, str(third), more=())) == 0
    assert counts(output)["lines"] == OLD + 2 + NEW + 1
    after = hashes(output)
    assert all(after[n] == digest for n, digest in before.items() if n not in OF_ALL)
    assert "data/train-e002-00000-of-00001.parquet" in after
    assert verified(output) == 0


def test_nothing_new_leaves_the_dataset_as_it_was(output, corpora, tmp_path, capsys):
    before = hashes(output)
    same = tmp_path / "same.txt"
    same.write_text(Path(corpora[0]).read_text())
    assert run(extended(output, str(same), more=()), None) == 0
    assert "nothing is new" in capsys.readouterr().out
    assert hashes(output) == before


def test_more_buckets_than_shards(output, corpora, monkeypatch):
    """As for a few lines that join a large dataset."""
    monkeypatch.setattr(known_ids, "count_buckets", lambda run_plan: 2 * 5)
    assert run(extended(output, *corpora)) == 0
    assert counts(output)["lines"] == OLD + 2 + NEW
    assert verified(output) == 0
