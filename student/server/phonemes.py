"""`POST /v1/phonemes`: how a text is read, for pages that compute the speech themselves."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, Field

from speech.errors import Refused
from student.phrases import phrases
from student.server.catalog import Catalog
from student.server.errors import ERRORS, refused
from student.server.openai_api import check_text


class PhonemesBody(BaseModel):
    input: str = Field(description="The text.")
    model: str | None = Field(None, description="null: the first model.")


class Part(BaseModel):
    """What a student says in one go."""

    pause_s: float = Field(description="Seconds of silence before it.")
    phonemes: str = Field(description="In misaki's alphabet.")


class Phonemes(BaseModel):
    parts: list[Part]


def phonemes_router(catalog: Catalog, max_chars: int) -> APIRouter:
    """A text has at most `max_chars` characters."""
    router = APIRouter(prefix="/v1")
    one_at_a_time = asyncio.Lock()  # more would keep the event loop from the interpreter

    @router.post("/phonemes", responses=ERRORS)
    async def phonemes(body: PhonemesBody) -> Phonemes:
        """A text's phonemes, numbers and abbreviations read out."""
        model = catalog.first if body.model is None else catalog.model(body.model)
        check_text(body.input, max_chars)
        async with one_at_a_time:
            return await asyncio.to_thread(_read, body.input, catalog.language(model))

    return router


def _read(text: str, language: str) -> Phonemes:
    try:
        return Phonemes(parts=[Part(**phrase._asdict()) for phrase in phrases(text, language)])
    except Refused as refusal:
        raise refused(refusal) from refusal
