"""What becomes of the lines of a sample before anything is spoken: utterances, rejections, lengths."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.console import Console

from pipelines.corpus import Line
from pipelines.planning.config import PlanConfig
from pipelines.planning.intervals import Interval, Stratum, share, total
from pipelines.planning.sample import CorpusSample
from pipelines.speak.attempts import prepare
from pipelines.text.utterances import open_lexicon, plan_line
from speech.dataset.schema import Rejection, Utterance
from speech.errors import Refused
from speech.progress import track
from teacher.voices import VoiceBank


@dataclass
class Tally:
    """Of the lines of a cluster."""

    lines: int = 0
    utterances: int = 0
    audio_s: float = 0.0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.utterances + self.rejected.total()


@dataclass(frozen=True)
class PlannedRow:
    """A row of the dataset to be."""

    id: str
    utterance: Utterance | None = None
    """None: rejected before the teacher"""
    cost: int = 0
    """in the unit of the teacher's batches"""


PlanLine = Callable[[Line | Rejection, Tally], list[PlannedRow]]


@dataclass(frozen=True)
class SampleText:
    """Tallies by cluster, of each part of the sample, and the rows of all."""

    sample: CorpusSample
    tallies: Sequence[Sequence[Tally]]
    rows: Sequence[PlannedRow]

    def total(self, figure: Callable[[Tally], float]) -> Interval:
        """Of the whole corpus."""
        return total(self._strata(figure))

    @property
    def lines(self) -> Interval:
        if self.sample.limit is not None:
            return Interval.exactly(self.sample.limit)
        return self.total(lambda tally: tally.lines)

    @property
    def reasons(self) -> list[str]:
        counts = sum((tally.rejected for part in self.tallies for tally in part), Counter[str]())
        return [reason for reason, _ in counts.most_common()]

    def rejected(self, reason: str) -> Interval:
        """Rows."""
        return self.total(lambda tally: tally.rejected[reason])

    def rejected_share(self, reason: str) -> Interval:
        """Of all rows."""
        return share(self._strata(lambda t: t.rejected[reason]), self._strata(lambda t: t.rows))

    def _strata(self, figure: Callable[[Tally], float]) -> list[Stratum]:
        return [
            Stratum(
                part.extent,
                part.by_lines,
                [figure(tally) for tally in tallies],
                [tally.lines for tally in tallies],
            )
            for part, tallies in zip(self.sample.parts, self.tallies, strict=True)
        ]


def read_text(sample: CorpusSample, plan: PlanLine, console: Console) -> SampleText:
    """Plan each line of a sample, in the order of its clusters."""
    tallies = [[Tally() for _ in part.clusters] for part in sample.parts]
    rows: list[PlannedRow] = []
    todo = [
        (line, tally)
        for part, own in zip(sample.parts, tallies, strict=True)
        for cluster, tally in zip(part.clusters, own, strict=True)
        for line in cluster
    ]
    for line, tally in track(todo, "planning a sample", console, "line"):
        tally.lines += 1
        rows += plan(line, tally)
    return SampleText(sample, tallies, rows)


def line_planner(config: PlanConfig, bank: VoiceBank) -> PlanLine:
    """Lines as the run will plan them, and as its teacher prepares them.

    With as many threads as a worker has: several wait for each other at each small operation, ten
    times as long as they work where another process is busy.
    """
    import torch

    torch.set_num_threads(config.runner.torch_threads or 1)
    teacher, lexicon = config.teacher.open(bank), open_lexicon(config)

    def plan(line: Line | Rejection, tally: Tally) -> list[PlannedRow]:
        rows = []
        for item in plan_line(line, config, bank, lexicon):
            try:
                if isinstance(item, Rejection):
                    raise Refused(item.reason)
                prepared = prepare(item, teacher).prepared
            except Refused as refused:
                tally.rejected[refused.reason] += 1
                rows.append(PlannedRow(item.id))
                continue
            tally.utterances += 1
            tally.audio_s += prepared.estimated_s
            rows.append(PlannedRow(item.id, item, prepared.cost))
        return rows

    return plan
