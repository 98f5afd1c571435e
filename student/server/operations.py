"""What running a server needs beside speech: who may ask, how often, what was asked, how it is."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Literal, TypeAlias

from fastapi import FastAPI, Response
from starlette.middleware.cors import CORSMiddleware

from student.server.config import ServeConfig
from student.server.guard import OPEN, Guard
from student.server.keys import KeyRing
from student.server.metrics import Metrics
from student.server.rate_limit import RateLimit
from student.server.readiness import Readiness
from student.server.request_watch import RequestWatch

ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def add_operations(
    app: FastAPI, config: ServeConfig, keys: KeyRing, metrics: Metrics, readiness: Readiness
) -> None:
    """/healthz, /readyz and /metrics, and what every request passes: seen by the watch, then by CORS,
    then by the guard."""
    _add_routes(app, metrics, readiness, config.metrics)
    app.add_middleware(
        Guard,
        readiness=readiness,
        keys=keys,
        rate_limit=RateLimit(config.rate_limit),
        max_body_bytes=config.max_body_bytes,
        open_paths=OPEN | ({"/metrics"} if config.metrics == "open" else set()),
    )
    if config.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=config.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
        )
    app.add_middleware(RequestWatch, metrics=metrics, readiness=readiness, log_text=config.log_text)


def _add_routes(
    app: FastAPI,
    metrics: Metrics,
    readiness: Readiness,
    metrics_are: Literal["open", "keys", "off"],
) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process lives."""
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        """It takes work; 503 where it is about to end."""
        readiness.check()
        return {"status": "ready"}

    if metrics_are != "off":

        @app.get("/metrics", include_in_schema=False)
        def page() -> Response:
            return metrics.page()


class LogLines(logging.Formatter):
    """What failed is told by its type and place alone: what it says may hold the text."""

    def __init__(self, log_text: bool) -> None:
        super().__init__("%(asctime)s %(message)s")
        self.log_text = log_text

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802
        if self.log_text or ei[0] is None:
            return super().formatException(ei)
        return "".join([*traceback.format_tb(ei[2]), ei[0].__name__])


@contextmanager
def logged_to_stderr(log_text: bool) -> Iterator[None]:
    """A line for each request, and for each service that is away; uvicorn's warnings.

    Nothing of it is left in a process that goes on, as one of tests, whose stderr is another then.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LogLines(log_text))
    levels = {"student.server": logging.INFO, "uvicorn": logging.WARNING}
    loggers = {name: logging.getLogger(name) for name in levels}
    before = {name: (logger.level, logger.propagate) for name, logger in loggers.items()}
    for name, logger in loggers.items():
        logger.addHandler(handler)
        logger.setLevel(levels[name])
        logger.propagate = False
    try:
        yield
    finally:
        for name, logger in loggers.items():
            logger.removeHandler(handler)
            level, logger.propagate = before[name]
            logger.setLevel(level)  # what is enabled is remembered, and forgotten by this alone
