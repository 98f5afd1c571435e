"""`make measure-teacher`: a small run for real, and the parts that need no teacher."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eval import teacher as measure_teacher
from eval.systems.dataset_voices import dataset_bank
from eval.teacher_card import END, START, check_card, fill_card
from eval.teacher_clips import plan, read_testset
from eval.teacher_config import MeasureConfig
from eval.teacher_figures import FIGURES, JudgedClip, cells, figures_of
from speech.audio.waveform import decode, encode_flac
from speech.config import load_config
from speech.dataset.schema import SAMPLE_RATE, Clip, clip_features
from speech.errors import InputError
from speech.text.normalize import check_speakable, normalize
from teacher.voices import Voice, load_bank

CLIP = JudgedClip(
    id="bank-0000",
    audio="audio/bank-0000.flac",
    voice="ann",
    text="One, two.",
    text_normalized="One, two.",
    transcript="one two",
    words=2,
    wer=0.0,
    similarity=0.8,
    other_similarity=0.6,
    mos=3.0,
    duration_s=2.0,
    compute_s=1.0,
)


def config_of(*overrides: str) -> MeasureConfig:
    return load_config(MeasureConfig, "measure_teacher", overrides)


def clip_of(voice: Voice, name: str, seconds: float | None = None) -> Clip:
    """A row of a dataset: the voice's reference, or its first seconds."""
    wave = voice.wave[: None if seconds is None else int(seconds * SAMPLE_RATE)]
    return Clip(
        id=name,
        audio=encode_flac(wave, SAMPLE_RATE),
        text=voice.transcript,
        text_normalized=voice.transcript,
        language="en",
        speaker_id=f"{voice.id}-heard",
        seed=1,
        attempt=0,
        duration_s=len(wave) / SAMPLE_RATE,
        transcript=None,
        wer=None,
        cer=None,
        similarity=None,
        mos=None,
        speaking_rate=15.0,
        teacher="none",
        teacher_revision="none",
        license="Apache-2.0",
    )


@pytest.fixture(scope="module")
def voices() -> list[Voice]:
    """Two embedded voices far apart, between 2 and 6 s long."""
    bank = load_bank(config_of().voices)
    fitting = [v for v in bank.values() if 2 <= len(v.wave) / SAMPLE_RATE <= 6]
    return [fitting[0], fitting[-1]]


