"""Weights as they are shipped: safetensors in half precision, with the hash that pins them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from speech import storage
from speech.errors import InputError
from speech.storage.local_files import checksum_of
from speech.storage.temporaries import temporary_folder


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Turn what a damaged or another file of weights leads to into one line that names it."""
    try:
        yield
    except InputError:
        raise
    except (SafetensorError, RuntimeError, ValueError, LookupError, TypeError) as error:
        reason = str(error).split("\n")[0]
        raise InputError(f"{path} does not hold the weights wanted: {reason:.200}") from error


def write_weights(output: str, name: str, state: Mapping[str, Tensor]) -> tuple[str, str]:
    """Write `output`/`name` (local or gs://).

    Returns:
        Its path and its SHA-256.

    Raises:
        InputError: a weight that is not finite, or not in half precision.
    """
    halves = {key: value.detach().cpu().half().contiguous() for key, value in state.items()}
    for key, value in halves.items():
        if not torch.isfinite(value).all():
            raise InputError(
                f"{name} is not written: {key} is not finite; train again with a lower "
                "training.learning_rate"
            )
    path = storage.join(output, name)
    with temporary_folder() as folder:
        local = Path(folder) / name
        save_file(halves, local)
        storage.write_bytes(path, local.read_bytes())
        return path, checksum_of(local).sha256
