"""hibari-tts, a peer of students; needs no torch."""

import math
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import onnx

from speech.audio.waveform import Wave
from speech.errors import Refused
from speech.synthesizer import Size, Speech, SynthesisRequest


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
