"""The `gs://` half of `speech.storage`, on google-cloud-storage.

An upload is atomic; with a generation precondition it is also safe to repeat, and a worker given up
for dead cannot overwrite its successor. The library retries 429 and 5xx by itself. It is imported
late: that takes a good part of a second.
"""

import io
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

import google_crc32c

from speech.errors import InputError
from speech.storage.local_files import Checksum, checksum_of

if TYPE_CHECKING:
    from google.cloud.storage import Blob, Client

SCHEME = "gs://"
CONNECTIONS = 32
"""requests in flight at once, for those who list or read from threads"""


@contextmanager
def _object(action: str, path: str) -> Iterator["Blob"]:
    """The object of a path; refusals by the server that a user can mend become one line."""
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError

    bucket, _, name = path.removeprefix(SCHEME).partition("/")
    if not bucket or not (name or action == "list"):
        raise InputError(f"cannot {action} {path!r}: the form is gs://bucket/name")
    try:
        yield _client(os.environ.get("STORAGE_EMULATOR_HOST")).bucket(bucket).blob(name)
    except exceptions.NotFound as error:
        raise InputError(f"cannot {action} {path!r}: there is no such object or bucket") from error
    except (exceptions.Forbidden, exceptions.Unauthorized, exceptions.BadRequest) as error:
        raise InputError(f"cannot {action} {path!r}: {' '.join(str(error).split())}") from error
    except GoogleAuthError as error:
        remedy = "log in with `gcloud auth application-default login`"
        raise InputError(f"cannot {action} {path!r}: no Google credentials; {remedy}") from error


@lru_cache(maxsize=4)
def _client(emulator: str | None) -> "Client":
    """One client for each endpoint; `emulator` is the key alone, the library reads it itself."""
    from google.cloud import storage
    from requests.adapters import HTTPAdapter

    client = storage.Client(project=None)
    adapter = HTTPAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)
    client._http.mount("https://", adapter)
    return client


def glob(pattern: str) -> list[str]:
    """The objects that match; filtered here, since emulators ignore `matchGlob`."""
    head = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    matches = re.compile(_regex(pattern)).fullmatch
    with _object("list", head) as start:
        blobs = start.client.list_blobs(start.bucket, prefix=start.name)
        names = [f"{SCHEME}{start.bucket.name}/{blob.name}" for blob in blobs]
    return [name for name in names if matches(name) and not name.endswith("/")]


def _regex(pattern: str) -> str:
    """`*` and `?` stay within one folder, `**/` crosses any number of them."""
    rules = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]/]+\])", pattern)
    return "".join(
        rules.get(part) or (part.replace("[!", "[^") if part[:1] == "[" else re.escape(part))
        for part in parts
    )


def exists(path: str) -> bool:
    with _object("read", path) as blob:
        return bool(blob.exists())


def list_files(folder: str) -> dict[str, int]:
    with _object("list", folder.rstrip("/") + "/") as start:
        blobs = start.client.list_blobs(start.bucket, prefix=start.name, delimiter="/")
        return {PurePosixPath(blob.name).name: int(blob.size) for blob in blobs}


def list_names(folder: str) -> set[str]:
    """Of objects and of what looks like folders, right under one."""
    with _object("list", folder.rstrip("/") + "/") as start:
        blobs = start.client.list_blobs(start.bucket, prefix=start.name, delimiter="/")
        found = [blob.name for blob in blobs]  # which fills in the prefixes
        return {PurePosixPath(name).name for name in (*found, *blobs.prefixes)}


def open_input(path: str) -> BinaryIO:
    """A seekable stream over the generation that is there now."""
    with _object("read", path) as blob:
        blob.reload()
        return cast(BinaryIO, blob.open("rb"))


def read_bytes(path: str) -> bytes:
    with _object("read", path) as blob:
        return bytes(blob.download_as_bytes())


def read_range(path: str, start: int, stop: int) -> bytes:
    with _object("read", path) as blob:
        return bytes(blob.download_as_bytes(start=start, end=stop - 1))


def download(path: str, target: Path) -> None:
    with _object("read", path) as blob:
        blob.download_to_filename(target)


def fingerprint(path: str) -> str:
    with _object("read", path) as blob:
        blob.reload()
        return f"{blob.size}:{blob.crc32c}"


def generation(path: str) -> int:
    """The version of the object that is there now, 0 for none."""
    with _object("read", path) as blob:
        seen = blob.bucket.get_blob(blob.name)
        return int(seen.generation) if seen else 0


def write_bytes(path: str, data: bytes, if_absent: bool) -> bool:
    """Whether `data` is what stands there now."""
    crc32c = b64encode(google_crc32c.Checksum(data).digest()).decode()
    return _upload(path, io.BytesIO(data), len(data), crc32c, 0 if if_absent else None)


def publish(local: Path, path: str, seen: int | None) -> Checksum:
    """Upload in place of generation `seen`, by default the present one.

    Raises:
        RuntimeError: another writer was first, with other content.
    """
    stamp = checksum_of(local)
    with local.open("rb") as stream:
        replaced = generation(path) if seen is None else seen
        if not _upload(path, stream, stamp.bytes, stamp.crc32c, replaced):
            raise RuntimeError(f"another worker wrote {path} meanwhile")
    local.unlink()
    return stamp


def _upload(path: str, stream: BinaryIO, size: int, crc32c: str, replaced: int | None) -> bool:
    """False if another generation than `replaced` is there, with other content.

    A 412 may follow our own success, when its reply was lost and the library tried again: equal
    content counts as written.
    """
    from google.api_core.exceptions import PreconditionFailed

    with _object("write", path) as blob:
        try:
            # with its size known, a small file is one request and not a resumable session
            blob.upload_from_file(stream, size=size, if_generation_match=replaced)
        except PreconditionFailed:
            there = blob.bucket.get_blob(blob.name)
            return there is not None and there.crc32c == crc32c
        return True


def delete(path: str) -> None:
    from google.api_core.exceptions import NotFound

    with _object("delete", path) as blob, suppress(NotFound):
        blob.delete()
