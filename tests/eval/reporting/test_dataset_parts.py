"""Distributions, duplicates, coverage and speakers on rows whose truth is known."""

from pathlib import Path

import numpy as np
import pytest

from eval.reporting.coverage import PhonemeCounter
from eval.reporting.dataset_rows import open_dataset
from eval.reporting.distributions import distribution
from eval.reporting.duplicates import DuplicateFinder
from eval.reporting.listening import choose
from eval.reporting.sound import measure_sound
from eval.reporting.speakers import nearness_to_speakers
from eval.reporting.spool import Spool
from speech.errors import InputError
from speech.rows import SAMPLE_RATE
from tests.pipelines.clips import make_clip
from tests.spoken import write_dataset


def test_a_distribution_counts_every_value() -> None:
    values = [*np.linspace(0, 1, 1001), 50.0, float("nan")]
    found = distribution(values, 1010, "stored")
    assert found is not None
    assert (found.count, found.missing, sum(found.counts)) == (1002, 8, 1002)
    assert found.quantiles["0.5"] == pytest.approx(0.5, abs=0.01)
    assert found.edges[-1] < 2


def test_one_value_and_none() -> None:
    found = distribution([3.0, 3.0], 2, "stored")
    assert found is not None
    assert sum(found.counts) == 2
    assert distribution([float("nan")], 1, "stored") is None


def test_duplicates_and_near_ones() -> None:
    finder = DuplicateFinder()
    long = "The quick brown fox jumped over the lazy dog by the river bank"
    for text, speaker in [
        (long, "ann"),
        (long.upper() + "!", "ann"),
        (long, "bob"),
        (f"{long} today", "ann"),
        ("Something else entirely was said by nobody at all", "ann"),
    ]:
        finder.add(text, speaker)
    found = finder.found()
    assert (found.texts, found.same_text_same_voice, found.near_texts) == (3, 1, 1)
    assert found.examples[0].second == f"{long} today"
    assert found.examples[0].jaccard == pytest.approx(12 / 13)


def test_short_and_empty_texts_have_no_near_ones() -> None:
    finder = DuplicateFinder()
    for text in ("", "Yes.", "No.", "今天"):
        finder.add(text, "ann")
    assert finder.found().near_texts == 0


def test_coverage_counts_what_is_spoken() -> None:
    counter = PhonemeCounter()
    counter.add("see", "sˈi")
    counter.add("sees", "sˈiz!")
    found = counter.found()
    assert found is not None
    assert found.counts == {"s": 2, "i": 2, "z": 1}
    assert found.pairs == 2
    assert "θ" in found.never
    assert PhonemeCounter().found() is None


def voices(count: int, spread: float, seed: int) -> np.ndarray:
    """(count, 256) unit vectors around one direction."""
    draw = np.random.default_rng(seed)
    found = draw.normal(size=256) + spread * draw.normal(size=(count, 256))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_a_wrong_label_is_nearer_to_its_own_speaker() -> None:
    embeddings = np.concatenate([voices(8, 0.3, 1), voices(8, 0.3, 2)]).astype(np.float16)
    labels = ["ann"] * 8 + ["bob"] * 8
    labels[0] = "bob"
    near = nearness_to_speakers(embeddings, labels)
    assert near.nearest[0] == "ann"
    assert near.other[0] > near.own[0] + 0.3
    assert (near.own[1:] > near.other[1:] + 0.3).all()


def test_few_clips_have_no_centroid() -> None:
    embeddings = voices(3, 0.3, 1).astype(np.float16)
    embeddings[2] = np.nan
    near = nearness_to_speakers(embeddings, ["ann", "ann", "ann"])
    assert np.isnan(near.own).all()
    assert nearness_to_speakers(np.empty((0, 256), np.float16), []).nearest == []


def test_noise_narrows_the_range() -> None:
    t = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    bursts = np.random.default_rng(0).normal(0, 0.1, len(t)) * (np.sin(2 * np.pi * 2 * t) > 0)
    hiss = np.random.default_rng(1).normal(0, 0.03, len(t))
    clean = measure_sound(bursts.astype(np.float32))
    noisy = measure_sound((bursts + hiss).astype(np.float32))
    assert clean.range_db > 60
    assert 5 < noisy.range_db < 20
    assert clean.end_db < -50
    assert measure_sound(np.zeros(10, np.float32)).range_db == 0


def test_the_spool_gives_back_any_row() -> None:
    spool = Spool()
    for number in range(5):
        spool.append({"n": number, "text": "é\n\ud800"})
    assert [spool[i]["n"] for i in (3, 0, 4)] == [3, 0, 4]
    assert spool[1]["text"] == "é\n\ud800"
    assert len(spool) == 5


def test_rows_are_chosen_across_row_groups(tmp_path: Path) -> None:
    rows = open_dataset(write_dataset(tmp_path, [make_clip(i) for i in range(20)]))
    numbers, sampling = choose(rows, 6, seed=1)
    assert len(numbers) == 6
    assert sampling == "6 of 20 clips, drawn at random"
    found = dict(rows.chosen_rows(["id", "nothing"], numbers))
    everything = dict(rows.accepted_rows(["id"]))
    assert found.keys() == numbers
    assert all(row == {"id": everything[n]["id"], "nothing": None} for n, row in found.items())
    assert choose(rows, None, seed=1) == (set(range(20)), "all 20 clips")


def test_a_damaged_file_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    write_dataset(tmp_path, [make_clip(i) for i in range(10)])
    (tmp_path / "data/train-00000-of-00002.parquet").write_bytes(b"PAR1 nothing")
    rows = open_dataset(tmp_path)
    assert len(list(rows.accepted_rows(["id"]))) == 5
    assert list(rows.problems) == [f"{tmp_path}/data/train-00000-of-00002.parquet"]


def test_nothing_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no dataset"):
        open_dataset(tmp_path)
