"""A seekable stream over an object on GCS; imported late, as the library is.

Each read asks for a range of one generation, and is tried again from the last byte that came; anew
where the library gives up at once, as it does when the body of an error is cut.
"""

from google.cloud.storage import Blob
from google.cloud.storage.fileio import BlobReader

from speech.storage.gcs_client import explained, retry


class Reader(BlobReader):  # type: ignore[misc]  # the library has no types
    """The library's stream, which tries for as long as all else here and says why it gave up."""

    def __init__(self, blob: Blob, path: str, fetch_bytes: int | None = None) -> None:
        super().__init__(blob, fetch_bytes, retry=retry())
        self._path = path

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes; all that is left by default, or for None.

        Raises:
            InputError: the object has been replaced or deleted since it was opened.
            Unavailable: the server stayed away.
        """
        here = self.tell()

        def attempt() -> bytes:
            self.seek(here)  # what was buffered is lost with a try that fails
            return bytes(BlobReader.read(self, -1 if size is None else size))

        with explained("read", self._path):
            return retry()(attempt)()
