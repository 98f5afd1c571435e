"""A run that marks its clips: the gate hears what is written, and the rows say how it was marked."""

import io
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import soundfile
from fakes import FakeGate, fake_config, open_fake_studio, write_corpus

import pipelines.run.preparation
from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.run.preparation import run_identity
from pipelines.speak.worker_context import WorkerContext
from pipelines.text.utterances import plan_corpus
from teacher.voices import load_bank
from tests.watermarks import MARK, Offset


class Ear(FakeGate):
    """Hears marked clips alone."""

    def judge(self, candidates):
        assert all(candidate.wave.mean() > MARK / 2 for candidate in candidates)
        return super().judge(candidates)


def open_marking(config: SynthConfig) -> WorkerContext:
    return replace(open_fake_studio(config), gate=Ear(), watermark=Offset())


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
    return write_corpus(tmp_path / "corpus.txt", 12)


def marked(tmp_path: Path, corpus: str, name: str = "marked") -> SynthConfig:
    output = str(tmp_path / name)
    shards = "dataset.shards=1"
    return fake_config(
        output, corpus, "watermark=perth", shards, "dataset.keep_rejected_audio=true"
    )


def rows(output: str) -> list[dict]:
    return [
        row
        for folder in ("data", "rejected")
        for file in sorted(Path(output, folder).glob("*.parquet"))
        for row in pq.read_table(file).to_pylist()
    ]


def test_the_mark_is_in_what_is_judged_and_in_what_is_written(tmp_path, corpus):
    config = marked(tmp_path, corpus)
    assert synth.main(config, open_marking) == 0
    found = rows(config.output)
    assert len(found) == 12
    for row in found:
        assert row["watermark"] == "perth 1.0.1"
        if row["audio"]:
            wave, _ = soundfile.read(io.BytesIO(row["audio"]["bytes"]))
            assert wave.mean() > MARK / 2


def test_a_mark_is_part_of_a_runs_identity(tmp_path, corpus):
    plain = fake_config(str(tmp_path / "plain"), corpus, "dataset.shards=1")
    config = marked(tmp_path, corpus)
    bank, plan = load_bank(config.voices), plan_corpus(config)
    identity = run_identity(config, plan, bank)
    assert identity["watermark"]["version"] == "1.0.1"
    assert identity["watermark"] != run_identity(plain, plan, bank)["watermark"]
