"""Students as candidates on the CPU: by torch, by their exports to ONNX, and their peer hibari-tts."""

from collections.abc import Sequence
from functools import partial

import torch

from eval.bench.candidate import Candidate, Entry
from eval.bench.hibari import HibariTts
from speech import storage
from speech.audio import SAMPLE_RATE
from speech.dataset.schema import Utterance
from speech.synthesizer import SynthesisRequest, Synthesizer, said
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
