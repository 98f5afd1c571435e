"""Speech over Wyoming, the protocol of Home Assistant's voices, beside HTTP in the same event loop.

describe                                what there is: a voice for each of every model's, and each model
                                        by its name with those as its speakers
synthesize                              audio-start, audio-chunk ..., audio-stop
synthesize-start, -chunk ..., -stop     the same, sentence by sentence as they become complete, then
                                        synthesize-stopped
An `error` event ends a connection, as clients expect that wait for audio-stop.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import sentencex
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe
from wyoming.server import AsyncEventHandler
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from speech.audio import SAMPLE_RATE
from speech.reasons import Reason
from speech.synthesizer import SynthesisRequest
from student.mastering import END_S
from student.phrases import SENTENCE_S
from student.server.cache import Speaking
from student.server.catalog import Catalog
from student.server.encode import PcmEncoder
from student.server.errors import ApiError
from student.server.openai_api import check_text
from student.server.patience import PATIENCE_S, patiently
from student.server.request_watch import LEFT
from student.server.wyoming_voices import chosen, info
from student.server.wyoming_watch import WyomingRequest, WyomingWatch

AUDIO = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}
SILENCE = bytes(2 * round((SENTENCE_S - END_S) * SAMPLE_RATE))
"""between sentences that come in chunks, beside what each ends with"""
MAX_EVENT_BYTES = 1 << 20
WAITING_EVENTS = 8
"""of a client that are read before its speech is done"""

log = logging.getLogger(__name__)


@asynccontextmanager
async def serving_wyoming(
    host: str,
    port: int | None,
    catalog: Catalog,
    engine: Speaking,
    max_chars: int,
    watch: WyomingWatch,
) -> AsyncIterator[int | None]:
    """Listens while it is entered; the port that it has, of port 0 one that was free. None: not at
    all."""
    if port is None:
        yield None
        return
    connections = set[asyncio.Task[None]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, catalog, engine, max_chars, watch)
        task = asyncio.ensure_future(connection.run())
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(connected, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


class Connection(AsyncEventHandler):
    """One client: its events are read while its speech is computed, so that one that goes away is
    noticed."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        catalog: Catalog,
        engine: Speaking,
        max_chars: int,
        watch: WyomingWatch,
    ) -> None:
        super().__init__(_BoundedReader(reader), writer)  # type: ignore[arg-type]
        self.catalog, self.engine, self.max_chars, self.watch = catalog, engine, max_chars, watch
        self.events = asyncio.Queue[Event](WAITING_EVENTS)
        self.stream: _TextStream | None = None
        self.asked: WyomingRequest | None = None
        """what is being answered"""

    async def run(self) -> None:
        answering = asyncio.ensure_future(self._answer_all())
        reading = asyncio.ensure_future(super().run())
        try:
            await asyncio.wait((reading, answering), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, answering):
                task.cancel()
            await asyncio.gather(reading, answering, return_exceptions=True)
            self._end()
            self.writer.close()

    async def handle_event(self, event: Event) -> bool:
        await self.events.put(event)
        return True

    async def _answer_all(self) -> None:
        """Event by event, until one is a mistake."""
        try:
            while True:
                await self._answer(await self.events.get())
        except ApiError as error:
            await self._tell(error)
        except asyncio.TimeoutError:
            log.warning("a client took nothing for %g s", PATIENCE_S)
        except (LookupError, TypeError, AttributeError):
            await self._tell(ApiError(400, "an event lacks a part, or has a wrong one"))

    async def write_event(self, event: Event) -> None:
        """Raises asyncio.TimeoutError for a client that takes nothing for a minute."""
        await patiently(super().write_event(event))

    async def _tell(self, error: ApiError) -> None:
        self._end(error.status)
        await self.write_event(Error(error.message, error.code).event())

    def _begin(self) -> None:
        """Raises ApiError (503) where the server is about to end."""
        self._end()  # a text in chunks that a client began and left for another
        self.asked = self.watch.begin()
        self.watch.readiness.check()

    def _end(self, status: int = LEFT) -> None:
        if self.asked:
            self.asked.end(status)
            self.asked = None

    async def _answer(self, event: Event) -> None:
        kind = event.type
        if Describe.is_type(kind):
            await self.write_event(info(self.catalog).event())
        elif SynthesizeStart.is_type(kind):
            self._begin()
            start = SynthesizeStart.from_event(event)
            self.stream = _TextStream(self._request("", start.voice, start.text_format))
        elif SynthesizeChunk.is_type(kind) and self.stream:
            self.stream.text += SynthesizeChunk.from_event(event).text
            if self.stream.text.strip() or len(self.stream.text) > self.max_chars:
                check_text(self.stream.text, self.max_chars)
            await self._speak_sentences(self.stream, self.stream.complete())
        elif SynthesizeStop.is_type(kind) and self.stream:
            await self._speak_sentences(self.stream, self.stream.rest())
            if self.stream.refused and not self.stream.spoken:
                raise self.stream.refused
            await self.write_event(AudioStop().event())
            self.stream = None
            await self.write_event(SynthesizeStopped().event())
            self._end(200)
        elif Synthesize.is_type(kind) and not self.stream:  # in a stream: for servers without such
            self._begin()
            asked = Synthesize.from_event(event)
            check_text(asked.text, self.max_chars)
            request = self._request(asked.text, asked.voice, asked.text_format)
            await self._speak(*request)
            await self.write_event(AudioStop().event())
            self._end(200)

    async def _speak_sentences(self, stream: "_TextStream", sentences: list[str]) -> None:
        for sentence in sentences:
            model, request = stream.request
            said = SynthesisRequest(sentence, request.voice, request.language)
            try:
                await self._speak(model, said, continues=stream.spoken)
                stream.spoken = True
            except ApiError as error:
                if error.code != Reason.NOTHING_TO_SPEAK:
                    raise
                stream.refused = error

    async def _speak(self, model: str, request: SynthesisRequest, continues: bool = False) -> None:
        """One text; `continues`: after another."""
        if self.asked:
            self.asked.text += request.text
        encoder, started = PcmEncoder(), False
        async with aclosing(self.engine.stream(self.catalog[model], request)) as pieces:  # type: ignore[type-var]
            async for wave in pieces:
                if not started and continues:
                    await self._send(SILENCE)
                elif not started:
                    await self.write_event(AudioStart(**AUDIO).event())
                started = True
                await self._send(encoder.push(wave))

    async def _send(self, pcm: bytes) -> None:
        await self.write_event(AudioChunk(**AUDIO, audio=pcm).event())
        if self.asked:
            self.asked.note_sound()

    def _request(
        self, text: str, voice: SynthesizeVoice | None, form: Any
    ) -> tuple[str, SynthesisRequest]:
        """The model, and what it is asked; raises ApiError."""
        if form not in (None, "text"):
            raise ApiError(
                400, f"text_format {form!r:.20}; allowed: text", code="unsupported_format"
            )
        model, name = chosen(self.catalog, voice or SynthesizeVoice())
        if self.asked:
            self.asked.model = model
        return model, SynthesisRequest(text, name, self.catalog.language(model))


