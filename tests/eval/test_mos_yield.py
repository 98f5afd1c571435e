"""What gate.mos_min would leave, from rows that a gate has scored."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from eval.dataset.mos_yield import mos_yields
from eval.dataset.statistics import StudyPlan, measure_dataset, study_dataset
from eval.metrics.scoring import Scorer
from speech.dataset.layout import shard_part
from speech.dataset.schema import Rejection
from speech.dataset.writer import PartWriter
from tests.eval.fake_judges import FakeJudges
from tests.spoken import reference_clips

REJECTION = Rejection(id="r1", text="Hello.", reason="mos", stage="gate")


def test_thresholds_count_the_clips_at_or_above_them() -> None:
    found = {one.mos_min: one for one in mos_yields([2.4, 3.0, 3.6, 4.2, float("nan")])}
    assert [found[limit].kept for limit in (2.0, 2.5, 3.0, 3.25, 4.0)] == [4, 3, 3, 2, 1]
    assert {one.passed_the_rest for one in found.values()} == {4}
    assert found[3.25].mean == pytest.approx(3.9)


def test_without_scores_there_is_nothing_to_say() -> None:
    assert mos_yields([float("nan")]) == mos_yields([]) == []


def test_clips_turned_down_for_their_sound_count_and_others_do_not(tmp_path: Path) -> None:
    """Two clips have 4.5; of the rejected, 2.6 was too little, and 3.9 was misspoken besides."""
    with PartWriter(str(tmp_path), shard_part(0, 1)) as writer:
        for clip in reference_clips()[:2]:
            writer.accept(replace(clip, mos=4.5))
        for reason, mos in (("mos", 2.6), ("wer", 3.9), ("silent", None)):
            writer.reject(replace(REJECTION, reason=reason, mos=mos))
        writer.finish({})
    plan = StudyPlan(str(tmp_path), 1, 1, 0, str(tmp_path / "out"))
    ear = Scorer(FakeJudges(), "en")  # type: ignore[arg-type]
    study = study_dataset(measure_dataset(str(tmp_path)), plan, ear, Console(quiet=True))
    kept = {one.mos_min: one.kept for one in study.mos_yields}
    assert (kept[2.5], kept[3.0], study.mos_yields[0].passed_the_rest) == (3, 2, 3)
