"""Every sentence said by a system, alone in its batch, and kept as a file beside the report."""

import gc
import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from rich.console import Console

from eval.metrics.memory import MemoryWatch
from eval.metrics.scoring import audio_problem
from eval.metrics.spread import duration_spread
from eval.systems.references import References, choose_voice
from eval.systems.systems import Kind
from eval.systems.testsets import Sentence
from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import encode_flac
from speech.errors import InputError, Refused
from speech.progress import track
from speech.synthesizer import Size, Speech, SynthesisRequest, Synthesizer, said

AGAIN = 1_000_003
"""added to the seed of a sentence's second take"""
END_CHARS = 60
"""of a specification, in the name of its folder"""


@dataclass(frozen=True)
class Take:
    """`audio` is a file under the output; where there is none, `problem` says why."""

    sentence: Sentence
    voice: str | None
    audio: str | None = None
    compute_s: float | None = None
    first_audio_s: float | None = None
    duration_spread: float | None = None
    """of its sounds (`eval.metrics.spread`), where the system tells how long they last"""
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
    """what stands behind its name in titles"""


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
    again: Sequence[Take] = ()
    """of the first sentences, with other seeds"""
    kinds: Mapping[str, Sequence[Take]] = field(default_factory=dict)
    """of other lists than the test set, by the kind of their lines"""


@dataclass(frozen=True)
class Task:
    """What all systems are given alike."""

    sentences: Sequence[Sentence]
    language: str
    seed: int
    output: str
    again: int = 0
    """sentences to say a second time, with another seed"""
    kinds: Mapping[str, Sequence[Sentence]] = field(default_factory=dict)


def run_system(system: System, task: Task, console: Console) -> Run:
    """Open, speak, close; no fault of one system reaches the next."""
    gc.collect()
    memory, where = MemoryWatch(), system.specification
    try:
        synthesizer = system.open()
        size = synthesizer.size
    except Exception as error:
        return Run(where, where, system.references, error=_said(error))
    speaking = _Speaking(synthesizer, system, task, console)
    speaking.warm_up()
    takes = speaking.speak(task.sentences)
    peak = memory.added_bytes()
    if size is None:  # what was there already took no time
        takes = [replace(take, compute_s=None, first_audio_s=None) for take in takes]
    return Run(
        where,
        synthesizer.name + system.title,
        system.references,
        system.kind,
        synthesizer.revision,
        size,
        None if size is None else peak,
        takes=takes,
        again=speaking.speak(task.sentences[: task.again], "again", AGAIN),
        kinds=_kinds(speaking, task),
    )


def _kinds(speaking: "_Speaking", task: Task) -> Mapping[str, Sequence[Take]]:
    """Of recorded audio only what is there: nobody asked for the rest of it."""
    found = {}
    for kind, sentences in task.kinds.items():
        takes = speaking.speak(sentences, kind)
        if speaking.synthesizer.size is None:
            takes = [take for take in takes if take.audio]
        if takes:
            found[kind] = takes
    return found


@dataclass(frozen=True)
class _Speaking:
    """A system that is open, and what it is to be given."""

    synthesizer: Synthesizer
    system: System
    task: Task
    console: Console

    def warm_up(self) -> None:
        """Say the first sentence: what it alone would pay for is no measure."""
        for sentence in self.task.sentences[:1]:
            with suppress(Exception):  # its take will say so
                _timed(self.synthesizer, self._request(sentence, 0))

    def speak(self, sentences: Sequence[Sentence], part: str = "", more: int = 0) -> list[Take]:
        """`part` is of the output's audio, `more` is added to each seed."""
        folder = "/".join(filter(None, ("audio", _file_name(self.system.specification), part)))
        title = f"speaking, {plain(self.synthesizer.name + self.system.title)}"
        title = f"{title}, {part}" if part else title
        return [
            self._take(sentence, f"{folder}/{sentence.number:05d}.flac", more)
            for sentence in track(sentences, title, self.console, "sentence", keep=True)
        ]

    def _take(self, sentence: Sentence, path: str, more: int) -> Take:
        request = self._request(sentence, more)
        try:
            return _speak(self.synthesizer, sentence, request, path, self.task.output)
        except Exception as error:
            return Take(sentence, request.voice, problem=_said(error))

    def _request(self, sentence: Sentence, more: int) -> SynthesisRequest:
        voice = choose_voice(sentence, self.synthesizer.voices, self.system.voices)
        seed = self.task.seed + sentence.number + more
        return SynthesisRequest(sentence.text, voice, self.task.language, seed, id=sentence.id)


def _speak(
    synthesizer: Synthesizer, sentence: Sentence, request: SynthesisRequest, path: str, output: str
) -> Take:
    speech, compute_s, first_audio_s = _timed(synthesizer, request)
    wave = speech.wave
    if problem := audio_problem(wave):
        return Take(sentence, request.voice, problem=problem)
    storage.write_bytes(storage.join(output, path), encode_flac(wave, SAMPLE_RATE))
    return Take(sentence, request.voice, path, compute_s, first_audio_s, _durations(speech))


def _durations(speech: Speech) -> float | None:
    if speech.phonemes is None or speech.phoneme_ends_s is None:
        return None
    return duration_spread(speech.phonemes, speech.phoneme_ends_s)


def _timed(synthesizer: Synthesizer, request: SynthesisRequest) -> tuple[Speech, float, float]:
    """The whole clip, the seconds that it took, and those until a stream's first piece came."""
    started = time.perf_counter()
    speech = said(synthesizer, request)
    compute_s = time.perf_counter() - started
    if not synthesizer.streams:
        return speech, compute_s, compute_s
    started = time.perf_counter()
    next(synthesizer.stream(request))
    return speech, compute_s, time.perf_counter() - started


def _said(error: Exception) -> str:
    """Errors of this project are for people; of others the kind belongs to them."""
    plain = isinstance(error, (InputError, Refused))
    return str(error) if plain else f"{type(error).__name__}: {error!s:.200}"


def _file_name(specification: str) -> str:
    """Its end for people, and a hash of all of it: no two systems share a folder."""
    end = re.sub(r"[^A-Za-z0-9._-]+", "-", specification).strip("-.")[-END_CHARS:].strip("-.")
    return f"{end}-{hashlib.sha256(specification.encode()).hexdigest()[:8]}".lstrip("-")


def plain(name: str) -> str:
    """For the terminal, where square brackets are markup to rich."""
    return "".join(char for char in name if char.isprintable()).replace("[", "(").replace("]", ")")
