"""Figures, paired differences and verdicts on data whose truth is known."""

import numpy as np
import pytest
from scipy.stats import binomtest

from eval.dataset.statistics import DatasetStudy
from eval.metrics.bootstrap import Interval, bootstrap_interval
from eval.metrics.measures import Measure, measures
from eval.report.config import GateConfig
from eval.report.figures import differences, figures_of, shown, verdict
from eval.report.gate import check
from eval.report.results import JudgedClip, SystemResult
from speech.synthesizer import Size
from tests.eval.fake_judges import FakeJudges

WER = Measure("wer", "WER", "", "asr", "%", 100.0, 1, "lower", "words")
MOS = Measure("distillmos", "DistillMOS", "", "mos", better="higher")
RATE = Measure("rate", "rate", "", "here")


def clip(number: int, words: int = 10, **values: float) -> JudgedClip:
    weights = {"words": words, "characters": 5 * words, "duration_s": 2.0}
    return JudgedClip(number, str(number), "text", "ann", "a.flac", "", 2.0, weights, values)


def test_figures_are_weighted_as_the_measure_says() -> None:
    clips = [clip(0, words=2, wer=0.5, distillmos=3), clip(1, words=8, wer=0.0, distillmos=4)]
    found = figures_of([*clips, clip(2, words=5)], [WER, MOS, RATE], seed=0)
    assert found["wer"].estimate == pytest.approx(0.1)
    assert found["distillmos"].estimate == pytest.approx(3.5)
    assert found["wer"].count == 2
    assert "rate" not in found


def test_shares_count_clips_and_the_error_rate_counts_words() -> None:
    """Of 4 clips two repeat, one ends early as well, and in one nothing is right."""
    faults = [
        (1, 0, 1, 0, 0.5, 10),
        (1, 1, 1, 0, 1.0, 2),
        (0, 0, 0, 1, 0.0, 4),
        (0, 0, 0, 0, 0.0, 4),
    ]
    keys = ("repetition", "early_stop", "fault", "nothing_right", "wer")
    clips = [
        clip(i, words, **dict(zip(keys, values, strict=True)))
        for i, (*values, words) in enumerate(faults)
    ]
    found = figures_of(clips, measures(FakeJudges()), seed=0)  # type: ignore[arg-type]
    estimates = [found[key].estimate for key in keys]
    assert estimates == pytest.approx([0.5, 0.25, 0.5, 0.25, 7 / 20])
    assert found["repetition"].low < 0.5 < found["repetition"].high


def test_a_share_that_no_clip_has_may_still_be_a_few_in_a_hundred() -> None:
    scales = measures(FakeJudges())  # type: ignore[arg-type]
    found = figures_of([clip(i, fault=0.0, wer=0.0) for i in range(100)], scales, seed=0)
    expected = binomtest(0, 100).proportion_ci(method="wilson")
    assert (found["fault"].low, found["fault"].high) == (0, pytest.approx(expected.high))
    assert shown(found["fault"], WER) == "0.0 (0.0 to 3.7)"
    assert found["fault"].count == 100


def test_differences_are_paired_by_sentence() -> None:
    draw = np.random.default_rng(0)
    hardness = draw.uniform(0, 1, 40)
    first = [clip(i, distillmos=2 + h) for i, h in enumerate(hardness)]
    second = [clip(i, distillmos=2.1 + h) for i, h in enumerate(hardness)][::-1]
    found = differences({"a": first, "b": second[:-3]}, [WER, MOS], seed=0)
    assert [(d.first, d.second, d.measure) for d in found] == [("a", "b", "distillmos")]
    assert found[0].interval.count == 37
    assert found[0].interval.estimate == pytest.approx(0.1)
    assert found[0].interval.high - found[0].interval.low < 1e-9
    assert found[0].verdict == "better"


@pytest.mark.parametrize(
    ("low", "high", "count", "measure", "expected"),
    [
        (0.01, 0.02, 50, WER, "worse"),
        (-0.02, -0.01, 50, WER, "better"),
        (0.01, 0.02, 50, MOS, "better"),
        (-0.01, 0.02, 50, WER, "no difference found"),
        (0.0, 0.02, 50, WER, "no difference found"),
        (0.01, 0.02, 50, RATE, "different"),
        (0.01, 0.02, 9, WER, "too few sentences"),
    ],
)
def test_a_verdict_stands_where_the_interval_excludes_zero(
    low: float, high: float, count: int, measure: Measure, expected: str
) -> None:
    assert verdict(Interval((low + high) / 2, low, high, count), measure) == expected


def test_ninety_five_in_a_hundred_intervals_hold_the_truth() -> None:
    """Means of 100 draws from an exponential distribution, skewed as error rates are."""
    draw, trials = np.random.default_rng(5), 500
    held = 0
    for trial in range(trials):
        found = bootstrap_interval(draw.exponential(1.0, 100).tolist(), seed=trial, resamples=300)
        held += found.low <= 1.0 <= found.high
    assert 0.93 <= held / trials <= 0.97


def test_shown() -> None:
    assert shown(Interval(0.0123, 0.006, 0.02, 9), WER) == "1.2 (0.6 to 2.0)"
    assert shown(None, WER) == "not measured"


def system(kind: str = "student", wer: float | None = 0.1, **changes: object) -> SystemResult:
    figures = {} if wer is None else {"wer": Interval(wer, wer, wer, 5)}
    values = {"name": "x", "specification": "student:x", "revision": "", "size": Size(1, 2)}
    rest = {"peak_memory_bytes": None, "error": None, "failed": 0, "clips": ()}
    return SystemResult(kind=kind, figures=figures, **{**values, **rest, **changes})  # type: ignore[arg-type]


def limits(**given: float) -> GateConfig:
    return GateConfig(**{**dict.fromkeys(GateConfig.model_fields), **given})  # type: ignore[arg-type]


def test_the_gate_is_of_what_is_under_test() -> None:
    config = limits(wer_max=0.05, bytes_max=2, failed_max=0)
    found = check(config, [system("teacher", 0.5), system("student", 0.04)], None)
    assert [(c.limit, c.passed) for c in found] == [
        ("wer_max", True),
        ("bytes_max", True),
        ("failed_max", True),
    ]
    assert not check(config, [system("teacher", 0.5)], None)[0].passed


@pytest.mark.parametrize("wer", [None, float("nan"), 0.06])
def test_what_is_missing_fails(wer: float | None) -> None:
    found = check(limits(wer_max=0.05), [system(wer=wer)], None)
    assert [c.passed for c in found] == [False]


def test_the_gate_of_a_dataset() -> None:
    config = limits(flagged_share_max=0.1, accepted_share_min=0.9)
    study = DatasetStudy("x", accepted=95, rejected=5, heard=50, flagged_clips=6)
    assert [c.passed for c in check(config, [], study)] == [False, True]
    assert [c.passed for c in check(config, [], DatasetStudy("x", "missing"))] == [False, False]
