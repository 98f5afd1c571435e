"""What the folder consists of: the server's page with an engine in JavaScript, and what that loads."""

import json
from collections.abc import Mapping
from importlib.resources import files

from student.web.onnxruntime_web import onnxruntime_web
from student.web.tables import NETWORK, frontend_tables, network

FILES = "student-files.json"
"""what the page loads before it can speak, with sizes in bytes"""
STATIC, INDEX = "static", "index.html"
TABLES = "frontend.json.gz"


def web_files(student: Mapping[str, bytes]) -> dict[str, bytes]:
    """The folder's files by name, `FILES` and the page last; `student`: those of an export.

    Raises:
        InputError: as `onnxruntime_web`.
    """
    runtime = onnxruntime_web()
    loaded = {**student, TABLES: frontend_tables(), NETWORK: network()}
    loaded |= {name: data for name, data in runtime.items() if name.endswith(".wasm")}
    sizes = {name: len(data) for name, data in loaded.items()}
    page = scripts()
    index = page.pop(INDEX)
    beside = {f"{STATIC}/{name}": data for name, data in {**page, **runtime, **loaded}.items()}
    return {**beside, FILES: json.dumps(sizes, indent=1).encode(), INDEX: index}


def scripts() -> dict[str, bytes]:
    """The page's files, and in the place of its engine the one that needs no server."""
    folders = (files("student.server") / "page", files("student.web") / "browser")
    return {path.name: path.read_bytes() for folder in folders for path in folder.iterdir()}
