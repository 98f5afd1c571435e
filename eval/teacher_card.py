"""The part of a teacher's Markdown card that holds its measured figures."""

from collections.abc import Mapping

from eval.teacher_figures import FIGURES, Figures, cells
from speech import storage
from speech.errors import InputError
from speech.storage import Location

START, END = "<!-- measured -->", "<!-- /measured -->"


def markdown_table(banks: Mapping[str, Figures]) -> str:
    """A row for each bank of voices."""
    rows = [["voices", *FIGURES.values()], ["---"] * (len(FIGURES) + 1)]
    rows += [[name, *cells(figures)] for name, figures in banks.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def check_card(path: Location) -> None:
    """Raises InputError: no such file, or not one line of each of the two that enclose the part."""
    _around(path)


def fill_card(path: Location, measured: str) -> None:
    """Replace what stands between the two lines; raises as `check_card` does."""
    before, after = _around(path)
    text = "\n".join([*before, "", measured, "", *after])
    storage.write_bytes(path, (text + "\n").encode())


def _around(path: Location) -> tuple[list[str], list[str]]:
    """The lines up to the first mark and from the second, both included."""
    try:
        lines = storage.read_bytes(path).decode().splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text") from error
    marks = [i for i, line in enumerate(lines) if line.strip() in (START, END)]
    if [lines[i].strip() for i in marks] != [START, END]:
        raise InputError(f"{path} needs a line {START} and, below it, a line {END}")
    return lines[: marks[0] + 1], lines[marks[1] :]