class _TextStream:
    """Text that arrives in chunks."""

    def __init__(self, request: tuple[str, SynthesisRequest]) -> None:
        self.request = request
        self.text, self.said = "", 0
        self.spoken = False
        self.refused: ApiError | None = None
        """what there was to say in a sentence that has no words"""

    def complete(self) -> list[str]:
        """The sentences that are new and whole: another has begun after them."""
        *sentences, _ = self._sentences() or [""]
        self.said += sum(map(len, sentences))
        return [sentence for sentence in sentences if sentence.strip()]

    def rest(self) -> list[str]:
        """Those that are left at the end; where nothing was said at all, what there is."""
        sentences = [sentence for sentence in self._sentences() if sentence.strip()]
        return sentences if sentences or self.spoken or self.refused else [self.text]

    def _sentences(self) -> list[str]:
        _, request = self.request
        return list(sentencex.segment(request.language, self.text[self.said :]))


class _BoundedReader:
    """Refuses an event that says it is larger than any of ours: wyoming would wait for all of it."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader

    async def readline(self) -> bytes:
        return await self.reader.readline()

    async def readexactly(self, size: int) -> bytes:
        if size > MAX_EVENT_BYTES:
            raise ValueError(f"an event of {size} bytes; allowed: {MAX_EVENT_BYTES}")
        return await self.reader.readexactly(size)
