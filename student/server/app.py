"""The server as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine
from student.server.errors import tell_errors
from student.server.openai_api import openai_router
from student.server.page import page_router
from student.server.phonemes import phonemes_router
from student.server.wyoming import serving_wyoming

ABOUT = """\
Speech by small models on this machine, as OpenAI's API speaks it: an app that knows that API needs
another `base_url` and nothing else. Every error is
`{"error": {"message", "type", "param", "code"}}`.
"""


def create_app(config: ServeConfig, catalog: Catalog, engine: Engine) -> FastAPI:
    """All that is asked by HTTP; and Wyoming beside it, as long as the app runs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        where = config.host, config.wyoming_port
        async with serving_wyoming(*where, catalog, engine, config.max_chars) as port:
            app.state.wyoming_port = port
            yield

    app = FastAPI(title="tts-distill", description=ABOUT, lifespan=lifespan)
    tell_errors(app)
    app.include_router(openai_router(catalog, engine, config.max_chars))
    app.include_router(phonemes_router(catalog, config.max_chars))
    app.include_router(page_router(catalog, config.max_chars))
    return app
