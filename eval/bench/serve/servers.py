"""Servers in processes of their own, which end with the benchmark."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

import httpx
import psutil

from speech.errors import InputError

LOADED_WITHIN_S = 120
ASK_AGAIN_S = 0.1
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    """One that is ready."""

    name: str
    """in the table"""
    model: str
    """as requests name it"""
    url: str
    process: psutil.Popen

    def cpu_s(self) -> float:
        """Its processor time so far, all threads together."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running(name: str, model: str, module: str, overrides: Sequence[str]) -> Iterator[Server]:
    """`python -m module`, from its first answer on; raises InputError where there is none."""
    port = _free_port()
    command = [sys.executable, "-m", module, f"host={HOST}", f"port={port}", *overrides]
    with TemporaryFile("w+") as told:
        process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        server = Server(name, model, f"http://{HOST}:{port}", process)
        try:
            _wait_until_ready(server, told)
            yield server
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(server: Server, told: IO[str]) -> None:
    until = time.monotonic() + LOADED_WITHIN_S
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        while server.process.poll() is None and time.monotonic() < until:
            with suppress(httpx.TransportError):
                if http.get("/readyz").is_success:
                    return
            time.sleep(ASK_AGAIN_S)
    told.seek(0)
    last = told.read().strip().splitlines()[-1:]
    raise InputError(f"the server of {server.name} did not start: {last}")


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as there:
        return int(there.getsockname()[1])
