"""As much of the hub's API as a push meets: repositories, modes, LFS objects and commits, in memory."""

import base64
import hashlib
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0" * 40
TOKEN = "hf_secret_of_the_test"
"""of the machine that pushes"""
SMALL = 10_000
"""bytes, up to which a file is no LFS object but for Parquet"""


@dataclass
class Repository:
    private: bool
    gated: str | bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[list[str]] = field(default_factory=list)
    """the names of each, deletions with a minus"""


class FakeHub(ThreadingHTTPServer):
    """Context manager over a server; `refuse` counts down the uploads until one is refused."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, Repository] = {}
        """by "datasets/owner/name" or "models/owner/name" """
        self.objects: dict[str, bytes] = {}
        self.uploads = Counter[str]()
        self.downloads = Counter[str]()
        self.tokens: set[str] = set()
        self.refuse: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "FakeHub":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def save(self, name: str, folder: Path) -> Path:
        """What is in a repository, as a download gives it."""
        for file, data in self.repositories[name].files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(data)
        return folder


class _Handler(BaseHTTPRequestHandler):
    server: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""

    def _body(self) -> bytes:
        if length := self.headers.get("Content-Length"):
            return self.rfile.read(int(length))
        data = b""
        while self.headers.get("Transfer-Encoding") == "chunked":
            size = int(self.rfile.readline(), 16)
            data += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                break
        return data

    def _answer(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _route(self) -> None:
        body, path = self._body(), self.path.partition("?")[0]
        if self.server.tokens and path.startswith(("/api", "/datasets")):
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if token not in self.server.tokens:
                return self._answer({"error": "Invalid username or password."}, 401)
        for method, pattern, answer in ROUTES:
            if method == self.command and (match := re.fullmatch(pattern, path)):
                return answer(self, *match.groups(), body)
        return self._answer({"error": f"{self.command} {path}"}, 404)

    do_GET = do_HEAD = do_POST = do_PUT = _route  # noqa: N815

    def create(self, body: bytes) -> None:
        asked = json.loads(body)
        kind, name = asked.get("type", "model"), f"{asked['organization']}/{asked['name']}"
        key = f"{kind}s/{name}"
        known = key in self.server.repositories
        if not known:
            private = asked.get("visibility") == "private" or asked.get("private", False)
            self.server.repositories[key] = Repository(private)
        prefix = "datasets/" if kind == "dataset" else ""
        self._answer({"url": f"{self.server.url}/{prefix}{name}"}, 409 if known else 200)

    def card(self, body: bytes) -> None:
        """The hub looks at a card's YAML before it takes a commit."""
        assert json.loads(body)["content"].startswith("---\n")
        self._answer({"errors": [], "warnings": []})

    def info(self, key: str, body: bytes) -> None:
        repository = self.server.repositories[key]
        self._answer({"id": key.partition("/")[2], "private": repository.private, "siblings": []})

    def revision(self, key: str, revision: str, body: bytes) -> None:
        """`main`, or its one commit by name."""
        if key not in self.server.repositories or revision not in ("main", COMMIT):
            return self._answer({"error": "Revision Not Found"}, 404)
        files = self.server.repositories[key].files
        siblings = [{"rfilename": name} for name in files]
        name = key.partition("/")[2]
        return self._answer({"id": name, "sha": COMMIT, "siblings": siblings})

    def resolve(self, name: str, file: str, body: bytes) -> None:
        data = self.server.repositories[f"models/{name}"].files[file]
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.server.downloads[file] += 1
            self.wfile.write(data)

    def settings(self, key: str, body: bytes) -> None:
        self.server.repositories[key].gated = json.loads(body)["gated"]
        self._answer({})

    def tree(self, key: str, body: bytes) -> None:
        files = self.server.repositories[key].files
        self._answer([_file(name, data) for name, data in files.items()])

    def modes(self, key: str, body: bytes) -> None:
        files = [
            {
                "path": file["path"],
                "uploadMode": "lfs"
                if file["size"] > SMALL or file["path"].endswith("parquet")
                else "regular",
                "shouldIgnore": False,
            }
            for file in json.loads(body)["files"]
        ]
        self._answer({"files": files})

    def batch(self, _: str, body: bytes) -> None:
        objects = []
        for wanted in json.loads(body)["objects"]:
            oid = wanted["oid"]
            actions = {"upload": {"href": f"{self.server.url}/lfs/{oid}"}}
            objects.append(wanted | ({} if oid in self.server.objects else {"actions": actions}))
        self._answer({"transfer": "basic", "objects": objects})

    def upload(self, oid: str, body: bytes) -> None:
        if self.server.refuse == 0:
            return self._answer({"error": "storage quota exceeded"}, 403)
        if self.server.refuse is not None:
            self.server.refuse -= 1
        assert hashlib.sha256(body).hexdigest() == oid
        self.server.objects[oid] = body
        self.server.uploads[oid] += 1
        return self._answer({})

    def commit(self, key: str, body: bytes) -> None:
        repository, names = self.server.repositories[key], []
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                repository.files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                repository.files[value["path"]] = self.server.objects[value["oid"]]
            elif line["key"] == "deletedFile":
                del repository.files[value["path"]]
            minus = "-" if line["key"] == "deletedFile" else ""
            names += [minus + value["path"]] if "path" in value else []
        repository.commits.append(names)
        url = f"{self.server.url}/{key}/commit/{COMMIT}"
        self._answer({"success": True, "commitOid": COMMIT, "commitUrl": url})


def _file(name: str, data: bytes) -> dict[str, Any]:
    return {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}


REPO = r"((?:datasets|models)/[^/]+/[^/]+)"
ROUTES = [
    ("POST", "/api/repos/create", _Handler.create),
    ("POST", "/api/validate-yaml", _Handler.card),
    ("GET", f"/api/{REPO}", _Handler.info),
    ("GET", f"/api/{REPO}/revision/(.+)", _Handler.revision),
    ("GET", "/([^/]+/[^/]+)/resolve/(?:main|0{40})/(.+)", _Handler.resolve),
    ("HEAD", "/([^/]+/[^/]+)/resolve/(?:main|0{40})/(.+)", _Handler.resolve),
    ("PUT", f"/api/{REPO}/settings", _Handler.settings),
    ("GET", f"/api/{REPO}/tree/(?:main|0{{40}})", _Handler.tree),
    ("POST", f"/api/{REPO}/preupload/main", _Handler.modes),
    ("POST", r"/(.+)\.git/info/lfs/objects/batch", _Handler.batch),
    ("PUT", "/lfs/([0-9a-f]{64})", _Handler.upload),
    ("POST", f"/api/{REPO}/commit/main", _Handler.commit),
]
