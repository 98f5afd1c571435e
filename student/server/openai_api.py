"""OpenAI's speech API: `POST /v1/audio/speech`, `GET /v1/models`, and the voices."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from speech.synthesizer import SynthesisRequest
from student.server.cache import Speaking
from student.server.catalog import Catalog
from student.server.encode import encoder
from student.server.errors import ApiError
from student.server.request_watch import note_speech
from student.server.responses import SpeechResponse


class VoiceById(BaseModel):
    id: str


class SpeechBody(BaseModel):
    model: str
    input: str
    voice: str | VoiceById
    response_format: Literal["wav", "pcm"] = "wav"
    speed: Annotated[float, Field(ge=0.25, le=4)] = 1.0
    instructions: str | None = None


def openai_router(catalog: Catalog, engine: Speaking, max_chars: int) -> APIRouter:
    """The routes under /v1."""
    router = APIRouter(prefix="/v1")

    @router.post("/audio/speech")
    async def speech(body: SpeechBody, http: Request) -> Response:
        model = catalog.model(body.model)
        note_speech(http.scope["state"], model, body.response_format, body.input)
        if len(body.input) > max_chars:
            told = f"input has {len(body.input)} characters; allowed: {max_chars}"
            raise ApiError(400, told, code="string_above_max_length", param="input")
        asked = body.voice if isinstance(body.voice, str) else body.voice.id
        voice = catalog.voice(model, asked)
        request = SynthesisRequest(body.input, voice, catalog.language(model), speed=body.speed)
        return SpeechResponse(engine.stream(catalog[model], request), encoder(body.response_format))

    @router.get("/models")
    async def models() -> dict[str, object]:
        return {"object": "list", "data": [_model(name) for name in catalog]}

    @router.get("/models/{id}")
    async def model(id: str) -> dict[str, object]:
        return _model(catalog.model(id))

    @router.get("/audio/voices")
    async def voices() -> dict[str, object]:
        return {"voices": list(catalog[catalog.first].voices)}

    return router


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "tts-distill"}
