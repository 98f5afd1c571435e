"""The server's benchmark: distinct sentences, percentiles and ratios as they are named, 80 columns."""

import asyncio
import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from threading import Thread

import psutil
import pytest
from rich.console import Console

from eval.bench.serve import servers
from eval.bench.serve.__main__ import main
from eval.bench.serve.clients import Load, load
from eval.bench.serve.config import BenchServeConfig
from eval.bench.serve.figures import Bench, Row, row_of
from eval.bench.serve.sentences import sentences
from eval.bench.serve.servers import Server
from speech.config import load_config


def test_sentences_have_ten_words_and_none_comes_twice() -> None:
    some = list(islice(sentences(3), 5000))
    assert len(set(some)) == len(some)
    assert {len(each.split()) for each in some} == {10}
    assert some == list(islice(sentences(3), 5000))
    assert some != list(islice(sentences(4), 5000))


def a_load(rate: float, **more: float) -> Load:
    """100 answers, of 1 to 100 ms."""
    times = [number / 1000 for number in range(1, 101)]
    return Load(times, [2 * each for each in times], wall_s=100 / rate, **more)  # type: ignore[arg-type]


def test_a_row_has_its_percentiles_and_the_median_of_the_rounds_ratios() -> None:
    ours = [a_load(rate, audio_s=300, server_cpu_s=1, client_cpu_s=0.1) for rate in (50, 60, 90)]
    row = row_of("ours", 8, ours, [a_load(rate) for rate in (100, 50, 100)])
    assert row.first_ms == pytest.approx([50.5, 95.05, 99.01])
    assert row.whole_ms == pytest.approx([101, 190.1, 198.02])
    assert row.ratio == pytest.approx(0.9)
    wall_s = 2 + 100 / 60 + 100 / 90
    assert row.requests_a_second == pytest.approx(300 / wall_s)
    assert row.times_real_time == pytest.approx(900 / wall_s)
    assert row.server_cores == pytest.approx(3 / wall_s)
    assert row.client_ms == pytest.approx(1.0)


def test_the_table_fits_80_columns_when_all_is_slow() -> None:
    slow = (1234.5, 12345.6, 12345.6)
    row = Row("hibari-tts", 32, 9999, 123, slow, slow, 1234.5, 1234.5, 12.34, 1.98, 2.1)
    told = io.StringIO()
    Bench("2 cores, x86_64", 2, 3, [row, row]).show(Console(file=told, width=80))
    lines = told.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in told.getvalue()
    assert " failed" in told.getvalue()
    shown = next(line.split() for line in lines if line.startswith("hibari-tts"))
    assert shown[-5:] == ["1234", "1234", "12.34", "1.98", "123"]


def test_where_no_request_was_answered_there_is_no_time() -> None:
    none = Load(failed=4, wall_s=1.0)
    row = row_of("ours", 1, [none], [none])
    found = json.loads(Bench("x", 1, 1, [row]).to_json(), parse_constant=pytest.fail)
    assert found["rows"][0]["first_ms"] == [None, None, None]
    assert row.cells()[2:8] == ("–",) * 6


class Answers(BaseHTTPRequestHandler):
    """Ready at the third asking; then one byte each."""

    asked = 0

    def do_GET(self) -> None:
        Answers.asked += 1
        self.send_response(503 if self.path == "/readyz" and Answers.asked < 3 else 200)
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"x")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{listening.server_address[1]}"
        yield Server("ours", "mini", url, psutil.Process())  # type: ignore[arg-type]
        listening.shutdown()


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    found = asyncio.run(load(server, None, 2, 4))
    assert (len(found.whole_s), found.failed) == (4, 0)


def test_a_server_that_is_not_ready_is_not_asked_without_a_pause(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(servers.time, "sleep", pauses.append)
    monkeypatch.setattr(Answers, "asked", 0)
    monkeypatch.setattr(psutil.Process, "poll", lambda _: None, raising=False)
    servers._wait_until_ready(server, io.StringIO())
    assert pauses == [servers.ASK_AGAIN_S] * 2


def test_the_embedded_student_is_measured_through_its_server(tmp_path: Path) -> None:
    small = ["clients=[2]", "requests=4", "rounds=1", "peer=false", f"output={tmp_path / 'out'}"]
    main(load_config(BenchServeConfig, "bench_serve", small))
    rows = json.loads((tmp_path / "out" / "bench.json").read_text())["rows"]
    assert [row["name"] for row in rows] == ["student", "kept", "/healthz"]
    assert [row["failed"] for row in rows] == [0, 0, 0]
    assert all(row["requests"] == 4 for row in rows)
    assert rows[0]["times_real_time"] > 0
    assert rows[0]["ratio"] == 1