@pytest.fixture(scope="module")
def held_out(voices: list[Voice], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of two speakers, the first clip of each too short; two files."""
    folder = tmp_path_factory.mktemp("held_out")
    folder.joinpath("data").mkdir()
    first, second = voices
    files = [
        [clip_of(first, "a", 1.0), clip_of(first, "b"), clip_of(first, "c", 2.0)],
        [clip_of(second, "d", 1.5), clip_of(first, "e"), clip_of(second, "f")],
    ]
    for index, clips in enumerate(files):
        table = pa.Table.from_pylist([c.to_row() for c in clips], clip_features().arrow_schema)
        pq.write_table(table, folder / f"data/train-{index:05d}-of-00002.parquet", row_group_size=2)
    return folder


@pytest.mark.slow
def test_a_run_measures_both_banks(held_out: Path, tmp_path: Path) -> None:
    testset, card = tmp_path / "lines.txt", tmp_path / "README.md"
    testset.write_text("Who left the door open?\n\nThat was not my idea.\nNever spoken.\n")
    card.write_text(f"# Card\n\n{START}\nold figures\n{END}\n\nThe end.\n")
    given = [f"output={tmp_path}/out", f"testset={testset}", f"card={card}", "limit=2"]
    measure_teacher.main(config_of(*given, f"held_out={held_out}", "teacher.sampler.steps=5"))
    measured = json.loads(Path(tmp_path, "out/measure.json").read_text())
    assert measured["teacher"] == "f5_mini"
    assert measured["judges"].keys() == {"whisper-tiny.en", "resemblyzer", "distillmos"}
    assert measured["banks"].keys() == {"bank", "held_out"}
    for bank in measured["banks"].values():
        assert bank["figures"].keys() == FIGURES.keys()
        assert bank["figures"]["wer"]["estimate"] <= 0.5
        assert len(bank["clips"]) == 2
        for row in bank["clips"]:
            wave, rate = decode(Path(tmp_path, "out", row["audio"]).read_bytes(), 10)
            assert rate == SAMPLE_RATE
            assert len(wave) / rate == row["duration_s"]
            assert row["compute_s"] > 0
            assert 1 <= row["mos"] <= 5
            assert row["similarity"] > row["other_similarity"]
    written = card.read_text()
    assert written.startswith(f"# Card\n\n{START}\n\n| voices | WER % |")
    assert written.endswith(f"\n{END}\n\nThe end.\n")
    assert "| held-out speakers | " in written
    assert "old figures" not in written


def test_a_speaker_is_heard_in_its_first_fitting_clip(held_out: Path, voices: list[Voice]) -> None:
    bank = dataset_bank(str(held_out), "en")
    assert list(bank) == [f"{voice.id}-heard" for voice in voices]
    for found, expected in zip(bank.values(), voices, strict=True):
        np.testing.assert_allclose(found.wave, expected.wave, atol=1e-4)
        assert found.transcript == expected.transcript
        assert found.phonemes is None
        assert found.phoneme_ends_s is None


def test_a_dataset_without_voices_is_refused(held_out: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no dataset"):
        dataset_bank(str(tmp_path), "en")
    with pytest.raises(InputError, match=r"no clip of 2 to 6 s in 'zh'"):
        dataset_bank(str(held_out), "zh")


def test_figures_are_summed_errors_and_means() -> None:
    longer = replace(CLIP, words=8, wer=0.5, similarity=None, duration_s=4.0, compute_s=5.0)
    figures = figures_of([CLIP, longer], seed=1)
    estimates = {name: interval and interval.estimate for name, interval in figures.items()}
    assert estimates == pytest.approx(
        {
            "wer": 0.4,
            "sentence_wer": 0.25,
            "similarity": 0.8,
            "other_similarity": 0.6,
            "mos": 3.0,
            "compute_ratio": 1.0,
        }
    )
    assert figures["similarity"] is not None
    assert figures["similarity"].count == 1
    assert cells(figures)[0] == "40.0 (0.0 to 50.0)"


def test_what_nothing_was_measured_of_is_said() -> None:
    figures = figures_of([replace(CLIP, similarity=None, mos=None)], seed=1)
    assert cells(figures)[2] == cells(figures)[4] == "not measured"


@pytest.mark.parametrize(
    "text", ["no marks", f"{START}\nonly one", f"{END}\n{START}", f"{START}\n{END}\n{START}\n{END}"]
)
def test_a_card_without_its_marks_is_refused(text: str, tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text(text)
    with pytest.raises(InputError, match="needs a line <!-- measured -->"):
        check_card(card)
    assert card.read_text() == text


def test_a_card_filled_twice_holds_the_second(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text(f"a\n{START}\n{END}\nb\n")
    fill_card(card, "first")
    fill_card(card, "second")
    assert card.read_text() == f"a\n{START}\n\nsecond\n\n{END}\nb\n"


def test_a_sentence_that_cannot_be_spoken_stops_the_run() -> None:
    config = config_of()
    teacher = config.teacher.open(load_bank(config.voices))
    with pytest.raises(InputError, match="'!!!' as speaker04: nothing_to_speak"):
        plan(["Call me when you land.", "!!!"], "bank", teacher, config)


@pytest.mark.parametrize("content", [b" \n\n", b"\xff\xfe"])
def test_a_testset_without_sentences_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"lines\.txt"):
        read_testset(config_of(f"testset={path}"))


def test_a_language_that_nobody_hears_is_refused() -> None:
    with pytest.raises(InputError, match="language must be one of en"):
        config_of("language=zh")


def test_the_embedded_testset_is_what_it_says() -> None:
    sentences = read_testset(config_of("limit=null"))
    assert len(set(sentences)) == 120
    for sentence in sentences:
        assert 5 <= len(sentence.split()) <= 25
        check_speakable(normalize(sentence, "en"), "en")
