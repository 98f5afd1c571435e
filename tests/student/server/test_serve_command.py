"""The command: what it says when it begins, how it ends, and what it cannot do in one line."""

import logging
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from speech.config import load_config, run_app
from student.serve import main
from student.server.config import ServeConfig


def test_it_begins_answers_and_ends() -> None:
    command = [sys.executable, "-m", "student.serve", "port=0", "threads=1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        told = [server.stderr.readline() for _ in range(3)]
        address = told[0].split()[2].rstrip(",")
        assert told[0].startswith("mini at http://127.0.0.1:")
        assert "a page to type in and OpenAI's speech API" in told[0]
        assert told[1].startswith(f"curl {address}/v1/audio/speech ")
        asked = {"model": "tts-1", "voice": "alloy", "input": "Hello there."}
        assert httpx.post(f"{address}/v1/audio/speech", json=asked, timeout=60).status_code == 200
        server.send_signal(signal.SIGTERM)
        rest = server.stderr.read()
        server.wait(timeout=60)
    assert "Traceback" not in rest


def test_models_are_added_and_named() -> None:
    added = load_config(ServeConfig, "serve", ["+models.mine=out/onnx"])
    assert added.models == {"mini": "package://student/mini", "mine": "out/onnx"}
    alone = load_config(ServeConfig, "serve", ["~models.mini", "+models.mine=out/onnx"])
    assert alone.models == {"mine": "out/onnx"}


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["port={taken}"], "cannot be listened on: Address already in use; port=0 takes one"),
        (["host=192.0.2.1"], "host=192.0.2.1 port=8000 cannot be listened on"),
        (["port=70000"], "port"),
        (["port=0", "tls_cert=cert.pem"], "tls_cert and tls_key go together"),
        (["port=0", "tls_cert=none.pem", "tls_key=none.pem"], "no certificate and its key"),
        (["port=0", "models.mini=/nowhere"], "/nowhere is no student"),
        (["port=0", "~models.mini"], "models"),
        (["port=0", "models.mine=out/onnx"], "has a plus: +models.mine=..."),
        (["port=0", "models.mini=null"], "models.mini=null: input should be a valid string"),
        (["port=8765", "wyoming_port=8765"], "port=8765 and wyoming_port=8765: each needs its own"),
        (["host="], "host is empty; 127.0.0.1 is this machine alone"),
        (["port=0", "rate_limit.redis=here:6379"], "allowed is redis://host:port/number"),
        (["port=0", "cache.redis=here:6379"], "cache.redis: Redis URL must specify one of"),
        (["cache.bytes=-1"], "cache.bytes=-1: allowed is a whole number, at least 0"),
        (
            ["proxies=[proxy.example]"],
            "proxies=proxy.example: allowed is an address (10.0.0.1, ::1)",
        ),
        (["proxies=[10.0.0.1,10.0.0.1/8]"], "for any (it has host bits set)"),
        (["proxies=[10.0.0.1:80]"], "proxies=10.0.0.1:80: allowed is an address"),
        (["proxies=['']"], "proxies=: allowed is an address"),
        (["proxies=['*',10.0.0.1]"], "proxies: *, 10.0.0.1: each is an address"),
        (["cors_origins=[app.example]"], "cors_origins=app.example: allowed is scheme://host"),
        (["cors_origins=[https://app.example/]"], 'no "/" at its end'),
        (["cors_origins=[https://app.example:443]"], ":443 of https"),
        (["cors_origins=[https://app.example:99999]"], "allowed is scheme://host"),
        (["cors_origins=[https://App.example]"], "lower case"),
        (["cors_origins=['*.example']"], 'or "*" for any'),
        (["queue=0"], "queue"),
        (["threads=0"], "threads"),
    ],
)
def test_what_it_cannot_do_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, overrides: list[str], told: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        arguments = [override.format(taken=taken) for override in overrides]
        assert run_app(ServeConfig, "serve", main, arguments) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not logging.getLogger("student.server").handlers, "its stderr is this test's"


def test_proxies_and_origins_are_taken_as_they_were_typed() -> None:
    proxies = ["10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"]
    origins = [
        "https://app.example",
        "http://localhost:3000",
        "http://[::1]:8080",
        "tauri://localhost",
    ]
    given = {"proxies": proxies, "cors_origins": origins}
    lists = [f"{key}={values}" for key, values in given.items()]
    for overrides in (lists, ["proxies=['*']", "cors_origins=['*']"]):
        config = load_config(ServeConfig, "serve", overrides)
        wanted = given if overrides is lists else {key: ["*"] for key in given}
        assert {key: [*getattr(config, key)] for key in given} == wanted
