"""The page: notes that apply, counts where sentences are few, marked words, nothing unescaped."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from eval.metrics.measures import Measure
from eval.report.counts import figure, share, size
from eval.report.figures import figures_of
from eval.report.footnotes import footnotes
from eval.report.page import render
from eval.report.results import JudgedClip, SystemResult, TestSetSummary
from eval.report.sample_table import choose_rows
from tests.eval.report.hostile_texts import HOSTILE
from tests.eval.report.made_reports import (
    SCALES,
    TEXT,
    made_clip,
    made_report,
    made_system,
    page_config,
)
from tests.eval.report.parsed_pages import Page

MISSING = TEXT.removesuffix(" old mill")
GIVEN = {"distillmos": 3.0, "real_time_factor": 0.5, "first_audio_s": 0.2}


def pair(count: int) -> list[SystemResult]:
    """A teacher, and a student that leaves out the end of the first sentence."""
    teacher = [made_clip(i, **GIVEN) for i in range(count)]
    student = [
        made_clip(i, MISSING if i == 0 else TEXT, early_stop=float(i == 0), **GIVEN)
        for i in range(count)
    ]
    return [made_system("teacher", teacher, "teacher"), made_system("student", student)]


def page_of(systems: list[SystemResult], folder: Path, **changes: object) -> str:
    return render(made_report(systems, **changes), page_config(folder))


def numbers_of(html: str) -> tuple[list[int], list[int]]:
    """Of the marks in the order of the page, and of the notes."""
    marks = re.findall(r'href="#note-(\d+)" id="mark-\d+-\d+"', html)
    return [int(n) for n in marks], [int(n) for n in re.findall(r'<li id="note-(\d+)"', html)]


@pytest.mark.parametrize("count", [3, 25, 40])
def test_notes_are_those_that_apply_numbered_as_they_are_met(tmp_path: Path, count: int) -> None:
    report = made_report(pair(count))
    html = render(report, page_config(tmp_path))
    marks, notes = numbers_of(html)
    assert list(dict.fromkeys(marks)) == notes == list(range(1, len(notes) + 1))
    assert len(notes) == len(footnotes(report).applying)  # none is left without a place
    assert len(set(re.findall(r'id="(mark-\d+-\d+)"', html))) == len(marks)
    for note in report.notes:
        assert note in html


def test_a_note_that_does_not_apply_is_not_there(tmp_path: Path) -> None:
    many, few = page_of(pair(40), tmp_path), page_of(pair(3), tmp_path)
    assert "3 of at least 20 sentences" in few
    assert "the intervals themselves are unsure" not in many + few
    assert "the intervals themselves are unsure" in page_of(pair(25), tmp_path)
    assert "did not say" not in many
    silent = replace(pair(40)[1], failed=2)
    assert "student did not say 2 sentences" in page_of([pair(40)[0], silent], tmp_path)
    assert "Neither a teacher nor recordings" not in many
    alone = page_of([replace(pair(40)[1], kind="audio")], tmp_path)
    assert "Neither a teacher nor recordings" in alone
    assert "MCD and F0 are held against" not in alone
    untimed = [made_clip(i, distillmos=3.0) for i in range(40)]
    assert "One run on" not in page_of([made_system("a", untimed)], tmp_path)
    assert "One run on" in many


def test_a_system_that_gives_whole_clips_says_so(tmp_path: Path) -> None:
    told = "gives a clip when it is whole"
    assert told not in page_of(pair(40), tmp_path)
    whole = [made_clip(i, real_time_factor=0.5, first_audio_s=1.0) for i in range(40)]
    assert f"slow {told}" in page_of([made_system("slow", whole)], tmp_path)


def test_few_sentences_are_counted_and_have_no_interval(tmp_path: Path) -> None:
    """Two lines are no percentage: 1 of 2, and 2 of 20 words."""
    html = page_of(pair(2), tmp_path)
    text = " ".join("".join(Page(html).text).split())
    assert "2 sentences are too few to tell student from teacher" in text
    assert "2 of 20" in text
    assert "1 of 2" in text
    assert "too few to tell" in text
    assert not re.search(r"\d to \d", text.split("Listen")[0])
    assert '<svg viewBox="0 0 320' not in html  # whiskers
    enough = page_of(pair(20), tmp_path)
    assert re.search(r"1\.0<small>0\.0 to \d\.\d</small>", enough)
    assert '<svg viewBox="0 0 320' in enough


def test_counts_and_shares() -> None:
    scales = {measure.key: measure for measure in SCALES}
    student = pair(2)[1]
    shown = {
        key: figure(student.clips, student.figures.get(key), scales[key])
        for key in ("wer", "early_stop", "distillmos", "similarity")
    }
    assert shown == {
        "wer": ("2 of 20", "words"),
        "early_stop": ("1 of 2", "clips"),
        "distillmos": ("3.00", "of 2 sentences"),
        "similarity": ("–", ""),
    }
    assert [share(1, 2), share(5, 100), share(0, 0)] == ["1 of 2", "5.0 %", "–"]


@pytest.mark.parametrize("play", range(1, 8))
def test_as_many_sentences_are_played_as_are_asked_for(play: int, tmp_path: Path) -> None:
    rows = choose_rows(pair(7), play, 0, str(tmp_path))
    assert len(rows) == play
    assert rows[0].number == 0


def test_words_of_the_second_recogniser_are_words() -> None:
    second = Measure("second_wer", "2nd WER", "", "asr", "%", 100.0, 1, "lower", "second_words")
    clips = [replace(made_clip(0), weights={"second_words": 57}, values={"second_wer": 1 / 57})]
    interval = figures_of(clips, [second], 0)["second_wer"]
    assert figure(clips, interval, second) == ("1 of 57", "words")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "–"),
        (999, "999"),
        (999_400, "999 k"),
        (999_600, "1 M"),
        (9_100_000, "9.1 M"),
        (999_999_999, "1 G"),
        (1_234e9, "1234 G"),
    ],
)
def test_sizes_have_a_letter_for_thousands(number: float | None, shown: str) -> None:
    assert size(number) == shown


def test_wrong_words_are_marked(tmp_path: Path) -> None:
    heard = TEXT.replace("boat", "coat").replace("past our", "past all our").removesuffix(" mill")
    clips = [made_clip(0, heard, **GIVEN)]
    html = page_of([made_system("a", clips)], tmp_path)
    assert re.search(r"the\s+<del>boat</del>\s+<ins>coat</ins>\s+went", html)
    assert re.search(r"past\s+<ins>all</ins>\s+our old\s+<del>mill</del>", html)
    assert "3 of 10 words wrong" in html


def test_sentences_and_clips_can_be_linked_to_and_picked(tmp_path: Path) -> None:
    """Of those beyond `play`, the table has the place that a link leads to."""
    html = render(made_report(pair(30)), page_config(tmp_path, play=3))
    for number in range(1, 31):
        assert html.count(f'id="s{number}"') == 1
    assert len(re.findall('<section class="sentence"', html)) == 3
    assert re.search(r'id="s1" data-id="id-0"', html)
    options = re.findall(r'<option value="([^"]*)">', html)
    assert options == ["", "teacher", "student", "", "wrong", "early_stop"]
    cards = re.findall(r'data-system="student" data-voice="ann" data-flags="([^"]*)"', html)
    assert "wrong early_stop" in cards


def test_hostile_names_and_texts_stay_texts(tmp_path: Path) -> None:
    """As a system's name, a voice, an id, a text, a transcript, marked words and a problem."""

    def clip(number: int, text: str) -> JudgedClip:
        made = made_clip(number, f"{text} {TEXT}", f"{TEXT} {text}", **GIVEN)
        return replace(made, id=text, voice=text, problems={text: text})

    systems = [
        made_system(text, [clip(number, text) for number, text in enumerate(HOSTILE)], text)
        for text in HOSTILE[:7]
    ]
    systems = [replace(system, failed=1) for system in systems]
    testset = TestSetSummary(HOSTILE[0], len(HOSTILE), {HOSTILE[1]: 2})
    html = page_of(systems, tmp_path, testset=testset, command=HOSTILE[2], device=HOSTILE[3])
    page = Page(html)
    names = [name for name, _ in page.tags]
    assert names.count("script") == 1
    assert not {"iframe", "object", "embed", "form", "input", "base", "link", "template"} & {*names}
    for name, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key == "style"]
        for key in ("src", "href"):
            if key in attributes:
                assert name in {"img", "audio", "a"}
                assert re.match(r"data:image/png|audio/|#|report\.json", str(attributes[key]))
    assert "{{ 7 * 7 }}" in "".join(page.text)
