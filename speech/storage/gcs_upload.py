"""Uploads to `gs://` that are safe to repeat, and are confirmed by the CRC32C of what is stored.

Up to 8 MiB are one request. More goes in chunks through a resumable session: a chunk that was cut
is sent again, and the server leaves out what it had. A session that the server has forgotten, or
whose position no longer fits, begins anew.
"""

from typing import TYPE_CHECKING, BinaryIO

from speech.storage.gcs_client import OUTAGE_S, object_at, retry

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.storage import Blob

CHUNK_BYTES = 16 << 20
"""sent again at most when a connection breaks, and held in memory"""


class _Damaged(Exception):
    """What is stored is not what was sent."""


def upload(
    path: str,
    stream: BinaryIO,
    size: int,
    crc32c: str,
    replaced: int | None,
    outage_s: float = OUTAGE_S,
) -> int | None:
    """Store `size` bytes in place of generation `replaced` (0: there is none; None: any).

    A 412 may follow our own success, when its reply was lost and the request was sent again; and a
    reply may be lost just before the server stays away. So equal content counts as written.

    Returns:
        The generation that holds this content; None if there is another than `replaced`.

    Raises:
        Unavailable: the server failed for `outage_s` at one request.
    """
    from google.api_core.exceptions import PreconditionFailed, RetryError

    with object_at("write", path, outage_s) as blob:
        blob.chunk_size = CHUNK_BYTES
        policy = retry().with_timeout(outage_s)

        def send() -> int:
            # with its size known, a small file is one request and not a resumable session
            blob.upload_from_file(
                stream, rewind=True, size=size, if_generation_match=replaced, retry=policy
            )
            if blob.crc32c != crc32c:
                raise _Damaged(f"{path} holds CRC32C {blob.crc32c}, not {crc32c}")
            return int(blob.generation)

        try:
            return policy.with_predicate(_is_to_begin_anew)(send)()
        except PreconditionFailed:
            return _generation_of(blob, size, crc32c, policy)
        except RetryError:
            if (stored := _generation_of(blob, size, crc32c, None)) is None:
                raise
            return stored


def _is_to_begin_anew(error: Exception) -> bool:
    from google.api_core.exceptions import GoogleAPICallError
    from google.cloud.storage.exceptions import DataCorruption

    if isinstance(error, GoogleAPICallError) and error.code in (404, 410):
        return "upload_id=" in str(getattr(error.response, "url", ""))  # no session, not no bucket
    # ValueError: the server has kept less of the last chunk than the library goes by
    return isinstance(error, ValueError | DataCorruption | _Damaged)


def _generation_of(blob: "Blob", size: int, crc32c: str, policy: "Retry | None") -> int | None:
    """The generation that is there, if it has this content; without a policy, by one request."""
    from google.api_core.exceptions import GoogleAPIError
    from requests import RequestException

    try:
        there = blob.bucket.get_blob(blob.name, retry=policy)
    except (GoogleAPIError, RequestException):
        if policy:
            raise
        return None
    if there is None or (there.size, there.crc32c) != (size, crc32c):
        return None
    return int(there.generation)
