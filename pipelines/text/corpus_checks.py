"""What is wrong or odd with what was asked for, told before anything is spent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from pipelines.config import SynthConfig
from pipelines.corpus import Line, note_of
from pipelines.text.utterances import CorpusPlan, read_part, spoken_languages
from speech.dataset.schema import Rejection
from speech.errors import InputError
from speech.reasons import Reason
from speech.text.foreign import looks_like
from speech.text.normalize import base_language
from teacher.voices import VoiceBank

SAMPLE_LINES = 200
FEWEST_LINES = 3
"""that say whether a file is text at all"""
FOREIGN_SHARE = 0.02
"""of the first lines; fewer in another language than the run's are quotations, or mistaken"""


def check_language(config: SynthConfig) -> None:
    """Raise InputError for a corpus in a language that cannot be spoken and checked."""
    spoken = spoken_languages(config)
    if base_language(config.corpus.language) not in spoken:
        raise InputError(
            f"corpus.language={config.corpus.language}: allowed: {', '.join(spoken) or 'none'} "
            f"(what teacher {config.teacher.name} speaks and gate.judges.asr hears)"
        )


def check_per_text(config: SynthConfig, bank: VoiceBank) -> None:
    """Raise InputError where a text is to be heard in more voices than there are."""
    most = max(len(bank.ids_for(language)) for language in spoken_languages(config))
    if config.voices.per_text > most:
        raise InputError(
            f"voices.per_text={config.voices.per_text}: {config.voices.manifest} has {most} voices "
            f"of a language; allowed: 1 to {most}"
        )


def check_text(lines: Sequence[Line | Rejection], corpus: CorpusPlan) -> None:
    """Raise InputError for a corpus of blank lines, or of none that is text; `lines` are its first."""
    if len(lines) < corpus.lines:
        return
    names = ", ".join(part.file.path for part in corpus.parts)
    if all(_is_blank(line) for line in lines):
        raise InputError(f"{names:.300}: {corpus.lines} lines, all of them blank")
    if len(lines) >= FEWEST_LINES and all(_is_damaged(line) for line in lines):
        raise InputError(
            f"{names:.300}: {corpus.lines} lines, none of them text; if it is text, say "
            "corpus.encoding=... (utf-8, latin-1, gb18030, ...)"
        )


def _is_blank(line: Line | Rejection) -> bool:
    return line.reason == "empty" if isinstance(line, Rejection) else not line.text.strip()


def _is_damaged(line: Line | Rejection) -> bool:
    return isinstance(line, Rejection) and line.reason == Reason.INVALID_ENCODING


def first_lines(config: SynthConfig, corpus: CorpusPlan) -> list[Line | Rejection]:
    """At most `SAMPLE_LINES`, the first ones of each file alike."""
    parts = corpus.parts[:SAMPLE_LINES]
    each = SAMPLE_LINES // len(parts)
    return [line for part in parts for line in islice(read_part(part, config), each)]


def notes(
    config: SynthConfig, corpus: CorpusPlan, lines: Sequence[Line | Rejection]
) -> Iterator[str]:
    """Lines for people: how files were read, and which of the first `lines` are in a language that
    is not spoken, by what their rows say or by how they look."""
    shown = corpus.parts[:SAMPLE_LINES]
    yield from filter(None, (note_of(part.file, config.corpus) for part in shown))
    spoken, count = spoken_languages(config), len(lines)
    unspoken: Counter[str] = Counter()
    foreign: dict[Line, str] = {}
    for line in lines:
        if isinstance(line, Rejection):
            continue
        said = base_language(line.language or config.corpus.language)
        if said not in spoken:
            unspoken[said] += 1
        elif (seen := looks_like(line.text)) not in (None, said):
            foreign[line] = str(seen)
    if unspoken:
        yield (
            f"{unspoken.total()} of the first {count} lines are in {_counted(unspoken)} and will be "
            f"rejected; spoken: {', '.join(spoken)}"
        )
    if len(foreign) > FOREIGN_SHARE * count:
        first = next(iter(foreign))
        yield (
            f"{len(foreign)} of the first {count} lines look like {_counted(Counter(foreign.values()))}"
            f" and will be spoken all the same, as {first.source}: {first.text.strip():.60}"
        )


def _counted(languages: Counter[str]) -> str:
    return ", ".join(f"{name:.20} ({count})" for name, count in languages.most_common(5))
