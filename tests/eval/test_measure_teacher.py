"""`make measure-teacher`: a small run for real, and the parts that need no teacher."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eval import teacher as measure_teacher
from eval.metrics.measures import measures
from eval.report.card import END, START, card_text, check_card, fill_card
from eval.report.config import ReportConfig
from eval.report.document import SCHEMA, VERSION, Report
from eval.report.figures import figures_of
from eval.report.results import JudgedClip, SystemResult
from eval.systems.references import dataset_voices, open_references
from eval.systems.systems import open_system
from eval.systems.teacher import teacher_config
from eval.systems.testsets import read_testset
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import decode, encode_flac
from speech.config import load_config
from speech.dataset.schema import Clip, clip_features
from speech.errors import InputError, Refused
from speech.synthesizer import SynthesisRequest
from speech.text.normalize import check_speakable, normalize
from teacher.voices import Voice, load_bank
from tests.eval.fake_judges import FakeJudges

CLIP = JudgedClip(
    number=0,
    id="00001",
    text="One, two.",
    voice="ann",
    audio="audio/00000.flac",
    transcript="one two",
    duration_s=2.0,
    weights={"words": 2, "characters": 7, "duration_s": 2.0},
    values={
        "wer": 0.0,
        "sentence_wer": 0.0,
        "similarity": 0.8,
        "other_similarity": 0.6,
        "distillmos": 3.0,
        "real_time_factor": 0.5,
    },
)
LONGER = replace(
    CLIP,
    weights={"words": 8, "characters": 30, "duration_s": 4.0},
    values={"wer": 0.5, "sentence_wer": 0.5, "distillmos": 3.0, "real_time_factor": 1.25},
)


def config_of(*overrides: str) -> ReportConfig:
    return load_config(ReportConfig, "measure_teacher", overrides)


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
    bank = load_bank(teacher_config("f5_mini").voices)
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
    given += ["second=none", "kinds=null", "again=0"]
    config = config_of(*given, f"held_out={held_out}", "teacher.sampler.steps=5")
    assert measure_teacher.main(config) == 0
    measured = json.loads(Path(tmp_path, "out/measure.json").read_text())
    assert measured["judges"].keys() == {"whisper-tiny.en", "resemblyzer", "distillmos"}
    bank, speakers = measured["systems"]
    assert (bank["name"], speakers["name"]) == ("f5_mini", "f5_mini, held-out voices")
    assert list(speakers["references"]) == list(dataset_voices(str(held_out), "en"))
    assert bank["size"]["precision"] in ("float32", "bfloat16")
    for system in (bank, speakers):
        figures = system["figures"]
        assert figures.keys() > {"wer", "similarity", "other_similarity", "distillmos"}
        assert figures["wer"]["estimate"] <= 0.5
        assert len(system["clips"]) == 2
        for row in system["clips"]:
            wave, rate = decode(Path(tmp_path, "out", row["audio"]).read_bytes(), 10)
            assert rate == SAMPLE_RATE
            assert len(wave) / rate == row["duration_s"]
            assert row["values"]["real_time_factor"] > 0
            assert 1 <= row["values"]["distillmos"] <= 5
            assert row["values"]["similarity"] > row["values"]["other_similarity"]
    written = card.read_text()
    assert written.startswith(f"# Card\n\n{START}\n\n|  | WER % |")
    assert written.endswith(f"\n{END}\n\nThe end.\n")
    assert "| f5_mini, held-out voices | " in written
    assert "old figures" not in written


def test_a_speaker_is_heard_in_its_first_fitting_clip(held_out: Path, voices: list[Voice]) -> None:
    bank = dataset_voices(str(held_out), "en")
    assert list(bank) == [f"{voice.id}-heard" for voice in voices]
    for found, expected in zip(bank.values(), voices, strict=True):
        np.testing.assert_allclose(found.wave, expected.wave, atol=1e-4)
        assert found.transcript == expected.transcript
        assert found.phonemes is None
        assert found.phoneme_ends_s is None


def test_a_dataset_without_voices_is_refused(held_out: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no dataset"):
        dataset_voices(str(tmp_path), "en")
    with pytest.raises(InputError, match=r"no clip of 2 to 6 s in 'zh'"):
        dataset_voices(str(held_out), "zh")


def test_a_dataset_is_a_source_of_references(held_out: Path, voices: list[Voice]) -> None:
    """Beside a bank; where names are equal, the first source's."""
    both = open_references([str(held_out), teacher_config("f5_mini").voices], {}, "en")
    assert both.bank[-2:] == [f"{voice.id}-heard" for voice in voices]
    assert len(both) == 14


