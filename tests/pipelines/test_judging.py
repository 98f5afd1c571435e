"""Judges beside the teacher, and what is known of them before anything is spent."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from configs import judges_config, voices_config
from fakes import FakeGate, FakeTeacher, fake_config, open_fake_studio, write_corpus
from test_poison import POISONS, Poisoned, rows

import pipelines.speak.worker_context
from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.speak import judging
from pipelines.speak.judging import threads_beside
from pipelines.speak.unit import UnitSynthesizer
from pipelines.speak.unit_rows import UnitRows
from pipelines.speak.worker_context import WorkerContext, load_models
from pipelines.verdict import Candidate, Verdict
from speech.dataset.layout import shard_part
from speech.dataset.schema import Utterance
from speech.dataset.writer import PartWriter
from speech.errors import InputError
from speech.judges.asr import Asr
from teacher.base import Prepared, Speech
from teacher.packing import BatchLimit
from teacher.voices import load_bank

pytestmark = pytest.mark.usefixtures("voices_are_known")

WAIT_S = 60


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    path = write_corpus(tmp_path / "corpus.txt", 60)
    with open(path, "a") as stream:
        stream.write("\n".join(POISONS))
    return path


def beside(context: WorkerContext, threads: int = 3) -> WorkerContext:
    return replace(context, judge_threads=ThreadPoolExecutor(threads))


def open_poisoned(config: SynthConfig) -> WorkerContext:
    """Batches that tell how they were packed; some lines break them."""
    return replace(open_fake_studio(config), teacher=Poisoned(), limit=BatchLimit(cost=300))


@pytest.mark.parametrize("more", [("gate.attempts=1",), ("gate.candidates=2",)])
def test_the_files_are_the_same_as_of_judges_in_line(
    tmp_path: Path, corpus: str, more: Sequence[str]
) -> None:
    files = []
    for name, opener in (("line", open_poisoned), ("beside", lambda c: beside(open_poisoned(c)))):
        config = fake_config(
            str(tmp_path / name), corpus, "dataset.shards=2", "dataset.rows_per_unit=999", *more
        )
        assert synth.main(config, opener) == 0
        folders = [Path(config.output, part) for part in ("data", "rejected")]
        files.append({path.name: path.read_bytes() for f in folders for path in f.iterdir()})
    assert files[0] == files[1]


class Meeting(FakeTeacher):
    """A teacher and a gate of which each goes on only when the other is at work."""

    def __init__(self) -> None:
        self.batches = 0
        self.spoken, self.judged = threading.Event(), threading.Event()
        self.met: list[bool] = []

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        self.batches += 1
        if self.batches == 2:
            self.spoken.set()
            self.met.append(self.judged.wait(WAIT_S))
        return super().speak(batch, keys)

    def judge(self, candidates: list[Candidate]) -> list[Verdict]:
        self.judged.set()
        self.met.append(self.spoken.wait(WAIT_S))
        return FakeGate().judge(candidates)


class Journal:
    """A quarantine that remembers what was said to be in flight."""

    suspects: Sequence[str] = ()

    def __init__(self) -> None:
        self.flights: list[set[str]] = []

    def in_flight(self, keys: Sequence[str]) -> None:
        self.flights.append(set(keys))

    def why_deadly(self, key: str) -> None:
        return None


def test_a_batch_is_spoken_while_the_one_before_is_judged(tmp_path: Path) -> None:
    config = fake_config(str(tmp_path), "corpus.txt", "gate.attempts=1")
    meeting, journal = Meeting(), Journal()
    context = replace(
        open_fake_studio(config), teacher=meeting, gate=meeting, limit=BatchLimit(items=5)
    )
    lines = [
        Utterance(f"{i:02}", "Hello.", "Hello.", "en", "speaker00", i, "a:1") for i in range(20)
    ]
    rows = UnitRows(lines)
    unit: Any = UnitSynthesizer(config, beside(context), rows, lambda _: None, journal)  # type: ignore[arg-type]
    unit.speak()
    with PartWriter(str(tmp_path), shard_part(0, 1)) as writer:
        rows.write(writer)
        assert writer.rows == 20
    assert meeting.batches == len(journal.flights) == 4
    assert len(meeting.met) == 21  # the second batch, and each clip
    assert all(meeting.met)
    assert journal.flights[0] < journal.flights[1]  # what is judged may kill as well
    assert not journal.flights[0] & journal.flights[2]


def test_what_a_judge_raises_on_its_thread_ends_the_run(tmp_path: Path, corpus: str) -> None:
    class Ends(FakeGate):
        def judge(self, candidates: list[Candidate]) -> list[Verdict]:
            raise InputError("the judge 'asr' fails on everything")

    def opener(config: SynthConfig) -> WorkerContext:
        return beside(replace(open_fake_studio(config), gate=Ends()))

    config = fake_config(str(tmp_path / "out"), corpus, "dataset.shards=1")
    with pytest.raises(InputError, match="the judge 'asr' fails on everything"):
        synth.main(config, opener)
    assert not list(Path(config.output).glob("data/*"))


def test_only_a_teacher_on_a_gpu_has_threads_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, gpu, judges = torch.device("cpu"), torch.device("cuda"), judges_config()
    monkeypatch.setattr(judging, "cores", lambda: 6)
    assert threads_beside(cpu, judges) == 0
    assert threads_beside(gpu, judges) == 5
    there = judges.model_copy(update={"asr": judges.asr.model_copy(update={"device": "cuda"})})
    assert threads_beside(gpu, there) == 1


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done at opening, with a teacher that is none."""
    done: list[str] = []
    teacher: Any = SimpleNamespace(
        device=torch.device("cpu"),
        load=lambda: done.append("load"),
        limit=lambda: done.append("limit"),
    )
    monkeypatch.setattr("teacher.f5.config.F5Config.open", lambda *_: teacher)
    return done


