"""Runs of the report on folders of noise, with judges that need no model."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from eval.report import __main__ as report
from eval.report.config import ReportConfig
from speech.audio import SAMPLE_RATE
from speech.config import load_config
from tests.eval.fake_judges import FakeJudges

LINES = "Hello world.\nHello, my world!\nGoodbye world.\nWorld, hello hello.\n"


def speech_like(seconds: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, int(seconds * SAMPLE_RATE)).astype("f4")


def folder_of(path: Path, names: list[str], start: int = 0) -> str:
    path.mkdir()
    for number, name in enumerate(names):
        soundfile.write(path / name, speech_like(1 + 0.1 * number, start + number), SAMPLE_RATE)
    return str(path)


def config_of(*overrides: str) -> ReportConfig:
    return load_config(ReportConfig, "eval", overrides)


def run(folder: Path, *overrides: str, hears: Sequence[str] = ()) -> tuple[int, dict, str]:
    """Exit status, report.json and report.html."""
    config = config_of(f"output={folder}/report", *overrides)
    status = report.main(config, FakeJudges(*hears))  # type: ignore[arg-type]
    found = json.loads((folder / "report/report.json").read_text())
    return status, found, (folder / "report/report.html").read_text()
