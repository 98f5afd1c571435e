"""`python -m student.serve` as a process, as its users run it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from redis_process import free_port

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Served:
    """A process, where it listens, and what it said once it has ended."""

    process: "subprocess.Popen[str]"
    http: httpx.Client
    told: str = field(default="", init=False)

    def end(self) -> int:
        """SIGTERM, and its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        self.told = self.process.communicate(timeout=30)[0]
        return self.process.returncode

    def state(self) -> int:
        return self.http.get("/readyz").status_code


@contextmanager
def server_process(
    *overrides: str,
    program: str = "-m student.serve",
    environment: Mapping[str, str] = {},
    scheme: str = "http",
) -> Iterator[Served]:
    """Ready when the block begins; ended after it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, *program.split(), f"port={port}", *overrides],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    url = f"{scheme}://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, timeout=60, verify=False, trust_env=False) as http:
            served = Served(process, http)
            _wait_until_ready(served)
            yield served
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _wait_until_ready(served: Served) -> None:
    for _ in range(600):
        assert served.process.poll() is None, served.process.communicate()[0]
        try:
            assert served.state() == 200
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not become ready")
