"""What the folder consists of: the server's page with an engine in JavaScript, and what that loads."""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files

from student.web.onnxruntime_web import FILES as RUNTIME
from student.web.onnxruntime_web import onnxruntime_web
from student.web.tables import NETWORK, frontend_tables, network

FILES = "student-files.json"
"""what the page loads before it can speak, with sizes in bytes"""
TABLES = "frontend.json.gz"


def web_files(student: Mapping[str, bytes]) -> dict[str, bytes]:
    """The folder's files by name, `FILES` last; `student`: those of an export.

    Raises:
        InputError: as `onnxruntime_web`.
    """
    runtime = onnxruntime_web()
    loaded = {**student, TABLES: frontend_tables(), NETWORK: network()}
    loaded |= {name: data for name, data in runtime.items() if name.endswith(".wasm")}
    sizes = {name: len(data) for name, data in loaded.items()}
    return {**scripts(), **runtime, **loaded, FILES: json.dumps(sizes, indent=1).encode()}


def file_names(student: Iterable[str]) -> list[str]:
    """Of all that `web_files` writes before `FILES`."""
    return [*scripts(), *RUNTIME, *student, TABLES, NETWORK]


def scripts() -> dict[str, bytes]:
    """The page's files, and in the place of its engine the one that needs no server."""
    folders = (files("student.server") / "page", files("student.web") / "browser")
    return {path.name: path.read_bytes() for folder in folders for path in folder.iterdir()}
