"""A server on a free port with the embedded student, one for all of its tests, and its client."""

import threading
import time
from collections.abc import Iterator

import openai
import pytest
import uvicorn

from speech.config import load_config
from student.loading import load_student
from student.server.app import create_app
from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine

QUEUE = 64


@pytest.fixture(scope="session")
def serve_config() -> ServeConfig:
    return load_config(ServeConfig, "serve", ["port=0", f"queue={QUEUE}", "cache.bytes=0"])


@pytest.fixture(scope="session")
def catalog(serve_config: ServeConfig) -> Catalog:
    models = {name: load_student(path) for name, path in serve_config.models.items()}
    return Catalog(models, serve_config.model_aliases, serve_config.voice_aliases)


@pytest.fixture(scope="session")
def engine(serve_config: ServeConfig) -> Iterator[Engine]:
    engine = Engine(2, serve_config.queue, serve_config.deadline_s)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def address(serve_config: ServeConfig, catalog: Catalog, engine: Engine) -> Iterator[str]:
    """http://127.0.0.1:PORT"""
    app = create_app(serve_config, catalog, engine)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        yield client
