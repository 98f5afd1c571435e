"""A model that is instant and known to the sample, and a server around it in this process."""

import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from starlette.testclient import TestClient

from speech.audio.waveform import Wave
from speech.config import load_config
from speech.errors import Refused
from speech.synthesizer import Size, Speech, SynthesisRequest
from student.server.app import create_app
from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine

PIECES, PIECE = 4, 1200


class Beeps:
    """Noise that depends on all of a request, in pieces; counts those that it made."""

    name, revision, license = "beeps", "1", "CC0-1.0"
    voices, languages = ("high", "low"), ("en",)
    size = Size(0, 0)
    streams = True

    def __init__(self) -> None:
        self.made = 0

    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:
        if not request.text.strip():
            raise Refused("empty_text")
        noise = np.random.default_rng(zlib.crc32(repr(request).encode()))
        for _ in range(PIECES):
            self.made += 1
            yield noise.uniform(-0.5, 0.5, PIECE).astype(np.float32)

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        raise NotImplementedError


def config_of(*overrides: str) -> ServeConfig:
    return load_config(ServeConfig, "serve", overrides)


@contextmanager
def serving(*overrides: str, model: Beeps | None = None) -> Iterator[TestClient]:
    """A client of a server of `model`."""
    engine = Engine(threads=1, queue=8, deadline_s=10)
    app = create_app(config_of(*overrides), Catalog({"beeps": model or Beeps()}), engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
    engine.close()


def speech_of(client: TestClient, text: str = "Hello.", **more: object) -> "tuple[int, bytes]":
    """Status and body of a request for PCM."""
    body = {"model": "beeps", "input": text, "voice": "high", "response_format": "pcm", **more}
    answer = client.post("/v1/audio/speech", json=body)
    return answer.status_code, answer.content


def metric(client: TestClient, line: str) -> float:
    """A sample of /metrics by its name and labels, as they stand there."""
    lines = client.get("/metrics").text.splitlines()
    found = [float(each.rpartition(" ")[2]) for each in lines if each.startswith(f"{line} ")]
    assert len(found) == 1, f"{line} in {os.linesep.join(lines)}"
    return found[0]
