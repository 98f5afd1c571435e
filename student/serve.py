"""Serve students over HTTP, as OpenAI's speech API.

models.mini=out/onnx                   another student than the embedded one
+models.mine=out/onnx                  one more
host=0.0.0.0 port=8080                 for other machines too
tls_cert=cert.pem tls_key=key.pem      https
"""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from speech.config import run_app
from speech.signals import finishing
from student.loading import load_student
from student.server.app import create_app
from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine
from student.server.listening import introduction, listen


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
    listening = listen(config)
    catalog = open_catalog(config)
    engine = Engine(config.threads or os.cpu_count() or 1, config.queue, config.deadline_s)
    app = create_app(config, catalog, engine)
    server = Server(
        uvicorn.Config(
            app,
            ssl_certfile=config.tls_cert,
            ssl_keyfile=config.tls_key,
            log_level="warning",
            access_log=False,
        ),
        listening,
    )
    print(introduction(config, catalog, listening), file=sys.stderr, flush=True)
    with finishing() as stop:

        def end() -> None:
            stop.wait()
            server.should_exit = True

        threading.Thread(target=end, daemon=True).start()
        server.run()
    engine.close()


def open_catalog(config: ServeConfig) -> Catalog:
    """Raises InputError: a model that is not there."""
    models = {name: load_student(location) for name, location in config.models.items()}
    return Catalog(models, config.model_aliases, config.voice_aliases)


if __name__ == "__main__":
    sys.exit(run_app(ServeConfig, "serve", main))
