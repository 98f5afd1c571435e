"""Students as candidates on the CPU: by torch, by their exports to ONNX, and their peer hibari-tts."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import onnx
import torch

from eval.bench.candidate import Candidate, Entry
from speech import storage
from speech.audio.waveform import Wave
from speech.dataset.schema import SAMPLE_RATE, Utterance
from speech.errors import Refused
from speech.synthesizer import Size, Speech, SynthesisRequest, Synthesizer, said
from student.export import export
from student.loading import load_student
from student.onnx.runtime import is_onnx
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
            exported = load_student(place, threads=threads)
            precision = exported.size.precision
            entries.append(Entry(f"{place}, ONNX {precision}", partial(_candidate, exported)))
            continue
        student = open_student(place)
        export_as = partial(_exported, student, storage.join(folder, str(number)), threads)
        entries += [
            Entry(f"{place}, torch", partial(_candidate, student)),
            Entry(f"{place}, ONNX float32", partial(export_as, False)),
            Entry(f"{place}, ONNX int8", partial(export_as, True)),
        ]
    peer = Entry("hibari-tts", lambda: _candidate(HibariTts(threads)))
    return [*entries, peer] if places else []


def _exported(student: Student, place: str, threads: int, int8: bool) -> Candidate:
    output = storage.join(place, "int8" if int8 else "float32")
    export(student, output, int8)
    return _candidate(load_student(output, threads=threads))


def _candidate(synthesizer: Synthesizer) -> Candidate:
    """It says one line at a time, in its first voice."""
    size = synthesizer.size
    assert size is not None

    def request(line: Utterance) -> SynthesisRequest:
        return SynthesisRequest(line.text, None, line.language)

    def speak(lines: Sequence[Utterance]) -> float:
        return sum(len(said(synthesizer, request(line)).wave) for line in lines) / SAMPLE_RATE

    return Candidate(
        CPU,
        size.parameters,
        size.bytes,
        speak,
        lambda line: next(synthesizer.stream(request(line))),
        batch=1,
    )


class HibariTts:
    """A peer: a small English model in float32, whose stream gives whole sentences."""

    name, license = "hibari-tts", "Apache-2.0"
    languages, voices = ("en",), ()
    streams = True

    def __init__(self, threads: int) -> None:
        import hibari

        self.revision = version(self.name)
        self._model = hibari.Hibari(threads=threads)

    @property
    def size(self) -> Size:
        path = Path(self._model.model_path)
        shapes = [array.dims for array in onnx.load(path).graph.initializer]
        parameters = sum(math.prod(shape) for shape in shapes if len(shape) > 1)
        return Size(parameters, path.stat().st_size)

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        return [Speech(self._model(request.text, seed=request.seed)) for request in requests]

    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:
        return iter(self._model.stream(request.text, seed=request.seed))
