"""`stream_format=sse` on the wire and as the official client reads it: the events that OpenAI's API
reference documents (speech.audio.delta, speech.audio.done), with their fields and no others."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Literal

import numpy as np
import openai
import pytest
from beeps import PIECE, PIECES, Beeps, serving, speech_of
from starlette.testclient import TestClient

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.synthesizer import SynthesisRequest
from student.server.encode import FORMATS

TEXT = "Hello there."


class Usage(openai.BaseModel):
    input_tokens: int
    output_tokens: int
    total_tokens: int


class SpeechEvent(openai.BaseModel):
    """Of both events, whose types the client does not have."""

    type: Literal["speech.audio.delta", "speech.audio.done"]
    audio: str | None = None
    usage: Usage | None = None


class Breaking(Beeps):
    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:
        yield np.zeros(PIECE, np.float32)
        raise RuntimeError("a fault of ours")


def body(**more: object) -> dict[str, object]:
    return {"model": "beeps", "voice": "high", "input": TEXT, "stream_format": "sse", **more}


def events(server: TestClient, **more: object) -> Iterator[SpeechEvent]:
    """As the client decodes every stream of events."""
    client = openai.OpenAI(
        base_url="http://testserver/v1", api_key="none", http_client=server, max_retries=0
    )
    return client.post(
        "/audio/speech",
        cast_to=SpeechEvent,
        body=body(**more),
        stream=True,
        stream_cls=openai.Stream[SpeechEvent],
    )


def unnumbered(data: bytes) -> bytes:
    """Without the number that each Ogg file draws, and the checksum of its pages."""
    return re.sub(rb"(OggS.{10}).{4}(.{4}).{4}", rb"\1\2", data, flags=re.DOTALL)


@pytest.mark.parametrize("name", FORMATS)
def test_deltas_are_the_file_in_base64_and_done_has_its_usage(name: str) -> None:
    with serving() as server:
        whole = speech_of(server, TEXT, response_format=name)[1]
        *deltas, done = events(server, response_format=name)
    assert deltas
    assert all(delta.to_dict().keys() == {"type", "audio"} for delta in deltas)
    assert {delta.type for delta in deltas} == {"speech.audio.delta"}
    data = b"".join(base64.b64decode(str(delta.audio), validate=True) for delta in deltas)
    assert unnumbered(data) == unnumbered(whole)
    hundredths = round(100 * PIECES * PIECE / SAMPLE_RATE)
    assert done.to_dict() == {
        "type": "speech.audio.done",
        "usage": {
            "input_tokens": len(TEXT),
            "output_tokens": hundredths,
            "total_tokens": len(TEXT) + hundredths,
        },
    }


def test_on_the_wire_each_event_is_a_line_of_data_and_a_blank_one() -> None:
    with serving() as server:
        answer = server.post("/v1/audio/speech", json=body(response_format="pcm"))
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *blocks, rest = answer.text.split("\n\n")
    assert rest == ""
    assert len(blocks) == PIECES + 1  # each piece when it is made, then what it took
    for block in blocks:
        name, _, data = block.partition(": ")
        assert name == "data"
        assert isinstance(json.loads(data), dict)


def test_a_failure_half_way_is_the_clients_error() -> None:
    with serving(model=Breaking()) as server:
        stream = events(server, response_format="pcm")
        assert next(stream).type == "speech.audio.delta"
        with pytest.raises(openai.APIError, match="the model failed on this text") as failed:
            list(stream)
    assert failed.value.code == "model_failed"
