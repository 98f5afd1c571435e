"""Libraries that warn a command's user: what it prints is to be its own all the same."""

import os
from pathlib import Path

PLANTED = """
import builtins, os

find, met = builtins.__import__, set()

def noisy_import(name, *rest, **more):
    module = find(name, *rest, **more)
    if name in ("soundfile", "onnxruntime", "torch") and name not in met:
        met.add(name)
        import logging, warnings
        for kind in (DeprecationWarning, FutureWarning, UserWarning):
            warnings.warn_explicit(f"planted {kind.__name__}", kind, "__main__", 1)
        logging.getLogger("a.library").warning("planted in a log")
        logging.warning("planted, and all that is logged from now on")  # by logging.basicConfig
        with open(os.environ["NOISE_HEARD"], "a") as stream:
            stream.write(name + " ")
    return module

builtins.__import__ = noisy_import
"""


def noisy(folder: Path) -> dict[str, str]:
    """An environment whose Python plants warnings and log lines when it imports some libraries, and
    tells in folder/heard that it did."""
    folder.joinpath("sitecustomize.py").write_text(PLANTED)
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "NOISE_HEARD": f"{folder}/heard"}
