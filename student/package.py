"""A student as it is shipped: weights, and a student.json that says what they are.

student.json            shape, speakers, alphabet, licence, SHA-256 of the weights
student.safetensors     the student, in half precision
vocoder.safetensors     its vocoder
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from speech import storage
from speech.errors import InputError
from speech.mel import HOP_LENGTH, N_MELS
from speech.phonemes import ALPHABET
from speech.pulse_vocoder import PulseVocoder, load_pulse_vocoder
from speech.rows import SAMPLE_RATE
from speech.weights import write_weights
from student.acoustic import Acoustic
from student.config import StudentConfig
from student.models import build_student

FORMAT = 1
SPEAKERS = ("vectors", "table.weight")
"""weights that belong to the speakers of one dataset"""
WEIGHTS, VOCODER, DESCRIPTION = "student.safetensors", "vocoder.safetensors", "student.json"


@dataclass(frozen=True)
class Description:
    """student.json."""

    name: str
    student: dict[str, object]
    """its shape, as `student.config.StudentConfig`"""
    speakers: tuple[str, ...]
    language: str
    license: str
    dataset: str
    """what it was trained on, by place and hash"""
    steps: int
    sha256: Mapping[str, str]
    alphabet: str = ALPHABET
    sample_rate: int = SAMPLE_RATE
    hop_length: int = HOP_LENGTH
    mels: int = N_MELS
    format: int = FORMAT

    @property
    def revision(self) -> str:
        return "-".join(self.sha256[name][:8] for name in (WEIGHTS, VOCODER))

    def kept(self) -> dict[str, object]:
        """What another package of the same student says too."""
        names = ("name", "speakers", "language", "license", "dataset", "steps")
        return {name: getattr(self, name) for name in names}


def write_package(
    output: str, student: Acoustic, vocoder: PulseVocoder, described: Mapping[str, object]
) -> Description:
    """Write a student under `output` (local or gs://); the description last."""
    _, weights = write_weights(output, WEIGHTS, student.state_dict())
    _, vocoded = write_weights(output, VOCODER, vocoder.state_dict())
    sha256 = {WEIGHTS: weights, VOCODER: vocoded}
    shape = student.config.model_dump(mode="json")
    description = Description(student=shape, sha256=sha256, **described)  # type: ignore[arg-type]
    text = json.dumps(asdict(description), indent=1, ensure_ascii=False) + "\n"
    storage.write_bytes(storage.join(output, DESCRIPTION), text.encode())
    return description


def read_description(location: str) -> Description:
    """Raises InputError: no student there, or one that this version cannot read, and why."""
    path = storage.join(location, DESCRIPTION)
    if not storage.exists(path):
        raise InputError(f"{location} is no student: it has no {DESCRIPTION} (make train-student)")
    try:
        known = json.loads(storage.read_bytes(path))
        description = Description(**{**known, "speakers": tuple(known["speakers"])})
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path} is damaged, or of another version: {error}") from error
    ours = {"format": FORMAT, "alphabet": ALPHABET, "sample_rate": SAMPLE_RATE}
    ours |= {"hop_length": HOP_LENGTH, "mels": N_MELS}
    for key, value in ours.items():
        if (theirs := getattr(description, key)) != value:
            raise InputError(f"{path} has {key} {theirs!r}, this version reads {value!r}")
    return description


def read_package(location: str) -> tuple[Description, Acoustic, PulseVocoder]:
    """Raises InputError, as `read_description`, or where the weights are not those described."""
    description = read_description(location)
    try:
        config = TypeAdapter(StudentConfig).validate_python(description.student)
        vectors = torch.zeros(len(description.speakers), 256)
        student = build_student(config, vectors)
        student.load_state_dict(_weights(location, WEIGHTS, description))
        vocoder = load_pulse_vocoder(_weights(location, VOCODER, description))
    except (ValidationError, RuntimeError, ValueError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{location} does not hold what its {DESCRIPTION} says: {reason}"
        ) from error
    return description, student.eval().requires_grad_(False), vocoder


def read_vocoder(path: str) -> PulseVocoder:
    """Raises InputError: no such file, or no pulse vocoder."""
    try:
        return load_pulse_vocoder(load_file(storage.local_path(path)))
    except (RuntimeError, ValueError, SafetensorError) as error:
        raise InputError(f"{path} is no pulse vocoder: {str(error).splitlines()[0]}") from error


def start_from(student: Acoustic, path: str) -> None:
    """Take the weights of a student of the same shape, save what belongs to its speakers.

    Raises:
        InputError: no such file, or another shape.
    """
    try:
        own = {name: student.state_dict()[name] for name in SPEAKERS}
        student.load_state_dict(load_file(storage.local_path(path)) | own)
    except (RuntimeError, SafetensorError) as error:
        reason = str(error).splitlines()[-1].strip()
        raise InputError(f"init_from={path} does not fit this student: {reason}") from error


def _weights(location: str, name: str, description: Description) -> dict[str, Tensor]:
    path = storage.local_path(storage.join(location, name), description.sha256.get(name))
    return {key: value.float() for key, value in load_file(path).items()}
