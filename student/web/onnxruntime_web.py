"""onnxruntime-web (MIT), as npm has it: what computes graphs in a browser."""

import shutil
import subprocess
import tarfile
from hashlib import sha256
from pathlib import Path

from speech import storage
from speech.errors import InputError
from speech.storage.temporaries import temporary_folder

PACKAGE = "onnxruntime-web@1.27.0"
FILES = {
    "ort.wasm.bundle.min.mjs": "1db5e1c5cd2b860eed85e6eeff23e2aaa7cffcc407f67093bcc888f631b94ba9",
    "ort-wasm-simd-threaded.wasm": "d1ab1b94b16a65b29d710d0b587b29e7bed336827577623913479b8afe8113e6",
}
"""what of it is needed, with its SHA-256"""


def onnxruntime_web() -> dict[str, bytes]:
    """The contents of `FILES`, from the user's cache or by npm.

    Raises:
        InputError: npm is missing or fails, or what it brings is something else.
    """
    folder = storage.cache_dir() / PACKAGE
    known = {name: folder / name for name in FILES}
    if not all(path.exists() for path in known.values()):
        for name, data in _by_npm().items():
            storage.write_bytes(known[name], data)
    contents = {name: path.read_bytes() for name, path in known.items()}
    for name, data in contents.items():
        if sha256(data).hexdigest() != FILES[name]:
            raise InputError(f"{known[name]} is not {PACKAGE}'s, by its SHA-256; remove {folder}")
    return contents


def _by_npm() -> dict[str, bytes]:
    npm = shutil.which("npm")
    if npm is None:
        raise InputError(
            f"npm is not installed, which brings {PACKAGE}: install Node.js (apt install npm)"
        )
    with temporary_folder() as folder:
        command = [npm, "pack", PACKAGE, "--silent"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        packed = [*Path(folder).glob("*.tgz")]
        if done.returncode or not packed:
            told = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise InputError(f"npm pack {PACKAGE} failed: {told[-1]:.200}")
        with tarfile.open(packed[0]) as archive:
            return {name: _member(archive, f"package/dist/{name}") for name in FILES}


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        file = archive.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise InputError(f"{PACKAGE} has no {name}")
    return file.read()
