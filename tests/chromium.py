"""Pages in headless Chromium, by its debugging protocol over a pipe: no driver, no other package."""

import itertools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-pipe",
]


class Page:
    """One page, and what it complained about."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = os.fdopen(commands, "wb", buffering=0)
        self._answers = os.fdopen(answers, "rb")
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self.complaints: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self._ask(f"{domain}.enable")

    def open(self, url: str, width: int = 1000) -> None:
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        self._ask("Page.navigate", url=url)

    def evaluate(self, script: str) -> Any:
        """The value of an expression, awaited where it is a promise."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self._ask("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, condition: str, seconds: int = 60) -> Any:
        """The first value of an expression that is true."""
        return self.evaluate(
            f"""new Promise((resolve, reject) => {{
              const end = Date.now() + {seconds * 1000};
              const look = () => {{
                const value = {condition};
                if (value) return resolve(value);
                if (Date.now() > end) return reject(new Error(document.body.innerText));
                setTimeout(look, 50);
              }};
              look();
            }})"""
        )

    def _ask(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._numbers)
        asked = {"id": number, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        self._commands.write(json.dumps(asked).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == number:
                assert "error" not in told, told["error"]
                return told["result"]
            if told.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.complaints.append(json.dumps(told["params"]))

    def _next(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "Chromium has ended"
            data += byte
        return json.loads(data)


@contextmanager
def chromium_page() -> Iterator[Page]:
    """Chromium with a new, empty profile."""
    their_read, commands = os.pipe()
    answers, their_write = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        redirect = f'exec "$0" "$@" 3<&{their_read} 4>&{their_write}'
        process = subprocess.Popen(
            ["bash", "-c", redirect, str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(their_read, their_write),
            stderr=subprocess.DEVNULL,
        )
        os.close(their_read)
        os.close(their_write)
        try:
            yield Page(commands, answers)
        finally:
            process.terminate()
            process.wait(10)
