"""How often a mark is heard, where it is and where it is not, and what it costs, of known clips."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from eval.dataset.rows import open_dataset
from eval.dataset.watermark import study_watermark
from eval.metrics.scoring import Scorer
from eval.report import __main__ as report
from eval.report.config import ReportConfig
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, encode_flac
from speech.config import load_config
from tests.eval.fake_judges import FakeAsr, FakeJudges
from tests.pipelines.clips import make_clip
from tests.spoken import reference_clips, write_dataset
from tests.watermarks import MARK, Offset


class Deaf(FakeAsr):
    """Mishears one word of two in marked clips of an even length."""

    def transcribe_one(self, wave: Wave, language: str) -> str:
        return "hello there" if wave.mean() > MARK / 2 and len(wave) % 2 == 0 else "hello world"


def dataset(folder: Path) -> str:
    """Four clips that say that they are marked, of which one is not; four that say nothing."""
    clips = []
    for number in range(8):
        wave = np.full(SAMPLE_RATE + number, 0.01, np.float32)
        wave += MARK * (number < 3)
        label = "offset 1" if number < 4 else None
        audio = encode_flac(wave, SAMPLE_RATE)
        clips.append(make_clip(number, audio=audio, watermark=label))
    return write_dataset(folder, clips)


def test_shares_and_cost_are_those_that_were_planted(tmp_path: Path) -> None:
    judges = FakeJudges()
    judges.asr = Deaf()
    ear = Scorer(judges, "en")  # type: ignore[arg-type]
    rows = open_dataset(dataset(tmp_path / "dataset"))
    study = study_watermark(rows, None, 0, Offset(), "offset 1", ear, Console(quiet=True))
    assert (study.name, study.clips) == ("offset 1", 8)
    assert study.found is not None
    assert (study.found.estimate, study.found.count) == (0.75, 4)
    assert study.found.low < 0.75 < study.found.high < 1
    assert study.false_alarms is not None
    assert (study.false_alarms.estimate, study.false_alarms.low) == (0, 0)
    assert study.found_in_copies is not None
    assert study.found_in_copies.estimate == 1
    assert study.wer is not None
    assert study.wer.estimate == 0
    assert study.wer_cost is not None
    assert study.wer_cost.estimate == pytest.approx(0.25)
    assert study.wer_cost.count == 4


def test_the_report_shows_what_perth_is_worth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_dataset(tmp_path / "dataset", reference_clips())
    chosen = [f"output={tmp_path}/report", f"dataset={data}", "watermark=perth"]
    config = load_config(ReportConfig, "eval", chosen)
    assert report.main(config, FakeJudges()) == 0  # type: ignore[arg-type]
    found = json.loads((tmp_path / "report/report.json").read_text())["dataset"]["watermark"]
    assert found["name"] == "perth 1.0.1"
    assert found["found"] is None
    assert found["false_alarms"]["estimate"] == 0
    assert found["found_in_copies"]["estimate"] == 1
    html = (tmp_path / "report/report.html").read_text()
    assert "<h3>Watermark <small>perth 1.0.1</small></h3>" in html
    assert "heard in unmarked clips 0.0 (0.0 to 32.4) %" in " ".join(
        capsys.readouterr().out.split()
    )
