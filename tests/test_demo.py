"""The embedded teacher and judges on lines of the demo: what `make synth` promises, for real."""

import io
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
from datasets import Audio, load_dataset

from pipelines import synth
from pipelines.config import SynthConfig
from speech import storage
from speech.config import load_config
from speech.errors import InputError
from speech.judges.asr import Asr
from speech.judges.wer import score
from tests.noisy_libraries import noisy

pytestmark = pytest.mark.slow

DEMO = "package://pipelines.corpus/demo.txt"
BANK = "package://teacher/mini/voices"
LINES = 10
FEW = 4

SECOND_RUN = """
import sys
from pipelines.config import SynthConfig
from pipelines.synth import main
from speech.config import run_app
status = run_app(SynthConfig, "synth", main)
sys.exit(status or 10 * any(name in sys.modules for name in ("torch", "apache_beam")))
"""


def config_of(output: Path, corpus: Path, *overrides: str) -> SynthConfig:
    """One thread: two that wait for each other take ten times as long on a machine that is busy."""
    names = [f"output={output}", f"corpus.paths=['{corpus}']", "runner.threads=1"]
    return load_config(SynthConfig, "synth", [*names, *overrides])


def rows(output: Path, folder: str = "data") -> dict[str, dict]:
    tables = [pq.read_table(file) for file in sorted(output.joinpath(folder).iterdir())]
    return {row["id"]: row for table in tables for row in table.to_pylist()}


def contents(output: Path) -> dict[str, bytes]:
    files = (file for name in ("data", "rejected") for file in (output / name).iterdir())
    return {file.name: file.read_bytes() for file in files}


def wave(row: dict) -> np.ndarray:
    return soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")[0]


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """With lines of the demo that are short, for the sake of time, and all of them speakable."""
    folder = tmp_path_factory.mktemp("demo")
    demo = storage.read_bytes(DEMO).decode().splitlines()
    short = [line for line in demo if line.isascii() and 15 <= len(line) <= 45][:LINES]
    folder.joinpath("corpus.txt").write_text("\n".join(short))
    folder.joinpath("few.txt").write_text("\n".join(short[1 : 1 + FEW]))
    return folder


@pytest.fixture(scope="session")
def run(folder) -> SynthConfig:
    """Of a finished run over all the lines."""
    config = config_of(folder / "out", folder / "corpus.txt", "dataset.shards=2")
    assert synth.main(config) == 0
    return config


@pytest.fixture(scope="session")
def few(folder, run) -> Path:
    """The output of a run over some of the lines; the others count as added to them."""
    output = folder / "few"
    assert synth.main(config_of(output, folder / "few.txt", "dataset.shards=1")) == 0
    return output


def test_nine_in_ten_speakable_lines_are_accepted(run):
    accepted, rejected = rows(Path(run.output)), rows(Path(run.output), "rejected")
    assert len(accepted) + len(rejected) == LINES
    assert len(accepted) >= 0.9 * LINES
    for row in accepted.values():
        assert row["wer"] <= 0.2
        assert row["teacher"] == "f5_mini"
        assert row["license"] in {"Apache-2.0", "Apache-2.0 AND CC0-1.0"}
        assert row["synthetic"]
        assert len(wave(row)) / 24_000 == pytest.approx(row["duration_s"], abs=1e-4)
        assert len(row["teacher_mel"]) == len(wave(row)) // 256 * 100
    manifest = json.loads(Path(run.output, "manifest.json").read_text())
    assert manifest["counts"]["accepted"] == len(accepted)
    assert manifest["runs"][0]["provenance"]["judges"]


