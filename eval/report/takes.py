"""Every sentence said by a system, alone in its batch, and kept as a file beside the report."""

import gc
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import track

from eval.metrics.memory import MemoryWatch
from eval.metrics.scoring import audio_problem
from eval.systems.references import References, choose_voice
from eval.systems.systems import Kind, System, open_system
from eval.systems.testsets import Sentence
from speech import storage
from speech.audio.waveform import encode_flac
from speech.dataset.schema import SAMPLE_RATE
from speech.errors import InputError, Refused
from speech.synthesizer import Size


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
class Run:
    """What one system did; `error` where it could not even be opened."""

    specification: str
    name: str
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
    references: References
    shared_voices: Sequence[str]
    language: str
    seed: int
    output: str


def run_system(specification: str, task: Task, console: Console) -> Run:
    """Open, speak, close; no fault of one system reaches the next."""
    gc.collect()
    memory = MemoryWatch()
    try:
        system = open_system(specification, task.references, task.language)
    except Exception as error:
        return Run(specification, specification, error=_said(error))
    folder = f"audio/{_file_name(specification)}"
    takes = _speak_all(system, task, folder, console)
    peak = memory.added_bytes() if system.size is not None else None
    return Run(
        specification,
        system.name,
        system.kind,
        system.revision,
        system.size,
        peak,
        takes=takes,
    )


def _speak_all(system: System, task: Task, folder: str, console: Console) -> list[Take]:
    bank, takes = task.references.bank, list[Take]()
    for sentence in track(task.sentences, f"speaking, {plain(system.name)}", console=console):
        voice = sentence.voice  # whose voice audio is in, only the list can say
        if system.kind in ("teacher", "student"):
            voice = choose_voice(sentence, system.voices, task.shared_voices, bank)
        path = f"{folder}/{sentence.number:05d}.flac"
        try:
            if not takes:
                system.warm_up(sentence, voice)
            takes.append(_speak(system, sentence, voice, path, task))
        except Exception as error:
            takes.append(Take(sentence, voice, problem=_said(error)))
    return takes


def _speak(system: System, sentence: Sentence, voice: str | None, path: str, task: Task) -> Take:
    spoken = system.speak(sentence, voice, task.seed + sentence.number)
    if problem := audio_problem(spoken.wave):
        return Take(sentence, voice, problem=problem)
    storage.write_bytes(storage.join(task.output, path), encode_flac(spoken.wave, SAMPLE_RATE))
    return Take(sentence, voice, path, spoken.compute_s, spoken.first_audio_s)


def _said(error: Exception) -> str:
    """Errors of this project are for people; of others the kind belongs to them."""
    plain = isinstance(error, (InputError, Refused))
    return str(error) if plain else f"{type(error).__name__}: {error!s:.200}"


def _file_name(specification: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", specification).strip("-.")[-60:] or "system"


def plain(name: str) -> str:
    """For the terminal, where square brackets are markup to rich."""
    return "".join(char for char in name if char.isprintable()).replace("[", "(").replace("]", ")")
