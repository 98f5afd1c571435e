"""The part of a Markdown card that holds the figures of what it describes."""

from eval.metrics.measures import by_key, rated
from eval.report.document import Report
from eval.report.figures import shown
from speech import storage
from speech.errors import InputError
from speech.storage import Location

START, END = "<!-- measured -->", "<!-- /measured -->"
COLUMNS = ("wer", "sentence_wer", "similarity", "other_similarity"), ("real_time_factor",)
"""before and behind those of MOS judges"""


def card_text(report: Report) -> str:
    """A table with a row for each system, and in one paragraph what the figures are of."""
    known, (before, behind) = by_key(report.measures), COLUMNS
    columns = [known[key] for key in (*before, *rated(report.measures), *behind)]
    rows = [["", *(f"{m.title} {m.unit}".strip() for m in columns)], ["---"] * (len(columns) + 1)]
    for system in report.systems:
        figures = (shown(system.figures.get(m.key), m) for m in columns)
        rows.append([system.name.replace("|", "/"), *figures])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{table}\n\n{_setting(report)}"


def _setting(report: Report) -> str:
    sentences = report.testset.sentences if report.testset else 0
    systems: dict[str, str] = {}
    for system in report.systems:  # one in other voices has the same revision
        precision = system.size.precision if system.size else None
        named = " ".join(filter(None, (system.name, system.revision, precision)))
        systems.setdefault(system.revision or system.name, named)
    judges = "; ".join(f"{name} ({revision})" for name, revision in report.judges.items())
    of = "; ".join(systems.values())
    return (
        f"{of} on {sentences} sentences, one try each: mean and 95 % bootstrap interval over "
        "sentences. WER: all errors over all words; mean WER: of the sentences' own rates; own "
        "voice: cosine of speaker embeddings to the reference; other voices: to the other "
        "references; RTF: seconds of computation for one of audio, sentence by sentence, on "
        f"{report.device}. Judges: {judges}."
    )


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
