"""Full, failing and read-only disks: what the operating system says, from under any library.

Python's and Arrow's errors carry a number; torch's, safetensors' and soundfile's do not, and a
worker's reach its parent as text. Those are believed where they speak of writing and a disk that
the command writes to is full.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator

NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)
SAID = re.compile(rf"\[Errno (?:{'|'.join(map(str, NUMBERS))})\][^\n]*")
NUMBERLESS = re.compile(
    r"PytorchStreamWriter|unexpected pos|iostream|file write failed|I/O error|write", re.IGNORECASE
)
FULL_BYTES = 1 << 20
"""a disk with less left than this is full"""


def disk_trouble(error: BaseException, folders: Iterable[str | os.PathLike[str]]) -> str | None:
    """One line where a disk is behind an error; None where it is something else.

    Args:
        folders: where the command writes.
    """
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in NUMBERS:
            return _line(cause.strerror or os.strerror(cause.errno), cause.filename)
        if match := SAID.search(str(cause)):
            return f"cannot write: {match[0].partition('] ')[2]}"
    if any(NUMBERLESS.search(f"{type(cause).__name__} {cause}") for cause in _chain(error)):
        for folder in folders:
            if (place := _existing(os.fspath(folder))) and _is_full(place):
                return _line(os.strerror(errno.ENOSPC), place)
    return None


def _line(said: str, name: object) -> str:
    return f"cannot write {str(name)!r}: {said}" if name else f"cannot write: {said}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _existing(folder: str) -> str | None:
    """The nearest folder above that exists; None for what is not on a disk of this machine."""
    if "://" in folder:
        return None
    place = os.path.abspath(os.path.expanduser(folder))
    while not os.path.isdir(place):
        place = os.path.dirname(place)
    return place


def _is_full(folder: str) -> bool:
    return shutil.disk_usage(folder).free < FULL_BYTES
