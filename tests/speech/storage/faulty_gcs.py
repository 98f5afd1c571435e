"""A storage server that fails on purpose: a proxy before the tests' own, for the verbs used here.

It also does what that server leaves out: resumable uploads that keep what came before a cut, and
generation preconditions for those and for deletions.
"""

import http.client
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from speech.seeds import stable_hash

KEPT_BYTES = 256 << 10
"""of a chunk that was cut, whole pieces of this size are kept, as Google's server does"""
FAULTS = ("429", "503", "408", "refused", "dropped", "cut")
BIG = random.Random(1).randbytes(12 << 20)
"""sent in chunks of a session"""
SMALL = b"some lines\n" * 5000
"""sent in one request"""


@dataclass(frozen=True)
class Call:
    """A request as the faults see it; the name of the bucket, which is random, is left out."""

    method: str
    name: str
    """of the object, or the prefix that is listed"""
    kind: str
    """upload, session, chunk, media or data about objects"""
    number: int
    """how many like it came before"""

    @property
    def is_write(self) -> bool:
        return self.method != "GET"


Choose = Callable[[Call], str | None]


def share_of(percent: int, seed: int, faults: tuple[str, ...] = FAULTS) -> Choose:
    """Faults for this share of calls, whatever the order in which they come."""

    def choose(call: Call) -> str | None:
        drawn = stable_hash(seed, call.method, call.name, call.kind, call.number)
        return faults[drawn // 100 % len(faults)] if drawn % 100 < percent else None

    return choose


def once(fault: str, kind: str, method: str = "") -> Choose:
    """This fault for the first call of this kind on each object."""

    def choose(call: Call) -> str | None:
        wanted = call.kind == kind and call.method.startswith(method) and call.number == 0
        return fault if wanted else None

    return choose


def scratch(folder: Path, content: bytes) -> Path:
    """A finished file that is to be published."""
    local = folder / "finished"
    local.write_bytes(content)
    return local


@dataclass
class Session:
    """A resumable upload: what has come so far, and the answer that ended it."""

    query: dict[str, list[str]]
    about: dict[str, str]
    body: bytearray = field(default_factory=bytearray)
    answer: tuple[int, bytes] | None = None


class FaultyGcs(ThreadingHTTPServer):
    """`choose` may be changed while it runs; `met` counts the faults that were met."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, backend: str, choose: Choose = lambda call: None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.backend = backend
        self.choose = choose
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.calls: Counter[tuple[str, str, str]] = Counter()
        self.met: Counter[str] = Counter()
        self.sessions: dict[str, Session] = {}
        self.counting = threading.Lock()
        self.writing = threading.Lock()  # a deletion looks at the generation first

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news here."""

    def fault_of(self, method: str, name: str, kind: str) -> str | None:
        with self.counting:
            number = self.calls[method, name, kind]
            self.calls[method, name, kind] += 1
        fault = self.choose(Call(method, name, kind, number)) if kind != "bucket" else None
        if fault:
            with self.counting:
                self.met[fault] += 1
        return fault

    def forward(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> tuple:
        split = urlsplit(self.backend)
        connection = http.client.HTTPConnection(split.hostname, split.port, timeout=30)
        try:
            connection.request(method, target, body or None, headers)
            reply = connection.getresponse()
            content = reply.read().replace(self.backend.encode(), self.url.encode())
            return reply.status, content, dict(reply.getheaders())
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet: in two, the second waits for the first to be acknowledged
    server: FaultyGcs

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    def _serve(self) -> None:
        split = urlsplit(self.path)
        query = parse_qs(split.query)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name, kind = self._subject(split.path, query, body)
        fault = self.server.fault_of(self.command, name, kind)
        if fault == "refused":
            return self._hang_up()
        if fault and fault.isdigit():
            return self._answer(int(fault), b'{"error": {"message": "on purpose"}}')
        if fault == "cut" and kind != "media":
            if kind == "chunk":
                self._keep(query, body[: len(body) // 2])
            return self._hang_up()
        status, content, headers = self._act(kind, query, body)
        if fault == "dropped":
            return self._hang_up()
        return self._answer(status, content, headers, half=fault == "cut")

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 (http.server's names)

    def _subject(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[str, str]:
        if path == "/session":
            return self.server.sessions[query["upload_id"][0]].about["name"], "chunk"
        if path.startswith("/upload/"):
            kind = "session" if query["uploadType"] == ["resumable"] else "upload"
            return json.loads(re.search(rb'"name": *("[^"]*")', body)[1]), kind
        if (
            "/o" not in path
        ):  # the library looks at the bucket in a thread of its own, when it likes
            return "", "bucket"
        kind = "media" if path.startswith("/download/") else "about"
        return unquote(path.partition("/o/")[2]) or query.get("prefix", [""])[0], kind

    def _act(self, kind: str, query: dict[str, list[str]], body: bytes) -> tuple:
        if kind == "session":
            number = str(len(self.server.sessions))
            session = Session(query, {"path": self.path, **json.loads(body)})
            self.server.sessions[number] = session
            return 200, b"", {"Location": f"{self.server.url}/session?upload_id={number}"}
        if kind == "chunk":
            return self._take_chunk(query, body)
        with self.server.writing:
            if self.command == "DELETE" and (refusal := self._other_generation(query)):
                return refusal
            return self.server.forward(self.command, self.path, body, dict(self.headers))

    def _other_generation(self, query: dict[str, list[str]]) -> tuple | None:
        wanted = query.get("ifGenerationMatch")
        status, about, headers = self.server.forward("GET", urlsplit(self.path).path, b"", {})
        if status == 200 and wanted and json.loads(about)["generation"] != wanted[0]:
            return 412, b'{"error": {"message": "generation"}}', headers
        return None

    def _keep(self, query: dict[str, list[str]], came: bytes) -> None:
        """Whole pieces of what has come; bytes that were there before are left out."""
        session = self.server.sessions[query["upload_id"][0]]
        start = int(re.match(r"bytes (\d+)-", self.headers["Content-Range"])[1])
        more = came[len(session.body) - start :]
        session.body += more[: len(more) // KEPT_BYTES * KEPT_BYTES]

    def _take_chunk(self, query: dict[str, list[str]], body: bytes) -> tuple:
        session = self.server.sessions[query["upload_id"][0]]
        if session.answer:
            return *session.answer, {}
        start, total = re.match(r"bytes (\d+)-\d+/(\d+|\*)", self.headers["Content-Range"]).groups()
        session.body += body[len(session.body) - int(start) :]
        if total == "*" or len(session.body) < int(total):
            return 308, b"", {"Range": f"bytes=0-{len(session.body) - 1}"}
        status, content, _ = self._store(session)
        session.answer = status, content
        return status, content, {}

    def _store(self, session: Session) -> tuple:
        """As one request, whose precondition the server behind looks at."""
        about = {key: value for key, value in session.about.items() if key != "path"}
        parts = (
            b"--x\r\nContent-Type: application/json\r\n\r\n" + json.dumps(about).encode(),
            b"--x\r\nContent-Type: application/octet-stream\r\n\r\n" + bytes(session.body),
            b"--x--",
        )
        target = session.about["path"].replace("uploadType=resumable", "uploadType=multipart")
        headers = {"Content-Type": 'multipart/related; boundary="x"'}
        with self.server.writing:
            return self.server.forward("POST", target, b"\r\n".join(parts), headers)

    def _hang_up(self) -> None:
        self.close_connection = True

    def _answer(
        self, status: int, content: bytes, headers: dict[str, str] | None = None, half: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            if name.lower() not in ("content-length", "date", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)
        if half:
            self._hang_up()


@contextmanager
def faulty_gcs(backend: str, choose: Choose = lambda call: None) -> Iterator[FaultyGcs]:
    """One that serves until the block ends."""
    with FaultyGcs(backend, choose) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class SleeplessClock(threading.local):
    """Stands in for `time` where the library waits: in each thread, time is what it has slept."""

    now_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def monotonic(self) -> float:
        return self.now_s


def without_waiting(patch: Callable[[object, str, object], None]) -> SleeplessClock:
    """Give the library a clock that jumps; `patch` is setattr, or pytest's `monkeypatch.setattr`."""
    from google.api_core.retry import retry_base, retry_unary

    clock = SleeplessClock()
    for module in (retry_base, retry_unary):
        patch(module, "time", clock)
    return clock
