"""Wyoming, by its own client."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import httpx
import numpy as np
import pytest
from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
)
from wyoming_client import Server, pcm, until

from speech.audio.waveform import Wave
from speech.errors import InputError
from speech.synthesizer import AtOnce, Size, Speech, SynthesisRequest
from student.server.app import create_app
from student.server.cache import SpeechCache
from student.server.cache_stores import MemoryStore
from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine
from student.server.listening import listen
from student.server.metrics import Metrics
from student.server.readiness import Readiness
from student.server.wyoming import serving_wyoming
from student.server.wyoming_watch import WyomingWatch

TEXT = "The last ferry had already left."
LIMIT = 500
T = TypeVar("T")


class Endless(AtOnce):
    """Speaks until it is closed."""

    streams = True
    name, revision, license, size = "endless", "", "", Size(0, 0)
    voices, languages = ("only",), ("en",)

    def __init__(self) -> None:
        self.closed = threading.Event()

    def synthesize(self, requests: object) -> list[Speech]:
        raise NotImplementedError

    def stream(self, request: SynthesisRequest) -> Iterator[Wave]:
        try:
            while True:
                yield np.zeros(2400, np.float32)
        finally:
            self.closed.set()


@pytest.fixture
def run(catalog: Catalog, engine: Engine) -> Callable[[Callable[[Server], Awaitable[T]]], T]:
    def run(scenario: Callable[[Server], Awaitable[T]], catalog: Catalog = catalog) -> T:
        async def main() -> T:
            readiness = Readiness()
            metrics = Metrics(engine, SpeechCache(MemoryStore(0), engine), readiness)
            watch = WyomingWatch(metrics, readiness, log_text=False)
            async with serving_wyoming("127.0.0.1", 0, catalog, engine, LIMIT, watch) as port:
                return await scenario(Server(port))

        return asyncio.run(main())

    return run


async def described(server: Server) -> Info:
    async with server.client() as client:
        await client.write_event(Describe().event())
        return Info.from_event((await until(client, Info))[-1])


def test_it_tells_its_voices_with_languages_attribution_and_versions(run, catalog) -> None:
    [program] = run(described).tts
    student = catalog[catalog.first]
    assert program.installed
    assert program.version
    assert program.supports_synthesize_streaming
    assert [voice.name for voice in program.voices] == [*student.voices, catalog.first]
    assert [speaker.name for speaker in program.voices[-1].speakers] == list(student.voices)
    for voice in program.voices:
        assert voice.installed
        assert voice.languages == ["en"]
        assert voice.version == student.revision
        assert voice.attribution.name == student.license


def test_every_voice_that_is_announced_speaks(run) -> None:
    """home-assistant/core#178560"""

    async def scenario(server: Server) -> list[bytes]:
        voices = (await described(server)).tts[0].voices
        asked = [{"name": voice.name} for voice in voices]
        asked += [{"name": voices[-1].name, "speaker": s.name} for s in voices[-1].speakers]
        return [await server.say("Yes.", **voice) for voice in asked]

    spoken = run(scenario)
    each = (len(spoken) - 1) // 2
    assert len(set(spoken[:each])) == each
    assert spoken[each + 1 :] == spoken[:each]
    assert spoken[each] == spoken[0]


def test_its_sound_is_that_of_http_with_or_without_a_voice(run, address, catalog) -> None:
    second = catalog[catalog.first].voices[1]
    body = {"model": catalog.first, "input": TEXT, "voice": second, "response_format": "pcm"}
    same = httpx.post(f"{address}/v1/audio/speech", json=body).content

    async def scenario(server: Server) -> list[bytes]:
        return [await server.say(TEXT, name=second), await server.say(TEXT, language="en-GB")]

    named, unnamed = run(scenario)
    assert named == same
    assert unnamed not in (b"", named)


def test_two_models_speak_in_voices_of_the_same_name(run, catalog) -> None:
    student = catalog[catalog.first]
    two = Catalog({"one": student, "two": student}, (), ())
    voice = student.voices[2]

    async def scenario(server: Server) -> tuple[list[str], bytes, bytes]:
        names = [voice.name for voice in (await described(server)).tts[0].voices]
        return (
            names,
            await server.say("Yes.", name=voice),
            await server.say("Yes.", name=f"two/{voice}"),
        )

    names, first, second = run(scenario, two)
    assert len(set(names)) == len(names) == 2 * len(student.voices) + 2
    assert f"two/{voice}" in names
    assert first == second


