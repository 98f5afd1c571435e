"""The server's benchmark: distinct sentences, percentiles and ratios as they are named, 80 columns."""

import io
import json
from itertools import islice
from pathlib import Path

import pytest
from rich.console import Console

from eval.bench.serve.__main__ import main
from eval.bench.serve.clients import Load
from eval.bench.serve.config import BenchServeConfig
from eval.bench.serve.figures import Bench, Row, row_of
from eval.bench.serve.sentences import sentences
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


def test_the_embedded_student_is_measured_through_its_server(tmp_path: Path) -> None:
    small = ["clients=[2]", "requests=4", "rounds=1", "peer=false", f"output={tmp_path / 'out'}"]
    main(load_config(BenchServeConfig, "bench_serve", small))
    rows = json.loads((tmp_path / "out" / "bench.json").read_text())["rows"]
    assert [row["name"] for row in rows] == ["student", "kept", "/healthz"]
    assert [row["failed"] for row in rows] == [0, 0, 0]
    assert all(row["requests"] == 4 for row in rows)
    assert rows[0]["times_real_time"] > 0
    assert rows[0]["ratio"] == 1
