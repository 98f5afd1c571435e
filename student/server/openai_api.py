"""OpenAI's speech API: `POST /v1/audio/speech`, `GET /v1/models`, and the voices."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from speech.synthesizer import SynthesisRequest
from student.server.catalog import Catalog
from student.server.encode import FORMATS
from student.server.engine import Engine
from student.server.errors import ERRORS, ApiError
from student.server.responses import SpeechEvents, SpeechResponse

NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, and halves of characters, which JSON can write and UTF-8 cannot"""


class VoiceById(BaseModel):
    id: str


class SpeechBody(BaseModel):
    """What to say, and how."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "tts-1",
                    "voice": "alloy",
                    "input": "Hello there.",
                    "response_format": "mp3",
                }
            ]
        }
    )

    model: str = Field(description="One of `GET /v1/models`, or OpenAI's name for such a model.")
    input: str = Field(description="The text: a language and script that the model speaks.")
    voice: str | VoiceById = Field(
        description="One of `GET /v1/audio/voices`, OpenAI's name for a voice, or a mix: `a(2)+b(1)`."
    )
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = Field(
        "mp3", description="`opus` is in Ogg, `pcm` is signed 16-bit little-endian at 24 kHz, mono."
    )
    speed: Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)] = 1.0
    stream_format: Literal["audio", "sse"] = Field(
        "audio",
        description="`audio`: the file while it is made; `sse`: events with parts of it in base64.",
    )
    instructions: str | None = Field(None, description="Accepted, and not followed.")


SPOKEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The sound, sent while it is computed.",
        "content": {"audio/mpeg": {}, "text/event-stream": {}},
    },
    **ERRORS,
}


def openai_router(catalog: Catalog, engine: Engine, max_chars: int) -> APIRouter:
    """The routes under /v1; a text has at most `max_chars` characters."""
    router = APIRouter(prefix="/v1", tags=["OpenAI's API"])

    @router.post("/audio/speech", responses=SPOKEN, response_class=Response)
    async def speech(body: SpeechBody) -> Response:
        """Say a text. A text, a voice and a speed give the same sound each time, to the sample."""
        model = catalog.model(body.model)
        check_text(body.input, max_chars)
        asked = body.voice if isinstance(body.voice, str) else body.voice.id
        voice, language = catalog.voice(model, asked), catalog.language(model)
        request = SynthesisRequest(body.input, voice, language, speed=body.speed)
        pieces, encoder = engine.stream(catalog[model], request), FORMATS[body.response_format]()
        if body.stream_format == "sse":
            return SpeechEvents(pieces, encoder, len(body.input))
        return SpeechResponse(pieces, encoder)

    @router.get("/models")
    async def models() -> dict[str, object]:
        """The models by their own names."""
        return {"object": "list", "data": [_described(name) for name in catalog]}

    @router.get("/models/{model}", responses=ERRORS)
    async def one_model(model: str) -> dict[str, object]:
        """One model, by its own name or by OpenAI's for it."""
        return _described(catalog.model(model))

    @router.get("/audio/voices", responses=ERRORS)
    async def voices(
        model: Annotated[str | None, Query(description="null: the first model")] = None,
    ) -> dict[str, object]:
        """The voices of a model by their own names, and OpenAI's names for them."""
        name = catalog.first if model is None else catalog.model(model)
        return {
            "model": name,
            "languages": list(catalog[name].languages),
            "voices": list(catalog[name].voices),
            "aliases": catalog.voice_aliases(name),
        }

    def _described(name: str) -> dict[str, object]:
        return {"id": name, "object": "model", "created": 0, "owned_by": catalog[name].name}

    return router


def check_text(text: str, max_chars: int) -> None:
    """Raise ApiError (400) for a text that no model is asked to say."""
    if len(text) > max_chars:
        told = f"input has {len(text)} characters; allowed: {max_chars}"
        raise ApiError(400, told, code="string_above_max_length", param="input")
    if not text.strip():
        raise ApiError(400, "input has no text", code="empty_input", param="input")
    if found := NO_TEXT.search(text):
        told = f"input has U+{ord(found[0]):04X}, which no text has"
        raise ApiError(400, told, code="invalid_text", param="input")
