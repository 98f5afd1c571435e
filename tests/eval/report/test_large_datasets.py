"""A large dataset through the report with quick judges: memory stays flat, the page small."""

import subprocess
import sys
from pathlib import Path

import pytest

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import decode, encode_flac
from tests.pipelines.clips import make_clip
from tests.spoken import reference_clips, write_dataset

CLIP_S = 0.3
MEASURE = """
import resource, sys
from eval.report import __main__ as report
from eval.report.config import ReportConfig
from speech.config import load_config
from tests.eval.fake_judges import FakeJudges
config = load_config(ReportConfig, "eval", sys.argv[1:])
assert report.main(config, FakeJudges()) == 0
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_mb(dataset: str, output: Path) -> float:
    """Of a report over every clip, in a process of its own."""
    given = [f"dataset={dataset}", f"output={output}", "listen=null"]
    command = [sys.executable, "-c", MEASURE, *given]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(told.stdout.rsplit("peak", 1)[1]) / 1024


def dataset_of(rows: int, folder: Path) -> str:
    """Rows with the audio of one short clip, and texts of their own."""
    wave = decode(reference_clips()[3].audio, 60)[0]
    audio = encode_flac(wave[: int(CLIP_S * SAMPLE_RATE)], SAMPLE_RATE)
    clips = [
        make_clip(i, audio=audio, text_normalized=f"sentence number {i} of many", phonemes="wˈʌn")
        for i in range(rows)
    ]
    return write_dataset(folder, clips)


@pytest.mark.slow
@pytest.mark.long
def test_twenty_thousand_rows(tmp_path: Path) -> None:
    few, many = dataset_of(500, tmp_path / "few"), dataset_of(20_000, tmp_path / "many")
    base = peak_mb(few, tmp_path / "report-few")
    grown = peak_mb(many, tmp_path / "report-many") - base
    assert grown < 200
    assert (tmp_path / "report-many/report.html").stat().st_size < 20e6