def test_a_text_in_chunks_is_heard_before_its_end(run) -> None:
    async def scenario(server: Server) -> tuple[list[Event], list[Event], bytes]:
        async with server.client() as client:
            await client.write_event(SynthesizeStart().event())
            for part in ("The last fer", "ry had already", " left. And then"):
                await client.write_event(SynthesizeChunk(part).event())
            early = await until(client, AudioChunk)
            await client.write_event(SynthesizeChunk(" it rained.").event())
            await client.write_event(Synthesize("For servers without chunks.").event())
            await client.write_event(SynthesizeStop().event())
            return early, await until(client, SynthesizeStopped), await server.say(TEXT)

    early, late, alone = run(scenario)
    assert SynthesizeStopped.is_type(late[-1].type)
    spoken = pcm([*early, *late[:-1]])
    assert spoken.startswith(alone)
    assert len(spoken) > 1.5 * len(alone)


def test_a_text_in_chunks_of_one_sentence_sounds_as_the_whole(run) -> None:
    async def scenario(server: Server) -> tuple[bytes, bytes]:
        async with server.client() as client:
            await client.write_event(SynthesizeStart().event())
            for char in TEXT + " …":
                await client.write_event(SynthesizeChunk(char).event())
            await client.write_event(SynthesizeStop().event())
            return pcm((await until(client, SynthesizeStopped))[:-1]), await server.say(TEXT)

    streamed, whole = run(scenario)
    assert streamed == whole


@pytest.mark.parametrize(
    ("text", "voice", "told"),
    [
        ("Привет", {}, "unsupported_script"),
        ("…", {}, "nothing_to_speak"),
        (" ", {}, "no text"),
        ("a" * (LIMIT + 1), {}, f"allowed: {LIMIT}"),
        (TEXT, {"name": "nobody"}, "'nobody'; allowed: speaker00"),
        (TEXT, {"name": "speaker00", "speaker": "nobody"}, "no speakers"),
        (TEXT, {"name": "mini", "speaker": "nobody"}, "'nobody'"),
        (TEXT, {"language": "es"}, "allowed: en"),
    ],
)
def test_what_cannot_be_said_is_an_error_event(run, text, voice, told) -> None:
    assert told in run(lambda server: server.refuse(text, **voice))


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b'{"type": "synthesize"}\n',
        b'{"type": "synthesize", "data": {"text": 5}}\n',
        b'{"data": {}}\n',
        b"[]\n",
        b'{"type": "synthesize", "data_length": 99999999999}\n' + bytes(1000),
        b"x" * 100_000,
        b'{"type": "synthesize-start", "data": {"text_format": "ssml"}}\n',
    ],
)
def test_what_is_no_event_ends_its_connection_alone(run, sent) -> None:
    async def scenario(server: Server) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(sent)
        await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return await server.say("Yes.")

    assert run(scenario)


def test_two_clients_at_once_each_hear_their_own(run, catalog) -> None:
    voices = catalog[catalog.first].voices[:2]

    async def scenario(server: Server) -> tuple[list[bytes], list[bytes]]:
        alone = [await server.say(TEXT, name=voice) for voice in voices]
        together = await asyncio.gather(*(server.say(TEXT, name=voice) for voice in voices * 3))
        return alone, together

    alone, together = run(scenario)
    assert together == alone * 3


def test_a_client_that_goes_away_frees_its_work(run) -> None:
    endless = Endless()

    async def scenario(server: Server) -> None:
        async with server.client() as client:
            await client.write_event(Synthesize("On and on. " * 40).event())
            await until(client, AudioChunk)
            assert not endless.closed.is_set()
        assert await asyncio.to_thread(endless.closed.wait, 10)

    run(scenario, Catalog({"endless": endless}, (), ()))


def test_it_runs_beside_http_where_the_configuration_says_so(serve_config, catalog, engine) -> None:
    async def main() -> tuple[int, bytes]:
        config = serve_config.model_copy(update={"wyoming_port": 0})
        app = create_app(config, catalog, engine)
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as http:
            spoken = await Server(app.state.wyoming_port).say("Yes.")
            return (await http.get("http://x/v1/models")).status_code, spoken

    status, spoken = asyncio.run(main())
    assert status == 200
    assert spoken


def test_it_is_off_by_default(serve_config: ServeConfig) -> None:
    assert serve_config.wyoming_port is None


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(serve_config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = serve_config.model_copy(update={"wyoming_port": port})
        with pytest.raises(InputError, match=f"wyoming_port={port} cannot be listened on"):
            listen(config)
