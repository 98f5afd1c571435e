"""What a graph says of itself, so that whoever has the file alone knows what to do with it."""

import json

import onnx

from speech.text.phonemes import ALPHABET
from student.onnx.runtime import OnnxDescription
from student.phrases import token_numbers


def with_metadata(graph: bytes, described: OnnxDescription) -> bytes:
    """The graph with `metadata_of` as its metadata_props; its nodes and weights stay as they are."""
    model = onnx.load_from_string(graph)
    onnx.helper.set_model_props(model, metadata_of(described))
    return model.SerializeToString()


def metadata_of(described: OnnxDescription) -> dict[str, str]:
    """Texts and numbers as they are, lists and tables as JSON."""
    return {
        "model_type": "tts-distill",
        "format": str(described.format),
        "name": described.name,
        "revision": described.revision,
        "kind": described.kind,
        "language": described.language,
        "license": described.license,
        "sample_rate": str(described.sample_rate),
        "n_speakers": str(len(described.speakers)),
        "speakers": _json(described.speakers),
        "phonemes": _json({symbol: token_numbers(symbol)[0] for symbol in ALPHABET}),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
