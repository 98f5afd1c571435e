"""Files wherever they are: local paths, `gs://bucket/name` and `package://module.name/file`.

`package://` reaches the files inside installed Python packages and is read-only. What a user can
mend (a missing file, no permission, a full disk) is an `InputError`. A server that is busy, failing
or out of reach is asked again for minutes, with growing random waits, and is `Unavailable` then:
that is left to the runner, which tries the work again.
"""

import glob as local_glob
import importlib.util
import os
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from speech.errors import InputError
from speech.seeds import short_id
from speech.storage import gcs, local_files
from speech.storage.gcs_client import SCHEME
from speech.storage.local_files import Checksum, checksum_of
from speech.storage.temporaries import remove_stale, temporary_file

Location = str | Path
PACKAGE = "package://"
COLUMN_FETCH_BYTES = 1 << 16
"""for `open_input`, by readers of some columns of Parquet: Arrow asks for each whole, and what a
request fetches beyond that is audio"""


def join(base: Location, *parts: str) -> str:
    """The path of something under `base`, whatever the scheme."""
    return "/".join([str(base).rstrip("/"), *(part.strip("/") for part in parts)])


def is_gcs(path: Location) -> bool:
    return str(path).startswith(SCHEME)


def glob(pattern: Location) -> list[str]:
    """The files that match (`*`, `?`, `[a-z]`, `**` for any depth), sorted.

    A path without wildcards gives itself.

    Raises:
        InputError: nothing matches.
    """
    pattern = str(pattern)
    if exists(pattern):
        return [pattern]
    if is_gcs(pattern):
        found = gcs.glob(pattern)
    else:
        found = [path for path in _local_glob(pattern) if _local(path).is_file()]
    if not found:
        raise InputError(f"no file matches {pattern!r}")
    return sorted(found)


def _local_glob(pattern: str) -> list[str]:
    if not pattern.startswith(PACKAGE):
        return local_glob.glob(os.path.expanduser(pattern), recursive=True)
    module, _, inside = pattern.removeprefix(PACKAGE).partition("/")
    root = _local(f"{PACKAGE}{module}/")
    matches = local_glob.glob(inside, root_dir=root, recursive=True)
    return [f"{PACKAGE}{module}/{match}" for match in matches]


def exists(path: Location) -> bool:
    """Whether there is a file (or, locally, a directory) of this name."""
    if is_gcs(path):
        return gcs.exists(str(path))
    local = _local(path)
    with local_files.explained("look for", local):  # a name that is too long
        return local.exists()


def list_files(prefix_dir: Location) -> dict[str, int]:
    """Name -> bytes of the files right under a directory, hidden ones left out; {} if missing."""
    if is_gcs(prefix_dir):
        sizes = gcs.list_files(str(prefix_dir))
    else:
        sizes = local_files.list_files(_local(prefix_dir))
    return {name: size for name, size in sizes.items() if not name.startswith(".")}


def check_readable(path: Location, key: str) -> None:
    """Raises InputError: `key` names a file that is not there, or that cannot be opened."""
    try:
        open_input(path).close()
    except InputError as error:
        raise InputError(f"{key}={path}: {error}") from error


def list_names(folder: Location) -> set[str]:
    """The names of files and folders right under a folder, hidden ones too; {} if missing.

    Raises:
        InputError: it is a file, or cannot be listed.
    """
    if is_gcs(folder):
        return gcs.list_names(str(folder))
    local = _local(folder)
    if not os.path.lexists(local):
        return set()
    with local_files.explained("list", local):
        return set(os.listdir(local))


