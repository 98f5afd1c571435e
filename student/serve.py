"""Serve students over HTTP, as OpenAI's speech API.

  models.mini=out/onnx               another student than the embedded one
  +models.mine=out/onnx              one more
  host=0.0.0.0 port=8080             for other machines too
  tls_cert=cert.pem tls_key=key.pem  https
  new_key=alice                      make an API key, and the line for the file keys.file=...
Ctrl-C, or SIGTERM, finishes what is begun and ends it.
"""

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from speech.config import run_app
from speech.machine import cores
from speech.signals import serving
from speech.synthesizer import SynthesisRequest
from student.loading import load_student
from student.server.app import create_app
from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine
from student.server.keys import make_key, open_door, read_keys
from student.server.listening import introduction, listen
from student.server.operations import logged_to_stderr
from student.server.readiness import Readiness
from student.synthesizer import WARM_UP

SWITCH_S = 0.0005
"""after which a thread that computes hands the interpreter to the event loop: of Python's own five
milliseconds a first piece would wait several"""
CLOSING_S = 1
"""that connections get to close, once their requests are answered"""


class Server(uvicorn.Server):
    """uvicorn's on a socket that listens already; leaves signals to `speech.signals`."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket) -> None:
        super().__init__(config)
        self.listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([self.listening])

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(config: ServeConfig) -> None:
    if config.new_key is not None:
        print_key(config.new_key)
        return
    read_keys(config.keys, os.environ)  # a mistake is told before models are loaded
    listening = listen(config)
    run_server(config, open_catalog(config), listening)


def run_server(config: ServeConfig, catalog: Catalog, listening: socket.socket) -> None:
    """Until a signal tells it to end."""
    with logged_to_stderr(config.log_text):
        _run(config, catalog, listening)


def _run(config: ServeConfig, catalog: Catalog, listening: socket.socket) -> None:
    sys.setswitchinterval(SWITCH_S)
    warm_up(catalog)
    engine = Engine(config.threads or cores(), config.queue, config.deadline_s)
    app = create_app(config, catalog, engine)
    server = Server(
        uvicorn.Config(
            app,
            ssl_certfile=config.tls_cert,
            ssl_keyfile=config.tls_key,
            log_config=None,
            access_log=False,
            proxy_headers=bool(config.proxies),
            forwarded_allow_ips=list(config.proxies),
            timeout_graceful_shutdown=CLOSING_S,
        ),
        listening,
    )
    if warning := open_door(config.host, app.state.keys, config.wyoming_port):
        print(warning, file=sys.stderr)
    print(introduction(config, catalog, listening), file=sys.stderr, flush=True)
    with serving() as stop:
        asyncio.run(serve(server, app.state.readiness, stop, config.drain_s))
    engine.close()


async def serve(
    server: Server, readiness: Readiness, stop: threading.Event, drain_s: float
) -> None:
    """Until `stop` is set and what was begun is answered, or `drain_s` are over."""

    async def end() -> None:
        await readiness.drain(stop, drain_s)
        server.should_exit = True

    ending = asyncio.create_task(end())
    await server.serve()
    ending.cancel()


def print_key(name: str) -> None:
    """The key to its holder, and to whoever runs the server the line that lets the holder in."""
    key, line = make_key(name)
    print(f"{key}\n{line}")
    print(
        "the first is the key, shown only now; the second goes into keys.file=...", file=sys.stderr
    )


def warm_up(catalog: Catalog) -> None:
    """The first sentence takes a second longer than others: nobody is to wait for it."""
    for name, model in catalog.items():
        for _ in model.stream(SynthesisRequest(WARM_UP, None, catalog.language(name))):
            pass


def open_catalog(config: ServeConfig) -> Catalog:
    """Raises InputError: a model that is not there."""
    models = {name: load_student(location) for name, location in config.models.items()}
    return Catalog(models, config.model_aliases, config.voice_aliases)


if __name__ == "__main__":
    sys.exit(run_app(ServeConfig, "serve", main))