@pytest.mark.parametrize("heard", [None, "", "Something else altogether."])
def test_a_judge_that_cannot_work_stops_a_worker_at_its_opening(
    heard: str | None, opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def transcribe(self: Asr, *_: object) -> str:
        if heard is None:
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")
        return heard

    monkeypatch.setattr(Asr, "transcribe_one", transcribe)
    told = "fails on everything.*libcublas" if heard is None else "makes nothing of the reference"
    config = fake_config(str(tmp_path / "out"), write_corpus(tmp_path / "lines.txt", 4))
    with pytest.raises(InputError, match=f"the judge 'asr' {told}") as error:
        synth.main(config, load_models)
    assert "\n" not in str(error.value)
    assert opened[-1] == "load"  # and no batch was measured, let alone spoken
    assert not rows_of(config, "rejected")


def rows_of(config: SynthConfig, folder: str) -> dict[str, dict]:
    return rows(config.output, folder) if Path(config.output, folder).exists() else {}


def test_the_judges_are_loaded_before_memory_is_measured(
    opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_gate = pipelines.speak.worker_context.Gate.open

    def opens(self: Any) -> None:
        open_gate(self)
        opened.append("judges")

    monkeypatch.setattr(pipelines.speak.worker_context.Gate, "open", opens)
    context = load_models(fake_config(str(tmp_path / "out"), "corpus.txt"))
    assert opened == ["load", "judges", "limit"]
    assert "_model" in vars(context.gate.judges.asr)
    assert "_encoder" in vars(context.gate.judges.speaker)


def test_an_asr_hears_the_same_on_several_threads() -> None:
    bank = load_bank(voices_config())
    waves = [voice.wave for voice in bank.values()][:4]
    config = judges_config().asr.model_copy(update={"cpu_threads": 1})
    alone, shared = Asr(config), Asr(config, callers=3)
    expected = [alone.transcribe_one(wave, "en") for wave in waves]
    shared.transcribe_one(waves[0], "en")
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda wave: shared.transcribe_one(wave, "en"), waves)) == expected
