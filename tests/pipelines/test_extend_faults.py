"""mode=extend under kills, damage and lost records, and the commands that it refuses."""

import shutil
from collections.abc import Iterable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from extensions import NEW, OF_ALL, OLD, clips_loaded, counts, extended, hashes, run, verified
from fakes import fake_config, in_child, synth_fake, write_corpus
from kills import run_config

from speech.dataset import layout as dataset
from speech.dataset.clips import open_clips
from speech.errors import InputError

pytestmark = pytest.mark.usefixtures("voices_are_known")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[str, str, str, list[str]]:
    """A dataset, the corpus that extends it, the same extended without a kill, and its moments."""
    root = tmp_path_factory.mktemp("undisturbed")
    whole = Path(write_corpus(root / "all.txt", OLD + NEW)).read_text().splitlines()
    old, new = root / "old.txt", root / "new.txt"
    old.write_text("\n".join(whole[:OLD]) + "\n")
    new.write_text("\n".join(whole) + "\n")
    base, extended_one = str(root / "base"), str(root / "extended")
    assert in_child(synth_fake, fake_config(base, str(old), "dataset.shards=3")) == 0
    shutil.copytree(base, extended_one)
    status, moments = in_child(run_config, extended(extended_one, str(new)), None)
    assert status == 0
    return base, str(new), extended_one, moments


@pytest.mark.slow
@pytest.mark.parametrize(
    "share",
    [
        *(pytest.param(share, marks=pytest.mark.long) for share in (0.0, 0.1, 0.4, 0.6, 0.8, 0.95)),
        *(pytest.param(moment, marks=pytest.mark.long) for moment in (-14, -8, -5, -2)),
        *(0.25, -11),
    ],
)
def test_after_a_kill_the_dataset_is_whole_and_the_same_command_finishes(
    undisturbed, tmp_path, share
):
    base, new, wanted, moments = undisturbed
    output, before = str(shutil.copytree(base, tmp_path / "out")), hashes(base)
    moment = int(share * len(moments)) if share >= 0 else len(moments) + share
    with pytest.raises(BrokenProcessPool):
        in_child(run_config, extended(output, new), moment)
    found = hashes(output)
    assert all(found[name] == digest for name, digest in before.items() if name not in OF_ALL)
    assert verified(output) == 0
    assert len(open_clips(output)) == counts(output)["accepted"]
    loaded = clips_loaded(output, tmp_path / "cache")
    assert loaded in {counts(base)["accepted"], counts(wanted)["accepted"]}
    assert in_child(run_config, extended(output, new), None)[0] == 0
    found, whole = hashes(output), hashes(wanted)
    assert {*found} - {*OF_ALL} == {*whole} - {*OF_ALL}
    rows = [name for name in whole if name.startswith(("data/", "rejected/"))]
    assert {name: found[name] for name in rows} == {name: whole[name] for name in rows}
    assert counts(output) == counts(wanted)
    assert verified(output) == 0


def without(found: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: digest for name, digest in found.items() if name not in names}


@pytest.mark.parametrize(
    "name",
    [
        "data/train-e001-00001-of-00002.parquet",
        "rejected/rejected-e001-00000-of-00002.parquet",
        "data/train-00002-of-00003.parquet",
        "_shards/e001/shard-00001-of-00002.json",
        "_shards/e001/run.json",
        "_shards/e001/plan.json",
        "_shards/e001/provenance.json",
        "_shards/run.json",
        "manifest.json",
        "README.md",
    ],
)
@pytest.mark.parametrize("change", ["flipped", "lost"])
def test_damage_of_any_run_is_found_and_mended(undisturbed, tmp_path, name, change, capsys):
    _, _, extended_one, _ = undisturbed
    output = str(shutil.copytree(extended_one, tmp_path / "out"))
    before, path = hashes(output), Path(output, name)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink() if change == "lost" else path.write_bytes(data)
    assert verified(output) == 1
    assert name in capsys.readouterr().out
    assert verified(output, "repair=true") == 0
    assert without(hashes(output), [dataset.VERIFIED_NAME]) == without(
        before, [dataset.VERIFIED_NAME]
    )


def test_without_a_manifest_the_runs_are_known_by_their_records(undisturbed, tmp_path):
    _, _, extended_one, _ = undisturbed
    output = str(shutil.copytree(extended_one, tmp_path / "out"))
    before = hashes(output)
    for name in ("manifest.json", "README.md", "data/train-e001-00000-of-00002.parquet"):
        Path(output, name).unlink()
    assert verified(output, "repair=true") == 0
    assert without(hashes(output), [dataset.VERIFIED_NAME]) == without(
        before, [dataset.VERIFIED_NAME]
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("teacher.sampler.steps=3", "teacher.sampler.steps: 5 -> 3"),
        ("gate.wer_max=0.5", "gate.wer_max: "),
    ],
)
def test_another_teacher_or_gate_is_refused(undisturbed, tmp_path, change, told):
    base, new, _, _ = undisturbed
    output = str(shutil.copytree(base, tmp_path / "out"))
    before = hashes(output)
    with pytest.raises(InputError) as refused:
        run(extended(output, new, more=(change,)))
    line = str(refused.value)
    assert told in line
    assert "join the two: python -m pipelines.merge" in line
    assert "\n" not in line
    assert hashes(output) == before


def test_another_extension_is_not_begun_over_one_that_is_not_finished(undisturbed, tmp_path):
    base, new, _, moments = undisturbed
    output = str(shutil.copytree(base, tmp_path / "out"))
    with pytest.raises(BrokenProcessPool):
        in_child(run_config, extended(output, new), len(moments) // 2)
    with pytest.raises(InputError) as refused:
        run(extended(output, new, more=("seed=7",)))
    line = str(refused.value)
    assert 'holds another run e001: dataset.shards: 2 -> "auto"; seed: 1 -> 7' in line
    assert "Finish e001 by the command that began it, or delete _shards/e001" in line


def test_a_changed_corpus_is_refused_with_the_mode_that_takes_it(undisturbed, tmp_path):
    base, new, _, _ = undisturbed
    with pytest.raises(InputError, match="mode=extend adds lines or voices"):
        run(fake_config(str(shutil.copytree(base, tmp_path / "out")), new))


def test_there_must_be_a_finished_dataset(undisturbed, tmp_path):
    base, new, _, _ = undisturbed
    output = str(tmp_path / "none")
    with pytest.raises(InputError, match="none holds no finished dataset; mode=new makes one"):
        run(extended(output, new))
    assert not Path(output).exists()
    output = str(shutil.copytree(base, tmp_path / "out"))
    Path(output, "manifest.json").unlink()
    with pytest.raises(InputError, match="json is missing or damaged; make verify"):
        run(extended(output, new))


def test_lost_counts_of_an_extension_are_counted_again(undisturbed, tmp_path):
    _, new, extended_one, _ = undisturbed
    output = str(shutil.copytree(extended_one, tmp_path / "out"))
    plan = Path(output, "_shards/e001/plan.json")
    expected = plan.read_bytes()
    plan.unlink()
    Path(output, "manifest.json").unlink()
    assert run(extended(output, new), None) == 0
    assert plan.read_bytes() == expected
    assert verified(output) == 0
