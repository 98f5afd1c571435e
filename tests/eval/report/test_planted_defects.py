"""Defects planted into clips of known truth: how many the flags find, and how many they invent."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from eval.report import __main__ as report
from eval.report.config import ReportConfig
from speech.config import load_config
from speech.dataset.schema import Clip
from tests.eval.planted import KINDS, planted_clips
from tests.spoken import write_dataset


def flagged(clips: Mapping[str, tuple[str, Clip]], folder: Path) -> dict[str, set[str]]:
    """Ids by the defect's name, as report.json has them."""
    dataset = write_dataset(folder / "dataset", [clip for _, clip in clips.values()])
    given = [f"dataset={dataset}", f"output={folder}/report", "listen=null", "judges.mos=false"]
    given.append("second=none")
    status = report.main(load_config(ReportConfig, "eval", [*given, "show=1"]))
    assert status == 0
    study = json.loads((folder / "report/report.json").read_text())["dataset"]
    assert study["heard"] == len(clips)
    return {defect: set(ids) for defect, ids in study["flagged"].items()}


def shares(
    clips: Mapping[str, tuple[str, Clip]], found: Mapping[str, set[str]]
) -> dict[str, float]:
    """Of each kind the share that was found under its own name; of clean ones, under any."""
    measured = {}
    for kind, defect in KINDS.items():
        planted = {name for name, (k, _) in clips.items() if k == kind}
        measured[kind] = len(planted & found.get(defect, set())) / len(planted)
    clean = {name for name, (kind, _) in clips.items() if kind == "clean"}
    measured["clean"] = len(clean & set().union(*found.values())) / len(clean)
    return measured


@pytest.mark.slow
def test_a_few_of_each(tmp_path: Path) -> None:
    clips = planted_clips(each=2, clean=10)
    measured = shares(clips, flagged(clips, tmp_path))
    assert measured.pop("clean") == 0
    assert all(share >= 0.5 for share in measured.values()), measured
    assert sum(measured.values()) >= 4.5, measured


@pytest.mark.slow
@pytest.mark.skipif("PLANTED" not in os.environ, reason="minutes; PLANTED=50 runs it")
def test_many_of_each(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    each = int(os.environ["PLANTED"])
    clips = planted_clips(each, clean=3 * each, seed=1000)
    measured = shares(clips, flagged(clips, tmp_path))
    with capsys.disabled():
        print({kind: f"{share:.0%}" for kind, share in measured.items()})
    assert measured.pop("clean") <= 0.02, measured
    assert all(share >= 0.9 for share in measured.values()), measured
