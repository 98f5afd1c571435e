"""A sample of the corpus: all of a small one, windows spread over a large one, the beginning of what
can only be read from its beginning."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice

from pipelines.corpus import CorpusFile, Line, expand, read_lines
from pipelines.planning import row_windows, text_windows
from pipelines.planning.config import PlanConfig
from pipelines.planning.heads import read_heads
from pipelines.planning.intervals import Extent
from pipelines.planning.sources import Form, Source, sources_of
from pipelines.planning.text_windows import Items, byte_size
from pipelines.planning.windows import Stretch, spread
from pipelines.text.utterances import CorpusPart, CorpusPlan
from speech.dataset.schema import Rejection
from speech.errors import InputError

LINES_A_WINDOW, MIN_WINDOWS = 25, 20
ROW_WINDOWS = 32
"""few, since each takes a row group from its beginning"""
Status = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True)
class SamplePart:
    """Clusters of lines, from those files that are sampled in one way."""

    clusters: list[Items]
    extent: Extent
    by_lines: bool
    """the extent counts lines, which are known"""


@dataclass(frozen=True)
class CorpusSample:
    files: tuple[CorpusFile, ...]
    """the files that are read"""
    parts: tuple[SamplePart, ...]
    is_whole: bool
    limit: int | None
    """where it leaves lines out"""
    begun: tuple[str, ...] = ()
    """files of which only the beginning was looked at"""

    @property
    def size(self) -> int:
        """Lines."""
        return sum(len(cluster) for part in self.parts for cluster in part.clusters)

    @property
    def text_bytes(self) -> int:
        """Of the files of text, whose lines may be books."""
        return sum(byte_size(file) for file in self.files if file.kind == "txt")

    def as_plan(self) -> CorpusPlan:
        """As checks of a corpus's first lines take it."""
        lines, is_cut = self.limit or self.size, self.limit is not None
        parts = (CorpusPart(file, i, lines, is_cut) for i, file in enumerate(self.files))
        return CorpusPlan(tuple(parts), lines, shards=1)


def take_sample(config: PlanConfig, status: Status) -> CorpusSample:
    """About `plan.sample` lines, the same for the same corpus and seed.

    Raises:
        InputError: no line at all, or a file that cannot be read.
    """
    with status("looking at the corpus"):
        files = expand(config.corpus)
        if whole := _whole(files, config):
            return whole
        sources = sources_of(files, config.corpus, config.seed)
    with status("reading a sample of the corpus"):
        known = sum(source.lines for source in sources)
        is_cut = config.limit is not None and config.limit < known
        kept = _cut(sources, config.limit) if is_cut and config.limit else sources
        total = sum(source.lines for source in kept)
        parts = []
        for form, read in _READERS.items():
            own = [source for source in kept if source.form == form]
            if lines := sum(source.lines for source in own):
                wanted = max(MIN_WINDOWS, round(config.plan.sample * lines / total))
                parts.append(read(own, wanted, config, is_cut))
    begun = (source.file.path for source in kept if source.form == "head")
    limit = config.limit if is_cut else None
    return CorpusSample(tuple(s.file for s in kept), tuple(parts), False, limit, tuple(begun))


def _whole(files: Sequence[CorpusFile], config: PlanConfig) -> CorpusSample | None:
    """All lines, where there are no more than a sample has."""
    most, limit = config.plan.sample, config.limit
    found: list[Line | Rejection] = []
    used: list[CorpusFile] = []
    wanted = limit if limit is not None and limit <= most else most + 1
    is_cut = False
    for file in files:
        if len(found) == wanted:
            is_cut = True
            break
        used.append(file)
        lines = read_lines(file, config.corpus)
        found += islice(lines, wanted - len(found))
        is_cut = len(found) == wanted and next(lines, None) is not None
    if not found:
        raise InputError(f"corpus.paths={list(config.corpus.paths)} holds no lines")
    if len(found) > most:
        return None
    part = SamplePart([found], Extent(len(found), len(found)), by_lines=True)
    return CorpusSample(tuple(used), (part,), True, limit if is_cut else None)


def _cut(sources: Sequence[Source], limit: int) -> list[Source]:
    """The first `limit` lines: whole files, then the beginning of one."""
    kept, left = [], float(limit)
    for source in sources:
        if left <= 0:
            break
        part = min(1.0, left / source.lines) if source.lines else 1.0
        kept.append(replace(source, size=int(source.size * part), lines=source.lines * part))
        left -= source.lines
    return kept


def _read_text(
    sources: Sequence[Source], wanted: int, config: PlanConfig, is_cut: bool
) -> SamplePart:
    windows = max(MIN_WINDOWS, wanted // LINES_A_WINDOW)
    sizes, lines = [source.size for source in sources], sum(source.lines for source in sources)
    width = max(1, round(sum(sizes) / lines * wanted / windows))
    stretches = spread(sizes, windows, width, config.seed)
    files = [source.file for source in sources]
    read = text_windows.read_windows(files, stretches, config.corpus)
    clusters = _clusters(read, windows)
    if is_cut:
        return SamplePart(clusters, Extent(lines, sum(map(len, clusters))), by_lines=True)
    return SamplePart(clusters, Extent(sum(sizes), _length(stretches)), by_lines=False)


def _read_rows(
    sources: Sequence[Source], wanted: int, config: PlanConfig, is_cut: bool
) -> SamplePart:
    sizes = [source.size for source in sources]
    windows = min(ROW_WINDOWS, max(MIN_WINDOWS, wanted // LINES_A_WINDOW))
    stretches = spread(sizes, windows, -(-wanted // windows), config.seed)
    files = [source.file for source in sources]
    clusters = _clusters(row_windows.read_windows(files, stretches, config.corpus), windows)
    return SamplePart(clusters, Extent(sum(sizes), _length(stretches)), by_lines=True)


def _read_heads(
    sources: Sequence[Source], wanted: int, config: PlanConfig, is_cut: bool
) -> SamplePart:
    clusters = read_heads(sources, wanted, LINES_A_WINDOW, config.corpus)
    lines = sum(source.lines for source in sources)
    return SamplePart(clusters, Extent(lines, sum(map(len, clusters))), by_lines=True)


Read = Callable[[Sequence[Source], int, PlanConfig, bool], SamplePart]
_READERS: dict[Form, Read] = {"text": _read_text, "rows": _read_rows, "head": _read_heads}


def _clusters(read: Iterable[tuple[int, Items]], windows: int) -> list[Items]:
    """What was read, by window: one may have two pieces, or lie over several files."""
    found: list[Items] = [[] for _ in range(windows)]
    for window, items in read:
        found[window] += items
    return found


def _length(stretches: Sequence[Stretch]) -> int:
    return sum(stretch.stop - stretch.start for stretch in stretches)
