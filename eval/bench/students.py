"""Students as contestants on the CPU: by torch, by their exports to ONNX, and their peer hibari-tts."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import onnx
import torch

from eval.bench.candidate import Candidate, Entry, bytes_on
from speech import storage
from speech.audio.waveform import Wave
from speech.dataset.schema import SAMPLE_RATE, Utterance
from student.export import export
from student.onnx.runtime import OnnxStudent, is_onnx
from student.student import Student, open_student

CPU = torch.device("cpu")


def student_entries(places: Sequence[str], folder: str, threads: int) -> list[Entry]:
    """`places`: of trained students, which are exported to `folder`, or of exports.

    Raises:
        InputError: no student there.
    """
    entries: list[Entry] = []
    for number, place in enumerate(places):
        if is_onnx(place):
            exported = OnnxStudent(place, threads)
            name = f"{place}, ONNX {exported.description.precision}"
            entries.append(Entry(name, partial(_onnx, exported)))
            continue
        student = open_student(place)
        export_as = partial(_exported, student, storage.join(folder, str(number)), threads)
        entries += [
            Entry(f"{place}, torch", partial(_torch, student)),
            Entry(f"{place}, ONNX float32", partial(export_as, False)),
            Entry(f"{place}, ONNX int8", partial(export_as, True)),
        ]
    return [*entries, Entry("hibari-tts", partial(_peer, threads))] if places else []


def _torch(student: Student) -> Candidate:
    weights = bytes_on(CPU, (student.acoustic, student.vocoder))
    speak = partial(student.speak, voice=student.voices[0])
    return _contestant(student.parameters, weights, speak, speak)


def _exported(student: Student, place: str, threads: int, int8: bool) -> Candidate:
    output = storage.join(place, "int8" if int8 else "float32")
    export(student, output, int8)
    return _onnx(OnnxStudent(output, threads))


def _onnx(exported: OnnxStudent) -> Candidate:
    voice = exported.voices[0]
    return _contestant(
        exported.description.parameters,
        exported.bytes,
        lambda text: exported.speak(text, voice),
        lambda text: next(exported.stream(text, voice)),
    )


def _peer(threads: int) -> Candidate:
    """Its stream gives whole sentences."""
    import hibari

    peer = hibari.Hibari(threads=threads)
    path = Path(peer.model_path)
    matrices = [array.dims for array in onnx.load(path).graph.initializer if len(array.dims) > 1]
    return _contestant(
        sum(math.prod(dims) for dims in matrices),
        path.stat().st_size,
        lambda text: peer(text, seed=0),
        lambda text: next(iter(peer.stream(text, seed=0))),
    )


def _contestant(
    parameters: int,
    weights_bytes: int,
    speak: Callable[[str], Wave],
    begin: Callable[[str], object],
) -> Candidate:
    def speak_all(lines: Sequence[Utterance]) -> float:
        return sum(len(speak(line.text)) for line in lines) / SAMPLE_RATE

    return Candidate(
        CPU, parameters, weights_bytes, speak_all, lambda line: begin(line.text), batch=1
    )
