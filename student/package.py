"""A student as it is shipped: weights, and a student.json that says what they are.

student.json            shape, speakers, alphabet, licence, SHA-256 of the weights
config.json             a little of that, for the hub
student.safetensors     the student, in half precision
vocoder.safetensors     its vocoder
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from speech import storage
from speech.audio.mel import HOP_LENGTH, N_MELS
from speech.errors import InputError
from speech.training.task import Batch
from speech.training.weights import write_weights
from speech.vocoder.network import PulseVocoder, load_pulse_vocoder
from student.description import TRAINED_STUDENT, Described
from student.kinds import StudentConfig, build_student
from student.models.acoustic import Acoustic
from student.models.nar import OF_BEFORE
from student.models.pruning import hidden_units, narrowed

SPEAKERS = ("vectors", "table.weight")
"""weights that belong to the speakers of one dataset"""
READING = ("reading_flow.", "mean_pitch.", "contour_in.")
"""weights by which readings are drawn"""
WEIGHTS, VOCODER, DESCRIPTION = "student.safetensors", "vocoder.safetensors", TRAINED_STUDENT


@dataclass(frozen=True, kw_only=True)
class Description(Described):
    """student.json."""

    FILE = DESCRIPTION
    WRITTEN_BY = "make train-student"

    student: dict[str, object]
    """its shape, as `student.kinds.StudentConfig`"""
    dataset: str
    """what it was trained on, by place and hash"""
    steps: int
    hop_length: int = HOP_LENGTH
    mels: int = N_MELS

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
    return Description(student=shape, sha256=sha256, **described).write(output)  # type: ignore[arg-type]


def read_package(location: str) -> tuple[Description, Acoustic, PulseVocoder]:
    """Raises InputError, as `Description.read`, or where the weights are not those described."""
    description = Description.read(location)
    try:
        student = _student(description, _weights(location, WEIGHTS, description))
        vocoder = load_pulse_vocoder(_weights(location, VOCODER, description))
    except InputError:
        raise
    except (
        *(ValidationError, RuntimeError, ValueError, LookupError, TypeError),
        *(ArithmeticError, SafetensorError),
    ) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{location} does not hold what its {DESCRIPTION} says: {reason}"
        ) from error
    return description, student.eval().requires_grad_(False), vocoder


def _student(description: Description, weights: Mapping[str, Tensor]) -> Acoustic:
    before = OF_BEFORE if description.student.get("kind") == "nar" else {}
    config = TypeAdapter(StudentConfig).validate_python({**before, **description.student})
    vectors = torch.zeros(len(description.speakers), 256)
    with torch.device("meta"):  # takes no memory, whatever the size that is claimed
        claimed = build_student(config, vectors.to("meta")).state_dict()
    for name, value in claimed.items():
        if name not in weights or weights[name].shape != value.shape:
            raise ValueError(f"no {name} of shape {tuple(value.shape)} in {WEIGHTS}")
    student = build_student(config, vectors)
    student.load_state_dict(weights)
    return student


def read_vocoder(path: str) -> PulseVocoder:
    """Raises InputError: no such file, or no pulse vocoder."""
    try:
        return load_pulse_vocoder(load_file(storage.local_path(path)))
    except (RuntimeError, ValueError, LookupError, SafetensorError) as error:
        raise InputError(f"{path} is no pulse vocoder: {str(error).splitlines()[0]}") from error


def start_from(student: Acoustic, path: str, batches: Callable[[], Iterable[Batch]]) -> int:
    """Take the weights of a student of the same shape, save what belongs to its speakers. One of
    before readings were drawn has none for that, which begins anew; one with more hidden units is
    pruned to as many, by what it makes of `batches`. How many it has is returned.

    Raises:
        InputError: no such file, or another shape.
    """
    try:
        theirs, own = load_file(storage.local_path(path)), student.state_dict()
        kept = [*SPEAKERS]
        if not any(name.startswith(READING) for name in theirs):
            kept += [name for name in own if name.startswith(READING)]
        units = max(hidden_units(theirs), student.config.hidden_dim)
        wide = build_student(
            student.config.model_copy(update={"hidden_dim": units}), student.vectors
        )
        wide.load_state_dict(theirs | {name: own[name] for name in kept})
    except (RuntimeError, LookupError, SafetensorError) as error:
        reason = str(error).splitlines()[-1].strip()
        raise InputError(f"init_from={path} does not fit this student: {reason}") from error
    is_wider = units > student.config.hidden_dim
    student.load_state_dict(narrowed(wide, student, batches()) if is_wider else wide.state_dict())
    return units


def _weights(location: str, name: str, description: Description) -> dict[str, Tensor]:
    return {
        key: value.float() for key, value in load_file(description.file(location, name)).items()
    }
