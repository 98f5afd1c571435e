"""What a cell of a table holds, and what a line of prose that is broken."""

from pathlib import Path

import pytest

from pipelines.corpus import Line
from tests.pipelines.test_corpus import lines_of, write


@pytest.mark.parametrize("mark", [",", "|"])
def test_a_space_is_no_language_and_no_voice(tmp_path: Path, mark: str) -> None:
    rows = "language,voice,text\n , ,One.\nen , alto ,Two.\n".replace(",", mark)
    assert lines_of(write(tmp_path / "a.csv", rows)) == [
        Line("One.", "a.csv:2"),
        Line("Two.", "a.csv:3", None, "en", "alto"),
    ]


def test_a_word_that_is_broken_at_the_end_of_a_line_is_joined(tmp_path: Path) -> None:
    text = "It is an exam-\nple. The long-\nterm plan is\nsoft\u00ad\nware.\n"
    path = write(tmp_path / "a.txt", text)
    assert lines_of(path, unit="sentence") == [
        Line("It is an example.", "a.txt:1"),
        Line("The long-term plan is software.", "a.txt:2"),
    ]
