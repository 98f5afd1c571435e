"""`make status`: the state of a run at work, dead or finished, from its output alone."""

import json
import re
from pathlib import Path

import pytest
from fakes import fake_config, open_fake_studio, write_corpus

import pipelines.progress.heartbeat
import pipelines.run.preparation
from pipelines import synth
from pipelines.progress.heartbeat import read_heartbeats
from pipelines.speak.unit_rows import UnitRows
from pipelines.status.__main__ import StatusConfig, main
from pipelines.status.prometheus import to_text
from pipelines.status.state import read_state
from speech.config import load_config
from speech.dataset.layout import shard_part, unit_part
from speech.errors import InputError, Unavailable

LINES, UNSPEAKABLE, SHARDS = 60, 10, 2


@pytest.fixture(autouse=True)
def _voices_are_known(monkeypatch):
    monkeypatch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
    monkeypatch.setattr(pipelines.progress.heartbeat, "EVERY_S", 0.0)


@pytest.fixture
def config(tmp_path):
    corpus = write_corpus(tmp_path / "corpus.txt", LINES - UNSPEAKABLE)
    with open(corpus, "a") as stream:
        stream.write("".join(f"?{'!' * i}\n" for i in range(UNSPEAKABLE)))
    return fake_config(str(tmp_path / "out"), corpus, f"dataset.shards={SHARDS}")


def status(output: str, *overrides: str, as_json: bool = False) -> int:
    return main(load_config(StatusConfig, "status", [f"output={output}", *overrides]), as_json)


def die(monkeypatch, config, unit: int) -> None:
    """The run dies as it writes its `unit`-th unit."""
    real, seen = UnitRows.write, []

    def write(self, writer):
        seen.append(self)
        if len(seen) == unit:
            raise RuntimeError("gone")
        real(self, writer)

    with monkeypatch.context() as patch:
        patch.setattr(UnitRows, "write", write)
        with pytest.raises(RuntimeError, match="gone"):
            synth.main(config, open_fake_studio)


def test_no_run_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"is no run of make synth: it has no _shards/run\.json"):
        status(str(tmp_path))


def test_a_run_before_during_and_after(config, monkeypatch, capsys):
    synth.prepare(config, synth.Console(quiet=True))
    assert read_state(config.output).stage == "planning"
    die(monkeypatch, config, 3)
    state = read_state(config.output)
    assert (state.stage, state.rows, state.shards_done) == ("speaking", LINES, 0)
    assert (state.units_done, state.workers_alive) == (2, 1)
    assert 0 < state.accepted < state.rows_done < LINES
    assert sum(state.reasons.values()) + state.accepted == state.rows_done
    (worker,) = state.workers
    assert worker.units == 2
    assert worker.unit.startswith("_shards/units/0000")
    assert state.left_s > 0
    assert len(state.slowest) == 2
    assert status(config.output) == 0  # its worker may be at work still
    monkeypatch.setattr("pipelines.status.state.ALIVE_S", -1.0)
    capsys.readouterr()
    assert status(config.output, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["workers_alive"], told["left_s"]) == (0, None)
    assert synth.main(config, open_fake_studio) == 0
    assert status(config.output) == 0
    state = read_state(config.output)
    assert (state.stage, state.rows_done, state.shards_done) == ("finished", LINES, SHARDS)
    assert read_heartbeats(config.output) == []
    counts = json.loads(Path(config.output, "manifest.json").read_text())["counts"]
    assert state.accepted == counts["accepted"]


def test_the_table_fits_80_columns(config, monkeypatch, capsys):
    die(monkeypatch, config, 4)
    monkeypatch.setenv("COLUMNS", "80")
    capsys.readouterr()
    status(config.output)
    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= 80
    assert any("rows an hour" in row for row in shown)


def test_what_prometheus_reads(config, monkeypatch, tmp_path):
    die(monkeypatch, config, 7)
    path = tmp_path / "synth.prom"
    status(config.output, f"prometheus={path}")
    state = read_state(config.output)
    text = path.read_text()
    assert f"\ntts_distill_synth_rows_done {state.rows_done}\n" in text
    assert 'tts_distill_synth_rejected{reason="nothing_to_speak"} ' in text
    for row in text.splitlines():
        assert re.fullmatch(r"# TYPE \w+ gauge|\w+(\{reason=\"\w+\"\})? [\d.e+-]+", row), row
    assert "seconds_left" not in to_text(read_state_without_workers(state))


def read_state_without_workers(state):
    return type(state)(**{**vars(state), "rows_per_s": 0.0})


def test_in_a_bucket(tmp_path, gcs_bucket, monkeypatch):
    corpus = write_corpus(tmp_path / "corpus.txt", 20)
    config = fake_config(f"{gcs_bucket}/out", corpus, "dataset.shards=1")
    die(monkeypatch, config, 2)
    state = read_state(config.output)
    assert (state.units_done, state.stage) == (1, "speaking")
    assert len(state.workers) == 1


def test_a_beat_that_cannot_be_written_ends_no_unit(config, monkeypatch):
    def away(path, data, *_):
        raise Unavailable("the bucket does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(pipelines.progress.heartbeat.storage, "write_bytes", away)
        heartbeat = pipelines.progress.heartbeat.Heartbeat(config.output)
        heartbeat.begin(unit_part(shard_part(0, 1), 0, 1))
        heartbeat.end({})
    assert read_heartbeats(config.output) == []
    heartbeat.end({})
    assert read_heartbeats(config.output)[0].units == 2
