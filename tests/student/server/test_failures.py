"""What clients see where the server cannot go on: before the sound begins, and after."""

import json
import threading
from collections.abc import Callable, Iterator

import httpx
import numpy as np
import openai
import pytest

from speech.audio.waveform import Wave
from speech.synthesizer import SynthesisRequest
from student.server.catalog import Catalog
from student.server.engine import Engine

ASKED = {"model": "mini", "voice": "alloy", "input": "Hello.", "response_format": "pcm"}
Install = Callable[[Callable[[], Iterator[Wave]]], None]


@pytest.fixture
def speak_by(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Have the server's model say something else."""

    def install(pieces: Callable[[], Iterator[Wave]]) -> None:
        def stream(request: SynthesisRequest) -> Iterator[Wave]:
            return pieces()

        monkeypatch.setattr(catalog["mini"], "stream", stream)

    return install


def breaks(after: int) -> Iterator[Wave]:
    for _ in range(after):
        yield np.zeros(24_000, np.float32)
    raise RuntimeError("out of order")


def test_a_model_that_fails_at_once_is_an_error(client: openai.OpenAI, speak_by: Install) -> None:
    speak_by(lambda: breaks(0))
    with pytest.raises(openai.InternalServerError, match="failed on this text") as failed:
        client.audio.speech.create(**ASKED)  # type: ignore[arg-type]
    assert failed.value.code == "model_failed"
    assert "out of order" not in str(failed.value)


def test_a_stream_that_breaks_is_not_taken_for_whole(address: str, speak_by: Install) -> None:
    speak_by(lambda: breaks(2))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{address}/v1/audio/speech", json=ASKED)
    events = httpx.post(f"{address}/v1/audio/speech", json={**ASKED, "stream_format": "sse"}).text
    told = [json.loads(line.removeprefix("data: ")) for line in events.split("\n\n") if line]
    assert [event["type"] for event in told] == ["speech.audio.delta"] * 2 + ["error"]
    assert told[-1]["error"]["code"] == "model_failed"


def test_nothing_to_say_is_an_empty_file(address: str, speak_by: Install) -> None:
    speak_by(lambda: iter(()))
    for form, size in (("pcm", 0), ("wav", 44)):
        response = httpx.post(f"{address}/v1/audio/speech", json={**ASKED, "response_format": form})
        assert (response.status_code, len(response.content)) == (200, size)


def test_a_full_queue_and_a_deadline_are_told(
    client: openai.OpenAI, engine: Engine, speak_by: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def waits() -> Iterator[Wave]:
        gate.wait(30)
        yield np.zeros(24_000, np.float32)

    speak_by(waits)
    monkeypatch.setattr(engine, "deadline_s", 0.2)
    with pytest.raises(openai.InternalServerError) as late:
        client.audio.speech.create(**ASKED)  # type: ignore[arg-type]
    assert (late.value.status_code, late.value.code) == (504, "deadline_exceeded")
    monkeypatch.setattr(engine, "queue", 0)
    with pytest.raises(openai.RateLimitError) as full:
        client.audio.speech.create(**ASKED)  # type: ignore[arg-type]
    assert full.value.code == "queue_full"
    assert full.value.response.headers["retry-after"] == "1"
    gate.set()
