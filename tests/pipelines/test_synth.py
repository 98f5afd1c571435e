"""The pipeline as a whole, with an instant teacher: rows, repeats, resumption, refusals."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fakes import fake_config, open_fake_studio, write_corpus

from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.run.claims import PLAN_CLAIM
from pipelines.run.preparation import run_identity
from pipelines.text.utterances import plan_corpus
from speech import storage
from speech.errors import InputError
from teacher.voices import load_bank

pytestmark = pytest.mark.usefixtures("voices_are_known")

LINES = 60
SHARDS = "dataset.shards=3"


@pytest.fixture
def corpus(tmp_path) -> str:
    return write_corpus(tmp_path / "corpus.txt", LINES)


def run(config: SynthConfig) -> int:
    return synth.main(config, open_fake_studio)


def rows(output: str, folder: str) -> list[dict]:
    names = sorted(storage.list_files(storage.join(output, folder)))
    tables = [pq.read_table(storage.open_input(storage.join(output, folder, n))) for n in names]
    return [row for table in tables for row in table.to_pylist()]


def contents(output: str) -> dict[str, bytes]:
    return {
        f"{folder}/{name}": storage.read_bytes(storage.join(output, folder, name))
        for folder in ("data", "rejected")
        for name in storage.list_files(storage.join(output, folder))
    }


def test_rows_in_are_rows_accepted_and_rejected(tmp_path, corpus):
    with open(corpus, "a") as stream:
        stream.write("😀😀\nПривет.\nTake this twice.\nTake this twice.\n")
    output = str(tmp_path / "out")
    assert run(fake_config(output, corpus, SHARDS)) == 0
    accepted, rejected = rows(output, "data"), rows(output, "rejected")
    assert len(accepted) + len(rejected) == LINES + 4
    reasons = Counter(row["reason"] for row in rejected)
    assert reasons["nothing_to_speak"] == reasons["unsupported_script"] == 1
    assert reasons["duplicate"] == 1
    manifest = json.loads(Path(output, "manifest.json").read_text())
    assert manifest["counts"]["accepted"] == len(accepted)
    assert manifest["reasons"] == dict(reasons)
    assert all(row["attempt"] in (0, 1, 2) for row in accepted)
    assert any(row["attempt"] > 0 for row in accepted)
    assert {row["license"] for row in accepted} <= {"Apache-2.0", "Apache-2.0 AND CC0-1.0"}
    assert len({row["speaker_id"] for row in accepted}) >= 6


def test_each_row_says_where_its_voice_and_its_line_are_from(tmp_path, corpus):
    config = fake_config(str(tmp_path / "out"), corpus, SHARDS)
    run(config)
    bank = load_bank(config.voices)
    for row in rows(config.output, "data") + rows(config.output, "rejected"):
        voice = bank[row["speaker_id"]]
        assert row["corpus"] == "corpus.txt"
        assert row["voice_source"] == voice.speaker
        assert row["voice_sha256"] == voice.sha256
        assert row["voice_license"] == voice.license
        assert row["voice_consent"] == voice.consent != ""
        assert row["watermark"] is None


def test_another_consent_of_a_voice_is_another_run(tmp_path, corpus):
    config = fake_config(str(tmp_path / "out"), corpus, SHARDS)
    bank, plan = load_bank(config.voices), plan_corpus(config)
    withdrawn = {name: replace(voice, consent="withdrawn") for name, voice in bank.items()}
    assert run_identity(config, plan, bank) != run_identity(config, plan, withdrawn)


def test_same_seed_same_bytes_other_seed_other_voices(tmp_path, corpus):
    outputs = [str(tmp_path / name) for name in "abc"]
    for output, seed in zip(outputs, (1, 1, 2), strict=True):
        run(fake_config(output, corpus, SHARDS, f"seed={seed}"))
    assert contents(outputs[0]) == contents(outputs[1])
    voices = [{r["id"]: (r["speaker_id"], r["seed"]) for r in rows(o, "data")} for o in outputs]
    both = voices[0].keys() & voices[2].keys()
    moved = sum(voices[0][key][0] != voices[2][key][0] for key in both)
    assert moved > len(both) / 2
    assert all(voices[0][key][1] != voices[2][key][1] for key in both)


def test_an_added_line_leaves_the_others_as_they_were(tmp_path, corpus):
    before, after = str(tmp_path / "before"), str(tmp_path / "after")
    run(fake_config(before, corpus, SHARDS))
    with open(corpus) as stream:
        text = stream.read()
    Path(corpus).write_text("A line that was not there.\n" + text)
    run(fake_config(after, corpus, SHARDS))
    old, new = ({r["id"]: r for r in rows(o, "data")} for o in (before, after))
    assert old.keys() < new.keys() or len(old) >= LINES - 5
    for key in old.keys() & new.keys():
        assert old[key] == new[key]


def test_a_second_run_finds_everything_done(tmp_path, corpus, capsys):
    config = fake_config(str(tmp_path / "out"), corpus, SHARDS)
    run(config)
    manifest = Path(config.output, "manifest.json").read_bytes()

    def never(_):
        raise AssertionError("nothing is left to speak")

    assert synth.main(config, never) == 0
    assert "everything is done already" in capsys.readouterr().out
    assert Path(config.output, "manifest.json").read_bytes() == manifest


def test_a_plans_claim_that_a_killed_launch_left_goes_with_the_end(tmp_path, corpus):
    """Of one that shared the work, followed by one that does not."""
    left = tmp_path / "out" / PLAN_CLAIM
    left.parent.mkdir(parents=True)
    left.write_text("{}")
    assert run(fake_config(str(tmp_path / "out"), corpus)) == 0
    assert not left.exists()


def test_a_lost_shard_alone_is_made_again(tmp_path, corpus):
    config = fake_config(str(tmp_path / "out"), corpus, SHARDS)
    run(config)
    before = contents(config.output)
    Path(config.output, "data/train-00001-of-00003.parquet").unlink()
    others = Path(config.output, "data/train-00002-of-00003.parquet").stat().st_mtime_ns
    assert run(config) == 0
    assert Path(config.output, "data/train-00002-of-00003.parquet").stat().st_mtime_ns == others
    assert contents(config.output) == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("seed=9", "seed: 1 -> 9"),
        ("gate.wer_max=0.5", "gate.wer_max: 0.2 -> 0.5"),
        ("teacher.sampler.steps=16", "teacher.sampler.steps: 5 -> 16"),
        ("voices.include=[speaker04,speaker08]", "voices.include"),
        ("limit=30", "limit"),
    ],
)
def test_another_configuration_under_the_same_output_is_refused(tmp_path, corpus, change, named):
    output = str(tmp_path / "out")
    run(fake_config(output, corpus, SHARDS))
    with pytest.raises(InputError, match=named) as refusal:
        run(fake_config(output, corpus, SHARDS, change))
    assert "\n" not in str(refusal.value)


def test_another_corpus_under_the_same_output_is_refused(tmp_path, corpus):
    output = str(tmp_path / "out")
    run(fake_config(output, corpus, SHARDS))
    with open(corpus, "a") as stream:
        stream.write("One more.\n")
    with pytest.raises(InputError, match=r"corpus\.paths.*corpus\.txt"):
        run(fake_config(output, corpus, SHARDS))


def test_more_voices_a_text_and_a_limit(tmp_path, corpus):
    output = str(tmp_path / "out")
    run(fake_config(output, corpus, "voices.per_text=3", "limit=10"))
    everything = rows(output, "data") + rows(output, "rejected")
    assert len(everything) == 30
    assert len({(row["text"], row["speaker_id"]) for row in everything}) == 30
    assert len({row["id"] for row in everything}) == 30


def test_the_best_of_several_candidates_is_kept(tmp_path, corpus):
    output = str(tmp_path / "out")
    run(fake_config(output, corpus, "gate.candidates=4", "gate.attempts=1"))
    accepted = rows(output, "data")
    assert len(accepted) >= LINES - 3
    assert {row["attempt"] for row in accepted} >= {0, 1}


def test_licences_gate_the_run(tmp_path, corpus):
    with pytest.raises(
        InputError, match=r"f5_mini is under Apache-2.0.*license\.allow=\[Apache-2.0,CC0-1.0,MIT\]"
    ):
        run(fake_config(str(tmp_path / "out"), corpus, "license.allow=[MIT]"))
    with pytest.raises(InputError, match=r"f5_base is under CC-BY-NC-4\.0"):
        run(fake_config(str(tmp_path / "out"), corpus, "teacher=f5_base"))


def test_a_run_in_a_bucket_equals_a_local_one(tmp_path, corpus, gcs_bucket):
    local = str(tmp_path / "out")
    run(fake_config(local, corpus, SHARDS))
    uploaded = f"{gcs_bucket}/corpus/corpus.txt"
    storage.write_bytes(uploaded, Path(corpus).read_bytes())
    config = fake_config(f"{gcs_bucket}/dataset", f"{gcs_bucket}/corpus/*.txt", SHARDS)
    assert run(config) == 0
    assert {k: len(v) for k, v in contents(config.output).items()} == {
        k: len(v) for k, v in contents(local).items()
    }
    names = ("id", "audio", "speaker_id", "seed", "attempt")
    local_rows, bucket_rows = (
        [{name: row[name] for name in names} for row in rows(o, "data")]
        for o in (local, config.output)
    )
    assert bucket_rows == local_rows
    assert synth.main(config, None) == 0  # found done, from the bucket alone


def test_no_line_at_all_is_one_clear_error(tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    with pytest.raises(InputError, match="holds no lines"):
        run(fake_config(str(tmp_path / "out"), str(empty)))
