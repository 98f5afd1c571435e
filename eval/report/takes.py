"""Every sentence said by a system, alone in its batch, and kept as a file beside the report."""

import gc
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rich.console import Console

from eval.metrics.memory import MemoryWatch
from eval.metrics.scoring import audio_problem
from eval.systems.references import References, choose_voice
from eval.systems.systems import Kind
from eval.systems.testsets import Sentence
from speech import storage
from speech.audio.waveform import Wave, encode_flac
from speech.dataset.schema import SAMPLE_RATE
from speech.errors import InputError, Refused
from speech.progress import track
from speech.synthesizer import Size, SynthesisRequest, Synthesizer, said


@dataclass(frozen=True)
class Take:
    """`audio` is a file under the output; where there is none, `problem` says why."""

    sentence: Sentence
    voice: str | None
    audio: str | None = None
    compute_s: float | None = None
    first_audio_s: float | None = None
    problem: str | None = None


@dataclass(frozen=True)
class System:
    """Something to measure, before it is loaded; `open` may raise whatever it likes."""

    specification: str
    kind: Kind | None
    open: Callable[[], Synthesizer]
    references: References
    """the voices that it is asked for"""
    voices: Sequence[str] = ()
    """of them, those that take turns; none: the synthesizer's own"""
    title: str = ""
    """behind its name"""


@dataclass(frozen=True)
class Run:
    """What one system did; `error` where it could not even be opened."""

    specification: str
    name: str
    references: References
    kind: Kind | None = None
    revision: str = ""
    size: Size | None = None
    peak_memory_bytes: int | None = None
    """that the process took more than before the system was opened"""
    error: str | None = None
    takes: Sequence[Take] = ()


@dataclass(frozen=True)
class Task:
    """What all systems are given alike."""

    sentences: Sequence[Sentence]
    language: str
    seed: int
    output: str


def run_system(system: System, task: Task, console: Console) -> Run:
    """Open, speak, close; no fault of one system reaches the next."""
    gc.collect()
    memory, where = MemoryWatch(), system.specification
    try:
        synthesizer = system.open()
        size = synthesizer.size
    except Exception as error:
        return Run(where, where, system.references, error=_said(error))
    takes = _speak_all(synthesizer, system, task, console)
    if size is None:  # what was there already took no time
        takes = [replace(take, compute_s=None, first_audio_s=None) for take in takes]
    return Run(
        where,
        synthesizer.name + system.title,
        system.references,
        system.kind,
        synthesizer.revision,
        size,
        None if size is None else memory.added_bytes(),
        takes=takes,
    )


def _speak_all(
    synthesizer: Synthesizer, system: System, task: Task, console: Console
) -> list[Take]:
    """The first sentence is said twice: what it alone would pay for is no measure."""
    folder, takes = f"audio/{_file_name(system.specification)}", list[Take]()
    title = f"speaking, {plain(synthesizer.name + system.title)}"
    for sentence in track(task.sentences, title, console, "sentence", keep=True):
        voice = choose_voice(sentence, synthesizer.voices, system.voices)
        request = SynthesisRequest(
            sentence.text, voice, task.language, task.seed + sentence.number, id=sentence.id
        )
        path = f"{folder}/{sentence.number:05d}.flac"
        try:
            if not takes:
                _timed(synthesizer, request)
            takes.append(_speak(synthesizer, sentence, request, path, task.output))
        except Exception as error:
            takes.append(Take(sentence, voice, problem=_said(error)))
    return takes


def _speak(
    synthesizer: Synthesizer, sentence: Sentence, request: SynthesisRequest, path: str, output: str
) -> Take:
    wave, compute_s, first_audio_s = _timed(synthesizer, request)
    if problem := audio_problem(wave):
        return Take(sentence, request.voice, problem=problem)
    storage.write_bytes(storage.join(output, path), encode_flac(wave, SAMPLE_RATE))
    return Take(sentence, request.voice, path, compute_s, first_audio_s)


def _timed(synthesizer: Synthesizer, request: SynthesisRequest) -> tuple[Wave, float, float]:
    """The whole clip, the seconds that it took, and those until a stream's first piece came."""
    started = time.perf_counter()
    wave = said(synthesizer, request).wave
    compute_s = time.perf_counter() - started
    if not synthesizer.streams:
        return wave, compute_s, compute_s
    started = time.perf_counter()
    next(synthesizer.stream(request))
    return wave, compute_s, time.perf_counter() - started


def _said(error: Exception) -> str:
    """Errors of this project are for people; of others the kind belongs to them."""
    plain = isinstance(error, (InputError, Refused))
    return str(error) if plain else f"{type(error).__name__}: {error!s:.200}"


def _file_name(specification: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", specification).strip("-.")[-60:] or "system"


def plain(name: str) -> str:
    """For the terminal, where square brackets are markup to rich."""
    return "".join(char for char in name if char.isprintable()).replace("[", "(").replace("]", ")")