def test_datasets_loads_audio_at_24_khz(run, tmp_path):
    files = f"{run.output}/data/*.parquet"
    cache = str(tmp_path / "cache")
    loaded = load_dataset("parquet", data_files=files, split="train", cache_dir=cache)
    assert isinstance(loaded.features["audio"], Audio)
    assert loaded.features["audio"].sampling_rate == 24_000
    stored = loaded.cast_column("audio", Audio(decode=False))
    for row in stored:
        about = soundfile.info(io.BytesIO(row["audio"]["bytes"]))
        assert (about.samplerate, about.channels, about.format) == (24_000, 1, "FLAC")
    assert len(stored) == len(rows(Path(run.output)))


def test_what_is_heard_in_the_files_is_what_they_say(run):
    asr = Asr(run.gate.judges.asr)
    for row in rows(Path(run.output)).values():
        heard = asr.transcribe_one(wave(row), row["language"])
        rates = score(row["text"], heard, row["language"], row["text_normalized"])
        assert heard == row["transcript"]
        assert np.float32(rates.wer) == np.float32(row["wer"])
        assert np.float32(rates.cer) == np.float32(row["cer"])


def test_a_second_run_is_done_before_torch_is_loaded(run):
    before = contents(Path(run.output))
    named = [f"output={run.output}", f"corpus.paths={list(run.corpus.paths)}"]
    command = [sys.executable, "-c", SECOND_RUN, *named, "dataset.shards=2"]
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert "everything is done already" in again.stdout
    assert contents(Path(run.output)) == before


def test_the_same_seed_gives_the_same_bytes(few, folder):
    again = folder / "again"
    synth.main(config_of(again, folder / "few.txt", "dataset.shards=1"))
    assert contents(again) == contents(few)


@pytest.mark.parametrize("name", ["SIGINT"])
def test_interrupted_while_it_speaks_the_next_run_leaves_the_same_bytes(
    few, folder, name, tmp_path
):
    """And what libraries warn of meanwhile is in none of its lines."""
    output, corpus = folder / name, folder / "few.txt"
    named = [f"output={output}", f"corpus.paths=['{corpus}']", "runner.threads=1"]
    command = [sys.executable, "-m", "pipelines.synth", *named, "dataset.shards=1"]
    with subprocess.Popen(
        command,
        env=noisy(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # ignored in the background
    ) as process:
        while not list(output.glob("_shards/.scratch*")):  # until its studio is open
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        process.send_signal(signal.Signals[name])
        told = process.stderr.read()
    assert process.returncode == 128 + signal.Signals[name]
    assert told == b"interrupted: run the same command again to continue\n"
    assert {"soundfile", "torch"} <= {*(tmp_path / "heard").read_text().split()}
    assert not list(output.glob("_shards/.*"))
    assert synth.main(config_of(output, corpus, "dataset.shards=1")) == 0
    assert contents(output) == contents(few)


def test_added_lines_leave_the_others_their_voice_seed_and_sound(run, few):
    before, after = rows(few), rows(Path(run.output))
    both = before.keys() & after.keys()
    assert len(both) >= FEW - 1
    for key in both:
        for name in ("speaker_id", "seed", "attempt", "text"):
            assert before[key][name] == after[key][name]
        old, new = wave(before[key]), wave(after[key])
        assert len(old) == len(new)
        assert np.abs(old - new).max() <= 1e-3


def test_a_refused_voice_stops_the_run_before_data_is_written(folder, tmp_path):
    """One reference says something else than its transcript."""
    bank = tmp_path / "bank"
    shutil.copytree(storage.local_path(f"{BANK}/voices.jsonl").parent, bank)
    manifest = bank / "voices.jsonl"
    voices = [json.loads(line) for line in manifest.read_text().splitlines()][:2]
    voices[1]["transcript"] = "Nobody in this room has ever said anything of the kind."
    manifest.write_text("".join(json.dumps(voice) + "\n" for voice in voices))
    config = config_of(tmp_path / "out", folder / "few.txt", f"voices.manifest={manifest}")
    with pytest.raises(InputError, match="1 of 2 voices refused") as refusal:
        synth.main(config)
    assert f"{voices[1]['id']}: transcript_mismatch: WER" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "out" / "data").exists()
