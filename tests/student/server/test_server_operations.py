"""The server as a process: it ends well, says nothing of what was spoken, and tells how it is."""

import logging
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from server_process import Served, server_process

from student.server.operations import LogLines

SECRET = "Grandmother hid the key beneath the geranium"
PORTION = "geranium"
LONG = 40 * "The morning train was late again, and nobody on the platform was surprised. "


SPEECH = "/v1/audio/speech"


def asked(text: str, **more: object) -> dict[str, object]:
    return {"model": "mini", "voice": "alloy", "input": text, "response_format": "pcm", **more}


def speak(served: Served, text: str, **more: object) -> httpx.Response:
    return served.http.post(SPEECH, json=asked(text, **more))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """On an address that strangers reach, with all that a log may tell."""
    with server_process("host=0.0.0.0") as each:
        yield each


def test_no_text_is_in_the_log_or_the_metrics_and_sigterm_lets_running_requests_finish(
    served: Served,
) -> None:
    whole = speak(served, SECRET)
    assert whole.status_code == 200
    assert speak(served, SECRET).content == whole.content
    for refused in ({"voice": PORTION}, {"response_format": PORTION}, {"speed": PORTION}):
        assert speak(served, SECRET, **refused).status_code == 400
    assert speak(served, f"{SECRET} Бабушка").status_code in (200, 400)
    assert served.http.post(SPEECH, content=SECRET).status_code == 400
    metrics = served.http.get("/metrics").text
    assert 'tts_requests_total{format="pcm",model="mini",status="200"}' in metrics
    assert PORTION not in metrics

    with (
        ThreadPoolExecutor() as pool,
        served.http.stream("POST", SPEECH, json=asked(LONG)) as running,
    ):
        pieces = running.iter_raw()
        length = len(next(pieces))
        served.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 10
        while served.state() == 200 and time.monotonic() < until:
            time.sleep(0.02)
        assert served.state() == 503
        assert served.http.get("/healthz").status_code == 200
        late = speak(served, "Too late.")
        assert late.status_code == 503
        assert late.json()["error"]["code"] == "server_draining"
        assert int(late.headers["Retry-After"]) > 0
        ended = pool.submit(served.ended)
        length += sum(map(len, pieces))
        assert length > 2 * 24_000 * 60  # the whole of it was spoken
        assert ended.result() == 0
    assert PORTION not in served.told
    assert "Traceback" not in served.told
    warnings = [line for line in served.told.splitlines() if "keys.file" in line]
    assert len(warnings) == 1
    assert served.told.count("/v1/audio/speech") >= 8


def test_text_is_logged_for_who_asks_and_no_request_holds_the_server_beyond_drain_s() -> None:
    with server_process("log_text=true", "drain_s=0.3") as served:
        speak(served, SECRET)
        with served.http.stream("POST", SPEECH, json=asked(LONG)) as running:
            next(running.iter_raw(1))  # and reads no more: what is sent is not taken
            assert served.end() == 0
    assert SECRET in served.told
    assert "keys.file" not in served.told


@pytest.mark.parametrize("log_text", [False, True])
def test_a_failure_is_told_by_its_type_and_place_and_its_words_only_to_who_asks(
    log_text: bool,
) -> None:
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        failed = logging.LogRecord("", logging.ERROR, "", 0, "a model failed", (), sys.exc_info())
    told = LogLines(log_text).format(failed)
    assert "RuntimeError" in told
    assert __file__ in told
    assert (SECRET in told) == log_text
