"""The first sentence of the report: intervals choose its words."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from eval.metrics.measures import by_key
from eval.report.headline import amount, headlines, listed, times
from eval.report.summary import print_summary
from eval.report.tiles import tiles
from tests.eval.report.made_reports import TEXT, made_clip, made_report, made_system

ENOUGH, FEW = 40, 19
WRONG = TEXT.replace("boat", "coat")


def headline(count: int, second: str = "student", **changes: tuple[float, float]) -> str:
    """Of a student against a teacher; `changes` are mean and spread of its difference by measure."""
    draw = np.random.default_rng(0)
    teacher, student = [], []
    for number in range(count):
        base = {"distillmos": 3.5, "similarity": 0.8, "real_time_factor": 0.74}
        theirs = {key: value + 0.01 * draw.normal() for key, value in base.items()}
        ours = dict(theirs)
        for key, (mean, spread) in changes.items():
            if key in ours:
                ours[key] = ours[key] + mean + spread * (-1) ** number
        if "faster" in changes:
            ours["real_time_factor"] = theirs["real_time_factor"] / changes["faster"][0]
        wrong = number < count * changes.get("wer", (0, 0))[0]
        heard = WRONG if wrong else TEXT
        teacher.append(made_clip(number, **theirs))
        student.append(made_clip(number, heard, **ours))
    systems = [made_system("teacher", teacher, "teacher"), made_system(second, student)]
    [found] = made_report(systems).headlines
    return found.text


def test_a_fast_student_that_sounds_a_little_worse() -> None:
    assert headline(ENOUGH, faster=(37, 0), distillmos=(-0.08, 0.01)) == (
        "student is 37 times as fast as teacher and scores 0.08 DistillMOS lower; "
        "the differences in wrong words and own voice are within chance."
    )


def test_a_slow_student_that_says_more_words_wrong() -> None:
    text = headline(ENOUGH, faster=(0.5, 0), wer=(0.9, 0), similarity=(0.1, 0.01))
    assert text == (
        "student takes 2.0 times as long as teacher, gets 9.0 points more words wrong and "
        "is 0.10 nearer to the voice asked for; the difference in DistillMOS is within chance."
    )


def test_within_chance_is_no_equality() -> None:
    text = headline(ENOUGH, real_time_factor=(0, 0.1), distillmos=(0, 0.5), similarity=(0, 0.1))
    assert text == (
        "Between student and teacher, the differences in speed, wrong words, DistillMOS "
        "and own voice are within chance."
    )
    for word in ("equal", "same", "as intelligible", "no difference"):
        assert word not in text


def test_too_few_sentences_claim_nothing() -> None:
    text = headline(FEW, faster=(37, 0), distillmos=(-1, 0.01))
    assert text == "19 sentences are too few to tell student from teacher: at least 20 are needed."


def test_a_measure_with_too_few_sentences_is_named() -> None:
    clips = [made_clip(i, similarity=0.8 if i < 5 else 0.7, distillmos=3.0) for i in range(30)]
    lower = [
        made_clip(i, distillmos=2.0 - 0.01 * (i % 3), **({"similarity": 0.7} if i < 5 else {}))
        for i in range(30)
    ]
    [found] = made_report([made_system("a", clips, "teacher"), made_system("b", lower)]).headlines
    assert found.text == (
        "b scores 1.01 DistillMOS lower than a; the difference in wrong words is within chance; "
        "too few sentences for own voice."
    )


def test_the_order_of_the_systems_does_not_turn_the_sentence_round() -> None:
    """The baseline may be asked for last."""
    slow = [made_clip(i, real_time_factor=1.0 + 0.01 * (i % 5), distillmos=3.0) for i in range(30)]
    fast = [made_clip(i, real_time_factor=0.1 + 0.001 * (i % 3), distillmos=2.0) for i in range(30)]
    teacher, student = made_system("t", slow, "teacher"), made_system("s", fast)
    forward = made_report([teacher, student])
    backward = made_report([student, teacher])
    [turned] = headlines(
        backward.systems, "t", backward.differences, backward.ratios, backward.measures
    )
    assert turned.text == forward.headlines[0].text
    assert "s is 10 times as fast as t and scores 1.00 DistillMOS lower" in turned.text


def test_a_system_alone_has_its_figures() -> None:
    clips = [made_clip(i, distillmos=3.5, real_time_factor=0.5) for i in range(30)]
    [found] = made_report([made_system("t", clips, "teacher")]).headlines
    assert found.text == (
        "t gets 0.0 % of the words wrong, scores 3.50 DistillMOS "
        "and takes 0.500 s for a second of speech."
    )
    [few] = made_report([made_system("t", clips[:1], "teacher")]).headlines
    assert few.text == "1 sentence is too few to say how good t is: at least 20 are needed."


def test_a_system_alone_claims_nothing_of_few_clips() -> None:
    """A cosine that 3 of 30 clips have."""
    clips = [
        made_clip(i, distillmos=3.5, **({"similarity": 0.8} if i < 3 else {})) for i in range(30)
    ]
    [found] = made_report([made_system("t", clips, "teacher")]).headlines
    assert found.text == (
        "t gets 0.0 % of the words wrong and scores 3.50 DistillMOS; too few sentences for own voice."
    )
    silent = [replace(clip, values={"rate": 9.0}) for clip in clips]
    [found] = made_report([made_system("t", silent, "teacher")]).headlines
    assert found.text == "Neither words, voice, opinion nor speed of t could be measured."


def test_a_system_that_is_much_slower_has_a_number() -> None:
    fast = [made_clip(i, real_time_factor=0.01 + 0.0001 * (i % 3)) for i in range(30)]
    slow = [made_clip(i, real_time_factor=3.0) for i in range(30)]
    report = made_report([made_system("fast", fast, "teacher"), made_system("slow", slow)])
    speed = tiles(report.headlines[0], report.systems, by_key(report.measures))[0]
    assert speed.value == "0.0034×"
    assert "takes 297 times as long" in report.headlines[0].text
    assert re.fullmatch(r"0\.00\d\d to 0\.00\d\d", speed.detail)


def test_the_terminal_names_what_is_neither_better_nor_worse() -> None:
    one = [made_clip(i, pitch_spread=2.0 + 0.01 * (i % 3)) for i in range(30)]
    other = [made_clip(i, pitch_spread=1.0) for i in range(30)]
    console = Console(width=200, record=True, file=io.StringIO())
    print_summary(made_report([made_system("a", one, "teacher"), made_system("b", other)]), console)
    assert "b against a: different: F0 spread -1.01 st (" in console.export_text()


@pytest.mark.parametrize(
    ("sentences", "told"),
    [
        (30, ("WER % 10.0 (10.0 to 10.0)", "own voice 0.80 (")),
        (16, ("WER % 16 of 160 words", "own voice 0.80 DistillMOS")),
    ],
)
def test_of_few_sentences_the_terminal_has_no_interval(
    sentences: int, told: tuple[str, ...]
) -> None:
    clips = [made_clip(i, wer=0.1, similarity=0.8, pitch_spread=2.0) for i in range(sentences)]
    console = Console(width=200, record=True, file=io.StringIO())
    print_summary(made_report([made_system("a", clips, "teacher")]), console)
    words = " ".join(re.sub("[^\\x20-~]", " ", console.export_text()).split())
    for one in told:
        assert one in words


def test_a_ratio_holds_the_truth_and_turns_round() -> None:
    draw = np.random.default_rng(1)
    slow = [made_clip(i, real_time_factor=float(draw.uniform(0.5, 1))) for i in range(50)]
    fast = [
        made_clip(i, real_time_factor=slow[i].values["real_time_factor"] / draw.uniform(8, 12))
        for i in range(50)
    ]
    forward = made_report([made_system("a", slow), made_system("b", fast)]).ratios[0]
    backward = made_report([made_system("b", fast), made_system("a", slow)]).ratios[0]
    assert forward.interval.low < 10 < forward.interval.high
    assert forward.interval.estimate == pytest.approx(1 / backward.interval.estimate)
    assert (forward.verdict, backward.verdict) == ("better", "worse")


def test_numbers_in_words() -> None:
    assert [times(r) for r in (37.4, 2.34, 1.037, 0.5)] == ["37", "2.3", "1.04", "0.50"]
    assert [times(r) for r in (0.0033333, 0.05, 0.00001)] == ["0.0033", "0.050", "0.000010"]
    assert amount(-0.08, 2) == "0.08"
    assert amount(0.004, 2) == "0.004"
    assert [listed(parts) for parts in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
