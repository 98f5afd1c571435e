"""Full, failing and read-only disks: what the operating system says, from under any library.

Python's and Arrow's errors carry its number. torch's, NumPy's and libsndfile's do not, and then the
disk itself is asked; safetensors' and those of other processes carry its words alone.
"""

import errno
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)
WORDS = re.compile("|".join(os.strerror(number) for number in NUMBERS))
WORDLESS = re.compile(
    r"PytorchStreamWriter|inline_container|unexpected pos|requested and \d+ written|System error"
)
"""what libraries say of a write that failed, and of hardly anything else"""
FULL_BYTES = 1 << 16
"""a disk with less left than this is full"""


@contextmanager
def asked(path: Path) -> Iterator[None]:
    """Give the operating system's number to errors of writing below `path` that come without it,
    before what was written is removed and the disk has room again."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        if getattr(error, "errno", None) or not WORDLESS.search(str(error)):
            raise
        folder = path if path.is_dir() else path.parent
        full = shutil.disk_usage(folder).free < FULL_BYTES
        number = errno.ENOSPC if full else errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from error


def disk_trouble(error: BaseException) -> str | None:
    """One line where a disk is behind an error; None where it is something else."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in NUMBERS:
            name = f" {cause.filename!r}" if cause.filename else ""
            return f"cannot write{name}: {os.strerror(cause.errno or 0)}"
        if match := WORDS.search(str(cause)):
            return f"cannot write: {match[0]}"
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@contextmanager
def told_once() -> Iterator[None]:
    """While the block runs, threads that meet a full disk leave it to the main one to say so:
    TensorBoard's does, and the next call of its writer fails with the same error."""
    earlier = threading.excepthook

    def hook(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is None or not disk_trouble(arguments.exc_value):
            earlier(arguments)

    threading.excepthook = hook
    try:
        yield
    finally:
        threading.excepthook = earlier
