"""Distributions, duplicates, coverage and speakers on rows whose truth is known."""

from pathlib import Path

import numpy as np
import pytest

from eval.dataset.coverage import PhonemeCounter
from eval.dataset.disk_buffer import DiskBuffer
from eval.dataset.distributions import distribution
from eval.dataset.duplicates import DuplicateFinder
from eval.dataset.flags import find_flags
from eval.dataset.listening import Evidence, Listening, choose
from eval.dataset.rows import open_dataset
from eval.dataset.speakers import similarity_to_speakers
from eval.metrics.sound import Sound, measure_sound
from speech.audio import SAMPLE_RATE
from speech.errors import InputError
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
    near = similarity_to_speakers(embeddings, labels)
    assert near.nearest[0] == "ann"
    assert near.other[0] > near.own[0] + 0.3
    assert (near.own[1:] > near.other[1:] + 0.3).all()


TWINS = 0.961
"""cosine of the two voices of the first bank of f5_mini that were most alike but one"""


def twins() -> tuple[np.ndarray, list[str]]:
    """Five clips of each of two voices that are nearly one, without any noise."""
    ann, bob = np.zeros((2, 256))
    ann[0] = 1
    bob[:2] = TWINS, (1 - TWINS**2) ** 0.5
    return np.stack([ann] * 5 + [bob] * 5), ["ann"] * 5 + ["bob"] * 5


def between(own: float, other: float, noise: int = 2) -> np.ndarray:
    """A clip with these cosines to the twins, the rest of it being noise in a place of its own."""
    clip = np.zeros(256)
    clip[:2] = own, (other - TWINS * own) / (1 - TWINS**2) ** 0.5
    clip[noise] = (1 - clip @ clip) ** 0.5
    return clip


def test_a_lead_is_counted_in_the_clips_own_noise() -> None:
    """A clip of 0.4 s from the demo dataset, unlike both voices: 0.043 of 0.279 * 0.681."""
    embeddings, labels = twins()
    near = similarity_to_speakers(
        np.stack([*embeddings, between(0.689, 0.732)]).astype(np.float16), [*labels, "ann"]
    )
    assert near.nearest[-1] == "bob"
    assert (near.own[-1], near.other[-1]) == pytest.approx((0.689, 0.732), abs=1e-3)
    assert near.lead[-1] == pytest.approx(0.226, abs=5e-3)
    assert (near.lead[:-1] < 0).all()


@pytest.mark.parametrize(
    ("own", "other", "duration_s", "is_flagged"),
    [
        (0.689, 0.732, 0.4, False),  # nearer to the other, but by less than so much noise explains
        (0.90, 0.94, 3.0, True),  # as near as the other's own clips
        (0.40, 0.40, 0.9, False),  # short clips are unlike all voices
        (0.40, 0.40, 3.0, True),
        (0.94, 0.90, 3.0, False),
    ],
)
def test_voices_that_are_nearly_one(
    own: float, other: float, duration_s: float, is_flagged: bool
) -> None:
    embeddings, labels = twins()
    usual = [between(0.93 + i / 200, 0.89 + i / 200, 10 + i) for i in range(-5, 6)]
    rows, sound = DiskBuffer(), Sound(60.0, -60.0, -60.0)
    vectors = np.stack([*embeddings, *usual, between(own, other)]).astype(np.float16)
    durations = [3.0] * (len(vectors) - 1) + [duration_s]
    clips = [Evidence(i, s, 15.0, None, sound, None, None) for i, s in enumerate(durations)]
    for _ in clips:
        rows.append({"doubled": None, "failures": {}})
    speakers = [*labels, *["ann"] * (len(usual) + 1)]
    heard = Listening("all", clips, vectors, speakers, rows)
    flags = find_flags(heard, similarity_to_speakers(vectors, speakers))
    assert [(flag.place, flag.defect) for flag in flags] == (
        [(len(clips) - 1, "speaker")] if is_flagged else []
    )


def test_one_voice_under_two_labels_is_no_other_voice() -> None:
    embeddings = np.concatenate([voices(40, 0.3, 1), voices(20, 0.3, 2)]).astype(np.float16)
    labels = ["ann", "bob"] * 20 + ["cat"] * 20
    near = similarity_to_speakers(embeddings, labels)
    assert [(pair.first, pair.second) for pair in near.alike] == [("ann", "bob")]
    assert near.alike[0].cosine > 0.99
    assert near.nearest == ["cat"] * 40 + near.nearest[40:]
    assert set(near.nearest[40:]) <= {"ann", "bob"}


def test_few_clips_have_no_centroid() -> None:
    embeddings = voices(3, 0.3, 1).astype(np.float16)
    embeddings[2] = np.nan
    near = similarity_to_speakers(embeddings, ["ann", "ann", "ann"])
    assert np.isnan(near.own).all()
    assert similarity_to_speakers(np.empty((0, 256), np.float16), []).nearest == []


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
    spool = DiskBuffer()
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
