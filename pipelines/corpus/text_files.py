"""Plain text: a line is an utterance, or paragraphs of prose give one utterance a sentence."""

from bisect import bisect_right
from collections.abc import Iterator

import sentencex

from pipelines.corpus.config import CorpusConfig
from pipelines.corpus.decoding import PhysicalLine, physical_lines
from pipelines.corpus.lines import Line, unreadable
from pipelines.corpus.spans import WHOLE, Span
from speech.dataset.schema import Rejection
from speech.text.line_ends import before_next
from speech.text.normalize import base_language


def read_text(
    path: str, name: str, config: CorpusConfig, span: Span = WHOLE
) -> Iterator[Line | Rejection]:
    """By `config.unit`; a blank line is an empty utterance, or the end of a paragraph."""
    lines = physical_lines(path, config.max_line_chars, config.encoding, span)
    if config.unit == "sentence":
        yield from _sentences(lines, name, config)
        return
    for line in lines:
        source = f"{name}:{line.number}"
        yield unreadable(line, source, config.encoding) or Line(line.text, source)


def _sentences(
    lines: Iterator[PhysicalLine], name: str, config: CorpusConfig
) -> Iterator[Line | Rejection]:
    """Paragraphs joined over their line ends and cut again; one that is very long goes in pieces."""
    paragraph = _Paragraph(base_language(config.language), name)
    for line in lines:
        if refused := unreadable(line, f"{name}:{line.number}", config.encoding):
            yield refused
        elif not line.text.strip():
            yield from paragraph.take()
        else:
            paragraph.add(line)
            if paragraph.chars > config.max_line_chars:
                yield from paragraph.take(keep_last=True)
    yield from paragraph.take()


class _Paragraph:
    """Lines that wait for the end of their paragraph."""

    def __init__(self, language: str, name: str) -> None:
        self._language = language
        self._name = name
        self._joint = "" if language == "zh" else " "
        self._lines: list[tuple[int, str]] = []
        self.chars = 0

    def add(self, line: PhysicalLine) -> None:
        self._append(line.number, line.text.strip())

    def _append(self, number: int, text: str) -> None:
        if self._lines:
            above, line = self._lines[-1]
            joined = before_next(line, text) if self._language == "en" else line + self._joint
            self._lines[-1] = above, joined
        self._lines.append((number, text))
        self.chars += len(text) + len(self._joint)

    def take(self, keep_last: bool = False) -> Iterator[Line]:
        """The sentences, each with the line it begins on; the last may wait for its end."""
        starts, numbers, position = [], [], 0
        for number, text in self._lines:
            starts.append(position)
            numbers.append(number)
            position += len(text)
        joined = "".join(text for _, text in self._lines)
        self._lines, self.chars, position = [], 0, 0
        sentences = list(sentencex.segment(self._language, joined))
        for index, sentence in enumerate(sentences):
            number = numbers[bisect_right(starts, position) - 1]
            position += len(sentence)
            if keep_last and 0 < index == len(sentences) - 1:
                self._append(number, sentence.strip())
            elif sentence.strip():
                yield Line(sentence.strip(), f"{self._name}:{number}")
