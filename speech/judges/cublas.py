"""cuBLAS 12 for CTranslate2, beside the CUDA 13 that torch comes with.

CTranslate2's wheel has the CUDA runtime and its convolutions built in and opens one library by name,
`libcublas.so.12`, at its first product on a GPU. torch's wheels bring that of CUDA 13 alone. Once a
library of that name is in the process, the loader gives it to whoever asks for the name.
"""

import ctypes
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, files

from speech.errors import InputError

NAME = "libcublas.so.12"
WHEEL = "nvidia-cublas-cu12"
Load = Callable[[str, int], object]


def load_cublas(key: str, load: Load = ctypes.CDLL) -> None:
    """Have it in this process, from its wheel or, without that, from where the system keeps it.

    Raises:
        InputError: it is not on this machine; `key` is what asks for it.
    """
    try:
        load(_path() or NAME, ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise InputError(
            f"{key} is a GPU, on which CTranslate2 needs {NAME}, and that cannot be loaded "
            f"({error!s:.120}): pip install 'tts-distill[gpu]', or say {key}=cpu"
        ) from error


def _path() -> str | None:
    """Where the wheel has put it; what that needs itself lies beside it."""
    try:
        found = [file for file in files(WHEEL) or () if file.name == NAME]
    except PackageNotFoundError:
        return None
    return str(found[0].locate()) if found else None
