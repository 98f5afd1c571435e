"""The official `openai` client against a server: every format, events, models, errors."""

import base64
import io
import json

import av
import httpx
import numpy as np
import openai
import pytest

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.synthesizer import SynthesisRequest, said
from student.server.catalog import Catalog
from student.server.encode import FORMATS, pcm_16

TEXT = "It takes about forty minutes to get there by train."
PADDING_S = 0.12
"""that MP3 and AAC add at both ends"""


@pytest.fixture(scope="module")
def unloaded(catalog: Catalog) -> bytes:
    """PCM of the text in the first voice, without a server."""
    model = catalog["mini"]
    request = SynthesisRequest(TEXT, model.voices[0], "en")
    return pcm_16(np.concatenate(list(model.stream(request)))).tobytes()


def wave_of(pcm: bytes) -> Wave:
    return np.frombuffer(pcm, "<i2").astype(np.float32) / 32768


def decoded(data: bytes) -> Wave:
    resampler = av.AudioResampler("flt", "mono", SAMPLE_RATE)
    with av.open(io.BytesIO(data)) as file:
        frames = [part for f in (*file.decode(audio=0), None) for part in resampler.resample(f)]
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames])


def test_an_app_changes_its_base_url_alone(client: openai.OpenAI, unloaded: bytes) -> None:
    spoken = client.audio.speech.create(
        model="tts-1", voice="alloy", input=TEXT, response_format="pcm"
    )
    assert spoken.response.headers["content-type"] == "audio/pcm"
    assert spoken.content == unloaded


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_decodes_to_what_was_said(
    client: openai.OpenAI, unloaded: bytes, name: str
) -> None:
    spoken = client.audio.speech.create(
        model="mini", voice="speaker00", input=TEXT, response_format=name
    )
    wave, whole = (wave_of(spoken.content) if name == "pcm" else decoded(spoken.content)), unloaded
    said_s, wanted_s = len(wave) / SAMPLE_RATE, len(whole) / 2 / SAMPLE_RATE
    assert -0.02 < said_s - wanted_s < PADDING_S
    late = np.argmax(np.correlate(wave[: SAMPLE_RATE + 2400], wave_of(whole)[:SAMPLE_RATE]))
    wave = wave[late:][: len(whole) // 2]
    assert np.corrcoef(wave, wave_of(whole)[: len(wave)])[0, 1] > 0.97


def test_mp3_is_what_comes_where_nothing_is_asked_for(client: openai.OpenAI) -> None:
    spoken = client.audio.speech.create(model="mini", voice="nova", input="Hello.")
    assert spoken.response.headers["content-type"] == "audio/mpeg"
    assert len(decoded(spoken.content)) > 0.3 * SAMPLE_RATE


def test_streamed_equals_unstreamed_to_the_sample(client: openai.OpenAI, unloaded: bytes) -> None:
    asked = {"model": "mini", "voice": "speaker00", "input": TEXT, "response_format": "pcm"}
    with client.audio.speech.with_streaming_response.create(**asked) as response:
        chunks = list(response.iter_bytes(1024))
    assert b"".join(chunks) == unloaded
    lines = client.audio.speech.create(**asked, stream_format="sse").content.split(b"\n\n")
    events = [json.loads(line.removeprefix(b"data: ")) for line in lines if line]
    assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"}
    assert len(events) > 2
    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == unloaded
    assert events[-1]["type"] == "speech.audio.done"
    counts = events[-1]["usage"]
    assert counts["input_tokens"] == len(TEXT)
    assert counts["output_tokens"] == round(len(unloaded) / 2 / SAMPLE_RATE * 100)
    assert counts["total_tokens"] == counts["input_tokens"] + counts["output_tokens"]


def test_a_wav_that_is_streamed_has_no_sizes(client: openai.OpenAI, unloaded: bytes) -> None:
    spoken = client.audio.speech.create(
        model="mini", voice="speaker00", input=TEXT, response_format="wav"
    ).content
    assert spoken[:8] == b"RIFF\xff\xff\xff\xff"
    assert spoken[36:44] == b"data\xff\xff\xff\xff"
    assert spoken[44:] == unloaded


def test_speed_and_voices_by_id(client: openai.OpenAI, catalog: Catalog) -> None:
    lengths = [
        len(
            client.audio.speech.create(
                model="mini",
                voice={"id": "speaker08"},
                input=TEXT,
                speed=speed,
                response_format="pcm",
                instructions="Whisper.",
            ).content
        )
        for speed in (0.5, 1.0, 4.0)
    ]
    assert lengths[0] > 1.6 * lengths[1] > 3 * lengths[2]
    wave = said(catalog["mini"], SynthesisRequest(TEXT, "speaker08", "en")).wave
    assert lengths[1] == 2 * len(wave)


def test_models_and_voices_are_listed(client: openai.OpenAI, address: str) -> None:
    assert [model.id for model in client.models.list()] == ["mini"]
    assert client.models.retrieve("tts-1-hd").id == "mini"
    told = httpx.get(f"{address}/v1/audio/voices").json()
    assert told["voices"][:2] == ["speaker00", "speaker02"]
    assert told["aliases"]["alloy"] == "speaker00"
    assert told["aliases"]["cedar"] == "speaker00"  # the thirteenth, of twelve voices


def test_errors_are_those_of_the_client(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="unsupported_script") as refused:
        client.audio.speech.create(model="mini", voice="alloy", input="Привет")
    assert refused.value.code == "unsupported_script"
    assert refused.value.param == "input"
    with pytest.raises(openai.NotFoundError, match="allowed: mini, tts-1") as unknown:
        client.audio.speech.create(model="gpt-9", voice="alloy", input="Hello.")
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")
