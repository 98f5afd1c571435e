"""Students as contestants on the CPU: by torch, by their exports to ONNX, and their peer hibari-tts."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch

from eval.benching.contestant import Contestant, Entry, bytes_on
from speech import storage
from speech.audio import Wave
from speech.rows import SAMPLE_RATE, Utterance
from student.export import export
from student.runtime import OnnxStudent
from student.student import Student

CPU = torch.device("cpu")


def student_entries(students: Sequence[Student], folder: str, threads: int) -> list[Entry]:
    """`folder` is for the exports."""
    entries = []
    for number, student in enumerate(students):
        place = storage.join(folder, str(number))
        exported = partial(_exported, student, place, threads)
        entries += [
            Entry(f"{student.location}, torch", partial(_torch, student)),
            Entry(f"{student.location}, ONNX float32", partial(exported, False)),
            Entry(f"{student.location}, ONNX int8", partial(exported, True)),
        ]
    return [*entries, Entry("hibari-tts", partial(_peer, threads))] if students else []


def _torch(student: Student) -> Contestant:
    weights = bytes_on(CPU, (student.acoustic, student.vocoder))
    speak = partial(student.speak, voice=student.voices[0])
    return _contestant(weights, speak, speak)


def _exported(student: Student, place: str, threads: int, int8: bool) -> Contestant:
    output = storage.join(place, "int8" if int8 else "float32")
    export(student, output, int8)
    exported = OnnxStudent(output, threads)
    voice = exported.voices[0]
    return _contestant(
        exported.bytes,
        lambda text: exported.speak(text, voice),
        lambda text: next(exported.stream(text, voice)),
    )


def _peer(threads: int) -> Contestant:
    """Its stream gives whole sentences."""
    import hibari

    peer = hibari.Hibari(threads=threads)
    return _contestant(
        Path(peer.model_path).stat().st_size,
        lambda text: peer(text, seed=0),
        lambda text: next(iter(peer.stream(text, seed=0))),
    )


def _contestant(
    weights_bytes: int, speak: Callable[[str], Wave], begin: Callable[[str], object]
) -> Contestant:
    def speak_all(lines: Sequence[Utterance]) -> float:
        return sum(len(speak(line.text)) for line in lines) / SAMPLE_RATE

    return Contestant(CPU, weights_bytes, speak_all, lambda line: begin(line.text), batch=1)