def open_input(path: Location, fetch_bytes: int | None = None) -> BinaryIO:
    """A seekable binary stream; on GCS, over the object as it is now.

    Args:
        fetch_bytes: what a request to GCS asks for at least, by default 40 MiB; little, where the
            caller itself reads in large blocks.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    if is_gcs(path):
        return gcs.open_input(str(path), fetch_bytes)
    return local_files.open_input(_local(path))


def read_bytes(path: Location) -> bytes:
    """The whole file; raises as `open_input` does."""
    if is_gcs(path):
        return gcs.read_bytes(str(path))
    with open_input(path) as stream, local_files.explained("read", _local(path)):
        return stream.read()


def read_range(path: Location, start: int, stop: int) -> bytes:
    """Bytes `start` to `stop` of a file, fewer where it ends before; raises as `open_input` does."""
    if is_gcs(path):
        return gcs.read_range(str(path), start, stop)
    with open_input(path) as stream, local_files.explained("read", _local(path)):
        stream.seek(start)
        return stream.read(stop - start)


def fingerprint(path: Location) -> str:
    """ "bytes:crc32c" of the content, the CRC in base64; from metadata alone on GCS."""
    if is_gcs(path):
        return gcs.fingerprint(str(path))
    size, crc32c = local_files.size_and_crc32c(_local(path))
    return f"{size}:{crc32c}"


def generation(path: Location) -> int:
    """Which version of an object is there on GCS, 0 for none; always 0 for a local file."""
    return gcs.generation(str(path)) if is_gcs(path) else 0


def local_path(path: Location, sha256: str | None = None) -> Path:
    """A local file with the content: the file itself, or a download kept in the user's cache.

    Raises:
        InputError: there is no such file, or its SHA-256 is not the one expected.
    """
    if is_gcs(path):
        return _download(str(path), sha256)
    local = _local(path)
    with local_files.open_input(local):
        _check_sha256(path, local, sha256)
    return local


def _download(path: str, sha256: str | None) -> Path:
    """The cached copy; its name is the expected hash, or one of the path and the fingerprint."""
    key = sha256 or short_id(path, fingerprint(path))
    target = cache_dir() / f"{key}{PurePosixPath(path).suffix}"
    if target.exists() and (sha256 is None or checksum_of(target).sha256 == sha256):
        return target
    with local_files.explained("write", target):
        target.parent.mkdir(parents=True, exist_ok=True)
    remove_stale(target.parent)
    with local_files.explained("write", target), temporary_file(target) as temporary:
        gcs.download(path, temporary)
        _check_sha256(path, temporary, sha256)
        local_files.commit(temporary, target)
    return target


def _check_sha256(path: Location, local: Path, expected: str | None) -> None:
    if expected and (actual := checksum_of(local).sha256) != expected:
        raise InputError(f"{path} has SHA-256 {actual}, not {expected}: damaged, or another file")


def cache_dir() -> Path:
    """Where downloads are kept: tts-distill under $XDG_CACHE_HOME or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tts-distill"


def write_bytes(path: Location, data: bytes, if_absent: bool = False) -> bool:
    """Write a small file so that readers see all of it or nothing.

    Returns:
        Whether `data` is what stands there now: False if `if_absent` met other content.
    """
    if is_gcs(path):
        return gcs.write_bytes(str(path), data, if_absent)
    return local_files.write_bytes(_writable(path), data, if_absent)


def publish(local: Path, path: Location, seen: int | None = None) -> Checksum:
    """Give a finished local file its final name in one step, replacing what is there.

    For a local output, `local` is on the same file system. On GCS, `seen` is the `generation` that
    may be replaced, by default the present one: taken when work begins, it keeps a worker that was
    given up for dead from overwriting its successor's file.

    Raises:
        RuntimeError: another writer was first, with other content; the work is to be tried again.
    """
    if is_gcs(path):
        return gcs.publish(local, str(path), seen)
    stamp = checksum_of(local)
    local_files.commit(local, _writable(path))
    return stamp


def delete(path: Location) -> None:
    """Remove a file; one that is not there is no error."""
    if is_gcs(path):
        gcs.delete(str(path))
        return
    local = _writable(path)
    with local_files.explained("delete", local):
        local.unlink(missing_ok=True)


def delete_folder(folder: Location) -> None:
    """Remove the files right under a folder, and locally the folder; a missing one is no error."""
    for name in list_names(folder):
        delete(join(folder, name))
    if not is_gcs(folder):
        with suppress(OSError):  # there is none, or a file came meanwhile
            _local(folder).rmdir()


def _local(path: Location) -> Path:
    """The local file that a path or a package:// name stands for."""
    text = str(path)
    if not text.startswith(PACKAGE):
        if "://" in text:
            raise InputError(f"cannot use {text!r}: allowed are local paths, gs:// and package://")
        return Path(os.path.expanduser(text))
    module, _, inside = text.removeprefix(PACKAGE).partition("/")
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise InputError(f"cannot read {text!r}: no package {module!r} is installed")
    if ".." in PurePosixPath(inside).parts:
        raise InputError(f"cannot read {text!r}: it leaves the package")
    return Path(next(iter(spec.submodule_search_locations))) / inside


def _writable(path: Location) -> Path:
    if str(path).startswith(PACKAGE):
        raise InputError(f"cannot write {path}: the files of packages are read-only")
    return _local(path)
