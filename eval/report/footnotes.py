"""The page's footnotes: only those that apply, numbered as the reader meets them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from eval.metrics.bootstrap import RESAMPLES
from eval.report.document import Report
from eval.report.notes import UNCHECKED, Note, notes
from eval.report.results import SystemResult

MANY = 20
"""differences, of which one would be found by chance"""
MARK = Markup('<a href="#note-{0}" id="mark-{0}-{1}" aria-label="note {0}">{0}</a>')


@dataclass
class Footnotes:
    """A mark that the template asks for gives its notes their numbers, in the order of asking."""

    applying: Sequence[Note]
    used: list[Note] = field(default_factory=list)
    _marks: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    def mark(self, *about: str) -> Markup:
        """Superscript numbers of what there is to say about these; nothing where there is nothing."""
        found = [note for key in about for note in self.applying if note.about == key]
        if not found:
            return Markup("")
        return Markup('<sup class="note">{}</sup>').format(
            Markup(" ").join(self._mark(note) for note in found)
        )

    def _mark(self, note: Note) -> Markup:
        if note not in self.used:
            self.used.append(note)
        number = self.used.index(note) + 1
        self._marks[number] += 1
        return MARK.format(number, self._marks[number])


def footnotes(report: Report) -> Footnotes:
    checked = UNCHECKED not in report.notes
    said = notes(report.testset, report.systems, report.baseline, checked)
    return Footnotes([*said, *_of_method(report)])


def _of_method(report: Report) -> Iterator[Note]:
    """How figures on this page came to be, where it has such figures."""
    figures = [system.figures for system in report.systems]
    if any(figures):
        yield Note(
            "intervals",
            f"Small: 95 % percentile bootstrap over sentences, {RESAMPLES} resamples; of shares of "
            "clips (repeats, early ends) Wilson's.",
        )
    if any("real_time_factor" in found for found in figures):
        yield Note(
            "real_time_factor",
            f"One run on {report.device}: what else the machine did then is in it, and "
            "the interval tells only how sentences differ.",
        )
    if whole := [system.name for system in report.systems if _gives_whole_clips(system)]:
        yield Note(
            "first_audio_s",
            f"{', '.join(whole)} {'gives' if len(whole) == 1 else 'give'} a clip when it is whole, "
            "so that the first audio is the last.",
        )
    if len(report.differences) >= MANY:
        yield Note(
            "chance",
            f"Of {len(report.differences)} differences about {len(report.differences) / 20:.0f} "
            "would exclude zero by chance; verdicts are not corrected for their number.",
        )
    if any(clip.alignment for system in report.systems for clip in system.clips):
        yield Note(
            "marks",
            "Words as they are compared: case, punctuation and ways to write a number do not count; "
            "of several readings the one nearest to what was heard.",
        )


def _gives_whole_clips(system: SystemResult) -> bool:
    """Whether its clips' first audio took as long as the whole clips."""
    timed = [clip for clip in system.clips if "first_audio_s" in clip.values]
    return bool(timed) and all(
        clip.duration_s is not None
        and abs(clip.values["real_time_factor"] * clip.duration_s - clip.values["first_audio_s"])
        < 1e-6
        for clip in timed
    )
