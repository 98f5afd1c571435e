"""The server as an ASGI application."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from student.server.cache import SpeechCache, open_store
from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine
from student.server.errors import tell_errors
from student.server.keys import read_keys
from student.server.metrics import Metrics
from student.server.openai_api import openai_router
from student.server.operations import add_operations
from student.server.page import page_router
from student.server.phonemes import phonemes_router
from student.server.readiness import Readiness
from student.server.wyoming import serving_wyoming
from student.server.wyoming_watch import WyomingWatch

ABOUT = """\
Speech by small models on this machine, as OpenAI's API speaks it: an app that knows that API needs
another `base_url` and nothing else. Every error is
`{"error": {"message", "type", "param", "code"}}`.
"""


def create_app(config: ServeConfig, catalog: Catalog, engine: Engine) -> FastAPI:
    """All that is asked by HTTP, and Wyoming beside it as long as the app runs.

    `app.state.readiness` drains it, `app.state.keys` are those that it asks for.

    Raises:
        InputError: keys, limits or addresses that cannot be used.
    """
    cache = SpeechCache(open_store(config.cache), engine)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        where = config.host, config.wyoming_port
        watch = WyomingWatch(metrics, readiness, config.log_text)
        async with serving_wyoming(*where, catalog, cache, config.max_chars, watch) as port:
            app.state.wyoming_port = port
            yield
        await cache.close()

    app = FastAPI(title="tts-distill", description=ABOUT, lifespan=lifespan)
    tell_errors(app)
    app.include_router(openai_router(catalog, cache, config.max_chars))
    app.include_router(phonemes_router(catalog, config.max_chars))
    app.include_router(page_router(catalog, config.max_chars))
    app.state.readiness = readiness = Readiness()
    metrics = Metrics(engine, cache, readiness)
    app.state.keys = keys = read_keys(config.keys, os.environ)
    add_operations(app, config, keys, metrics, readiness)
    return app
