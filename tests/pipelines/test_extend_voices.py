"""mode=extend with other voices: a text is spoken by new ones, and never twice by the same."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from blocks import command_into
from fakes import fake_config, in_child, open_fake_studio, synth_fake, write_corpus
from kills import run_config

from pipelines import synth
from pipelines.jobs import known_ids
from pipelines.verify import __main__ as verify
from pipelines.verify.__main__ import VerifyConfig

pytestmark = pytest.mark.usefixtures("voices_are_known")

LINES = 16
FIRST, OTHER, THIRD = "speaker00", "speaker04", "speaker08"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> str:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "lines.txt", LINES)


@pytest.fixture(scope="module")
def of_one(tmp_path_factory, corpus) -> str:
    """Finished, in one voice; to be read."""
    output = str(tmp_path_factory.mktemp("of_one") / "out")
    config = fake_config(output, corpus, "dataset.shards=3", f"voices.include=[{FIRST}]")
    assert in_child(synth_fake, config) == 0
    return output


@pytest.fixture
def output(tmp_path, of_one) -> str:
    return str(shutil.copytree(of_one, tmp_path / "out"))


def extended(output: str, corpus: str, *voices: str, per_text: int = 1, more: tuple[str, ...] = ()):
    chosen = f"voices.include=[{','.join(voices)}]", f"voices.per_text={per_text}"
    return fake_config(output, corpus, "mode=extend", "dataset.shards=2", *chosen, *more)


def extend(output: str, corpus: str, *voices: str, **given) -> int:
    return synth.main(extended(output, corpus, *voices, **given), open_fake_studio)


def voices_by_text(output: str) -> dict[str, list[tuple[str, str]]]:
    """(id, voice) of every row of a text, accepted or rejected."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(Path(output).glob("*/*.parquet")):
        for row in pq.read_table(path, columns=["id", "text", "speaker_id"]).to_pylist():
            found.setdefault(row["text"], []).append((row["id"], row["speaker_id"]))
    return {text: sorted(rows) for text, rows in found.items()}


def verified(output: str, *overrides: str) -> int:
    config = command_into(output, VerifyConfig, "verify", "runner.workers=1", *overrides)
    return verify.main(config, opener=open_fake_studio)


def rows(output: str) -> dict[str, bytes]:
    return {str(p.relative_to(output)): p.read_bytes() for p in Path(output).glob("*/*.parquet")}


def known(output: str) -> int:
    plan = json.loads(Path(output, "_shards/e001/plan.json").read_text())
    return sum(plan["known"].values())


@pytest.mark.parametrize(
    ("voices", "per_text"), [([OTHER], 1), ([FIRST, OTHER], 2)], ids=["another", "both"]
)
def test_the_voice_that_has_not_spoken_speaks(output, corpus, voices, per_text):
    before = rows(output)
    assert extend(output, corpus, *voices, per_text=per_text) == 0
    for said in voices_by_text(output).values():
        (first, one), (second, other) = said
        assert (one, other) == (FIRST, OTHER)
        assert second == f"{first}-v2"
    assert known(output) == LINES
    assert before.items() < rows(output).items()
    assert verified(output) == 0


def test_a_larger_bank_speaks_a_line_no_second_time(output, corpus, capsys):
    """Half of them prefer the new voice: `per_text` have spoken each already."""
    before = rows(output)
    assert extend(output, corpus, FIRST, OTHER) == 0
    assert "nothing is new" in capsys.readouterr().out
    assert rows(output) == before


def test_every_voice_of_the_bank_once_whoever_began(output, corpus):
    extend(output, corpus, OTHER)
    voices = [FIRST, OTHER, THIRD, "speaker10"]
    assert extend(output, corpus, *voices, per_text=4, more=("seed=7",)) == 0
    for said in voices_by_text(output).values():
        assert sorted(voice for _, voice in said) == voices
        (first, _), *_ = said
        assert [id_ for id_, _ in said] == [first, f"{first}-v2", f"{first}-v3", f"{first}-v4"]
    assert verified(output) == 0


def test_new_lines_have_the_ids_of_a_run_of_their_own(output, corpus, tmp_path):
    more = tmp_path / "more.txt"
    more.write_text(Path(corpus).read_text() + "A line of the second week.\n")
    assert extend(output, str(more), OTHER) == 0
    ((id_, voice),) = voices_by_text(output)["A line of the second week."]
    assert not id_.endswith("-v2")
    assert voice == OTHER


def test_ids_that_end_as_ranks_do_are_their_rows_own(tmp_path):
    corpus, output = tmp_path / "lines.jsonl", str(tmp_path / "out")
    lines = {"a": "The river is long.", "a-v2": "The garden is green.", "b-v2": "Bread is warm."}
    corpus.write_text("".join(f'{{"id": "{i}", "text": "{t}"}}\n' for i, t in lines.items()))
    one = fake_config(output, str(corpus), "dataset.shards=1", f"voices.include=[{FIRST}]")
    assert synth.main(one, open_fake_studio) == 0
    assert extend(output, str(corpus), OTHER) == 0
    spoken = voices_by_text(output)
    assert {text: [voice for _, voice in said] for text, said in spoken.items()} == {
        text: [FIRST, OTHER] for text in lines.values()
    }
    assert max(Counter(id_ for said in spoken.values() for id_, _ in said).values()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.3, pytest.param(0.7, marks=pytest.mark.long)])
def test_a_killed_extension_goes_on_to_the_same_bytes(output, corpus, tmp_path, share):
    whole = str(shutil.copytree(output, tmp_path / "whole"))
    _, moments = in_child(run_config, extended(whole, corpus, OTHER), None)
    with pytest.raises(Exception, match="process"):
        in_child(run_config, extended(output, corpus, OTHER), int(share * len(moments)))
    assert in_child(run_config, extended(output, corpus, OTHER), None)[0] == 0
    assert rows(output) == rows(whole)


def test_lost_shards_and_counts_come_again(output, corpus):
    extend(output, corpus, OTHER)
    before, plan = rows(output), Path(output, "_shards/e001/plan.json")
    counted = plan.read_bytes()
    for path in Path(output).glob("data/*e001-00001*"):
        path.unlink()
    assert verified(output, "repair=true") == 0
    assert rows(output) == before
    plan.unlink()
    Path(output, "manifest.json").unlink()
    assert extend(output, corpus, OTHER) == 0
    assert plan.read_bytes() == counted


def test_more_buckets_than_shards_keep_the_voices_of_a_text_together(output, corpus, monkeypatch):
    extend(output, corpus, OTHER)
    monkeypatch.setattr(known_ids, "count_buckets", lambda run_plan: 11)
    assert extend(output, corpus, FIRST, OTHER, THIRD, per_text=3) == 0
    for said in voices_by_text(output).values():
        assert [voice for _, voice in said] == [FIRST, OTHER, THIRD]
