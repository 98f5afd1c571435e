"""A batch that fails is halved, down to the items that fail alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from speech.audio.mel import HOP_LENGTH, N_MELS
from speech.errors import InputError, Refused, in_one_line
from speech.reasons import Reason
from teacher.base import Prepared, Speech, Teacher


def speak_or_refuse(
    teacher: Teacher[Any], batch: Sequence[Prepared], keys: Sequence[str]
) -> list[Speech | Refused]:
    """`Teacher.speak`, with a batch that fails halved, down to refusing the items that fail alone.

    An item is refused as `out_of_memory` or, whatever else it met, as `teacher_error`.

    Raises:
        InputError: what is wrong is not with an item.
    """
    try:
        return list(_checked(teacher.speak(batch, keys), len(batch)))
    except InputError:
        raise
    except Exception as error:
        refusal = _refusal(error, batch[0])
    if refusal.reason == "out_of_memory" and torch.cuda.is_available():
        torch.cuda.empty_cache()
    if len(batch) == 1:
        return [refusal]
    half = len(batch) // 2
    first = speak_or_refuse(teacher, batch[:half], keys[:half])
    return first + speak_or_refuse(teacher, batch[half:], keys[half:])


def _checked(speeches: Sequence[Speech], count: int) -> Sequence[Speech]:
    """Raises ValueError for what is no batch of waves, or a mel that is not its wave's."""
    shapes = [np.shape(speech.wave) for speech in speeches]
    if len(shapes) != count or any(len(shape) != 1 for shape in shapes):
        raise ValueError(f"{count} prompts gave arrays of shapes {shapes}, not waves (samples,)")
    for speech in speeches:
        wanted = (len(speech.wave) // HOP_LENGTH, N_MELS)
        if speech.mel is not None and (found := tuple(speech.mel.shape)) != wanted:
            raise ValueError(f"a mel of shape {found}, wanted {wanted}")
    return speeches


def _refusal(error: Exception, item: Prepared) -> Refused:
    if _out_of_memory(error):
        return Refused(Reason.OUT_OF_MEMORY, f"{item.cost} frames do not fit the device")
    return Refused(Reason.TEACHER_ERROR, in_one_line(error))


def _out_of_memory(error: BaseException) -> bool:
    """The CPU allocator raises a plain RuntimeError that says so."""
    typed = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return typed or "can't allocate memory" in str(error)
