"""The server as an ASGI application."""

from fastapi import FastAPI

from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine
from student.server.errors import tell_errors
from student.server.openai_api import openai_router
from student.server.page import page_router


def create_app(config: ServeConfig, catalog: Catalog, engine: Engine) -> FastAPI:
    app = FastAPI(title="tts-distill", description="Speech as OpenAI's API speaks it.")
    tell_errors(app)
    app.include_router(openai_router(catalog, engine, config.max_chars))
    app.include_router(page_router(catalog, config.max_chars))
    return app
