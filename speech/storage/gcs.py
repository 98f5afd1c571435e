"""The `gs://` half of `speech.storage`, on google-cloud-storage.

An upload is atomic; with a generation precondition it is also safe to repeat, and a worker given up
for dead cannot overwrite its successor.
"""

import io
import re
import shutil
from base64 import b64encode
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

import google_crc32c

from speech.errors import Unavailable
from speech.storage.gcs_client import OUTAGE_S, SCHEME, object_at, retry
from speech.storage.gcs_upload import upload
from speech.storage.local_files import Checksum, checksum_of

if TYPE_CHECKING:
    from google.cloud.storage import Blob

READ_BYTES = 8 << 20


def glob(pattern: str) -> list[str]:
    """The objects that match; filtered here, since emulators ignore `matchGlob`."""
    head = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    matches = re.compile(_regex(pattern)).fullmatch
    with object_at("list", head) as start:
        blobs = start.client.list_blobs(start.bucket, prefix=start.name, retry=retry())
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
    with object_at("read", path) as blob:
        return bool(blob.exists(retry=retry()))


def list_files(folder: str) -> dict[str, int]:
    return {PurePosixPath(blob.name).name: int(blob.size) for blob in _right_under(folder)[0]}


def list_names(folder: str) -> set[str]:
    """Of objects and of what looks like folders, right under one."""
    blobs, folders = _right_under(folder)
    return {PurePosixPath(name).name for name in (*(blob.name for blob in blobs), *folders)}


def _right_under(folder: str) -> tuple[list["Blob"], set[str]]:
    """Without the empty objects that consoles and gcsfuse make for folders, named as those are."""
    with object_at("list", f"{SCHEME}{folder.removeprefix(SCHEME).rstrip('/')}/") as start:
        found = start.client.list_blobs(
            start.bucket, prefix=start.name, delimiter="/", retry=retry()
        )
        blobs = [blob for blob in found if not blob.name.endswith("/")]
        return blobs, found.prefixes  # which the reading fills in


def open_input(path: str, fetch_bytes: int | None = None) -> BinaryIO:
    """A seekable stream over the generation that is there now."""
    from speech.storage.gcs_reader import Reader

    with object_at("read", path) as blob:
        blob.reload(retry=retry())
        return cast(BinaryIO, Reader(blob, path, fetch_bytes))


def read_bytes(path: str) -> bytes:
    with object_at("read", path) as blob:
        return _content(blob)


def _content(blob: "Blob") -> bytes:
    """Twice tried again: the library gives up at once when the body of an error is cut."""
    return bytes(retry()(blob.download_as_bytes)(retry=retry()))


def read_version(path: str) -> tuple[int, bytes] | None:
    """A small object and its generation; None where there is none, or it went meanwhile."""
    from google.api_core.exceptions import NotFound

    with object_at("read", path) as blob, suppress(NotFound):
        if there := blob.bucket.get_blob(blob.name, retry=retry()):
            return int(there.generation), _content(there)
    return None


def read_range(path: str, start: int, stop: int) -> bytes:
    with object_at("read", path) as blob:
        return bytes(blob.download_as_bytes(start=start, end=stop - 1, retry=retry()))


def download(path: str, target: Path) -> None:
    """In ranges, so that the time allowed is for each and not for a large file as a whole."""
    from speech.storage.gcs_reader import Reader

    with object_at("read", path) as blob:
        blob.reload(retry=retry())
        with Reader(blob, path) as stream, target.open("wb") as copy:
            shutil.copyfileobj(stream, copy, READ_BYTES)
    if (came := checksum_of(target)).crc32c != blob.crc32c:
        raise Unavailable(f"{path} came damaged: CRC32C {came.crc32c}, not {blob.crc32c}")


def fingerprint(path: str) -> str:
    with object_at("read", path) as blob:
        blob.reload(retry=retry())
        return f"{blob.size}:{blob.crc32c}"


def generation(path: str) -> int:
    """The version of the object that is there now, 0 for none."""
    with object_at("read", path) as blob:
        seen = blob.bucket.get_blob(blob.name, retry=retry())
        return int(seen.generation) if seen else 0


def write_bytes(path: str, data: bytes, if_absent: bool) -> bool:
    """Whether `data` is what stands there now."""
    return replace(path, data, 0 if if_absent else None) is not None


def replace(path: str, data: bytes, seen: int | None, outage_s: float = OUTAGE_S) -> int | None:
    """Write in place of generation `seen` alone; see `upload`."""
    crc32c = b64encode(google_crc32c.Checksum(data).digest()).decode()
    return upload(path, io.BytesIO(data), len(data), crc32c, seen, outage_s)


def publish(local: Path, path: str, seen: int | None) -> Checksum:
    """Upload in place of generation `seen`, by default the present one.

    The local file is removed once the server has confirmed what it stored.

    Raises:
        RuntimeError: another writer was first, with other content.
    """
    stamp = checksum_of(local)
    replaced = generation(path) if seen is None else seen
    with local.open("rb") as stream:
        if upload(path, stream, stamp.bytes, stamp.crc32c, replaced) is None:
            raise RuntimeError(f"another worker wrote {path} meanwhile")
    local.unlink()
    return stamp


def delete(path: str, seen: int | None = None, outage_s: float = OUTAGE_S) -> None:
    """Remove the generation `seen`, by default the present one; gone or replaced is no error.

    So a request that is repeated after its reply was lost spares what was written in between.
    """
    from google.api_core.exceptions import NotFound, PreconditionFailed

    seen = generation(path) if seen is None else seen
    if not seen:
        return
    with object_at("delete", path, outage_s) as blob, suppress(NotFound, PreconditionFailed):
        blob.delete(if_generation_match=seen, retry=retry().with_timeout(outage_s))