def report_of(*clips: JudgedClip) -> Report:
    scales = measures(FakeJudges())  # type: ignore[arg-type]
    figures = figures_of(clips, scales, seed=1)
    system = SystemResult(
        *("t|1", "teacher:t", "teacher", "r1", None, None, None), 0, figures, clips
    )
    fields = dict.fromkeys(Report.__dataclass_fields__)
    known = {"measures": scales, "systems": [system], "judges": {}, "device": "cpu", "threads": 1}
    return Report(**{**fields, "schema": SCHEMA, "version": VERSION, **known})  # type: ignore[arg-type]


def test_a_cards_figures_are_summed_errors_and_means() -> None:
    head, _, row, *_ = card_text(report_of(CLIP, LONGER)).splitlines()
    assert head == "|  | WER % | mean WER % | own voice | other voices | DistillMOS | RTF |"
    assert row == (
        "| t/1 | 40.0 (0.0 to 50.0) | 25.0 (0.0 to 50.0) | 0.80 (0.80 to 0.80) "
        "| 0.60 (0.60 to 0.60) | 3.00 (3.00 to 3.00) | 1.000 (0.500 to 1.250) |"
    )


def test_what_nothing_was_measured_of_is_said() -> None:
    row = card_text(report_of(LONGER)).splitlines()[2]
    assert row.split(" | ")[3:5] == ["not measured", "not measured"]


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


def test_a_sentence_that_is_not_said_fails_the_measurement() -> None:
    assert config_of().gate.failed_max == 0


def test_a_teacher_says_what_it_can_and_refuses_the_rest() -> None:
    """In the order of the requests."""
    references = open_references([teacher_config("f5_mini").voices], {}, "en")
    teacher = open_system("teacher:f5_mini", references)
    assert (teacher.voices, teacher.languages, teacher.license) == (
        *(references.bank, ("en",)),
        "Apache-2.0",
    )
    first = references.bank[0]
    spoken = teacher.synthesize(
        [
            SynthesisRequest("Call me.", first, "en"),
            SynthesisRequest("!!!", first, "en"),
            SynthesisRequest("Call me.", "nobody", "en"),
            SynthesisRequest("Call me.", first, "en", speed=2),
        ]
    )
    assert len(spoken[0].wave) > 0.2 * SAMPLE_RATE
    reasons = [answer.reason for answer in spoken[1:] if isinstance(answer, Refused)]
    assert reasons == ["nothing_to_speak", "unknown_voice", "unsupported_speed"]


@pytest.mark.parametrize("content", [b" \n\n", b"\xff\xfe"])
def test_a_testset_without_sentences_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"lines\.txt"):
        read_testset(str(path), "en", None)


def test_a_language_that_nobody_hears_is_refused() -> None:
    with pytest.raises(InputError, match="language must be one of en"):
        config_of("language=zh")


def test_the_embedded_testset_is_what_it_says() -> None:
    sentences = read_testset(config_of().testset, "en", None).sentences
    assert len({sentence.text for sentence in sentences}) == 150
    for sentence in sentences:
        assert 5 <= len(sentence.text.split()) <= 25
        check_speakable(normalize(sentence.text, "en"), "en")
