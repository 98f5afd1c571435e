"""Lines that break the teacher, a judge or the whole process: rejected alone, the others untouched."""

import os
import signal
import threading
from collections import Counter
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from fakes import (
    CLIP_S,
    FakeTeacher,
    fake_config,
    in_child,
    open_fake_studio,
    synth_fake,
    write_corpus,
)

from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.gate import Gate
from pipelines.speak.worker_context import WorkerContext
from speech.errors import InputError
from speech.seeds import stable_hash
from teacher.voices import load_bank

pytestmark = pytest.mark.usefixtures("voices_are_known")

SHARDS = "dataset.shards=3"
UNITS = "dataset.rows_per_unit=999"  # one a shard: its batches do not depend on what else is there
DEADLINE = "runner.batch_deadline_s=5"
LINES = 90
POISONS = (
    "Drink the hemlock now.",
    "Then drink some more hemlock, and much more of it than before.",
)


class Poisoned(FakeTeacher):
    """Its clips depend on their whole batch, so that they tell how they were packed."""

    def speak(self, batch, keys):
        for item in batch:
            self.meet(item.request.text)
        return super().speak(batch, [f"{key} of {stable_hash(*keys)}" for key in keys])

    def meet(self, text: str) -> None:
        if "hemlock" in text:
            raise RuntimeError(f"cannot say\n{text[:5]}")


class Deadly(Poisoned):
    def meet(self, text: str) -> None:
        if "hemlock" in text:
            os.kill(os.getpid(), signal.SIGKILL)


class Hanging(Poisoned):
    def meet(self, text: str) -> None:
        if "hemlock" in text:
            threading.Event().wait()


class Dead(Poisoned):
    def meet(self, text: str) -> None:
        raise RuntimeError("no kernel image is available")


def open_poisoned(config: SynthConfig) -> WorkerContext:
    return replace(open_fake_studio(config), teacher=Poisoned())


def open_deadly(config: SynthConfig) -> WorkerContext:
    return replace(open_fake_studio(config), teacher=Deadly())


def open_hanging(config: SynthConfig) -> WorkerContext:
    return replace(open_fake_studio(config), teacher=Hanging())


def open_dead(config: SynthConfig) -> WorkerContext:
    return replace(open_fake_studio(config), teacher=Dead())


@pytest.fixture
def pure(tmp_path) -> str:
    return write_corpus(tmp_path / "pure.txt", LINES)


@pytest.fixture
def poisoned(tmp_path, pure) -> str:
    """The same lines with poison between them."""
    lines = Path(pure).read_text().splitlines()
    lines[20:20], lines[70:70] = POISONS[:1], POISONS[1:]
    path = tmp_path / "poisoned" / Path(pure).name  # which rows tell
    path.parent.mkdir()
    path.write_text("\n".join(lines))
    return str(path)


def rows(output: str, folder: str) -> dict[str, dict]:
    tables = [pq.read_table(path) for path in sorted(Path(output, folder).iterdir())]
    return {row["id"]: row for table in tables for row in table.to_pylist()}


@pytest.mark.parametrize("more", [(), ("gate.candidates=2",)])
def test_what_breaks_the_teacher_is_rejected_and_leaves_no_trace(tmp_path, pure, poisoned, more):
    expected, found = str(tmp_path / "expected"), str(tmp_path / "found")
    assert synth.main(fake_config(expected, pure, SHARDS, UNITS, *more), open_poisoned) == 0
    assert synth.main(fake_config(found, poisoned, SHARDS, UNITS, *more), open_poisoned) == 0
    assert rows(found, "data") == rows(expected, "data")
    rejected = [row for row in rows(found, "rejected").values() if row["text"] in POISONS]
    assert [row["reason"] for row in rejected] == ["teacher_error"] * 2
    assert {row["stage"] for row in rejected} == {"teacher"}
    assert {row["detail"] for row in rejected} == {
        "RuntimeError: cannot say Drink",
        "RuntimeError: cannot say Then",
    }


def test_what_breaks_the_frontend_is_rejected(tmp_path, poisoned):
    class Fragile(FakeTeacher):
        def prepare(self, request):
            if "hemlock" in request.text:
                raise IndexError("list index out of range")
            return super().prepare(request)

    config = fake_config(str(tmp_path / "out"), poisoned, SHARDS)
    assert synth.main(config, lambda c: replace(open_fake_studio(c), teacher=Fragile())) == 0
    reasons = Counter(row["reason"] for row in rows(config.output, "rejected").values())
    assert reasons["teacher_error"] == 2


def test_a_teacher_that_fails_on_everything_stops_the_run(tmp_path, pure):
    config = fake_config(str(tmp_path / "out"), pure, SHARDS)
    with pytest.raises(InputError, match=r"teacher fails on everything.*no kernel image") as told:
        synth.main(config, open_dead)
    assert "\n" not in str(told.value)
    assert not list(Path(config.output).glob("data/*"))


def test_a_teacher_that_was_broken_for_some_runs_costs_no_line(tmp_path, pure):
    expected, found = str(tmp_path / "expected"), str(tmp_path / "found")
    assert synth.main(fake_config(expected, pure, SHARDS), open_poisoned) == 0
    config = fake_config(found, pure, SHARDS)
    for _ in range(4):
        with pytest.raises(InputError):
            synth.main(config, open_dead)
    assert synth.main(config, open_poisoned) == 0
    assert rows(found, "data") == rows(expected, "data")


class Ears:
    """An ASR that hears nothing, and breaks on some clips."""

    def __init__(self, breaks) -> None:
        self.breaks = breaks

    def transcribe_one(self, wave, language):
        if self.breaks(wave):
            raise RuntimeError("cuDNN error")
        return "words"


def open_with_ears(config: SynthConfig, breaks) -> WorkerContext:
    bank = load_bank(config.voices)
    speaker = SimpleNamespace(embed=lambda waves: [np.ones(4, np.float32) / 2 for _ in waves])
    judges = SimpleNamespace(asr=Ears(breaks), speaker=speaker, mos=None)
    gate_config = config.gate.model_copy(update={"attempts": 1, "min_rms_db": -90.0})
    return replace(open_fake_studio(config), gate=Gate(gate_config, judges, bank))


def test_a_judge_that_fails_on_everything_stops_the_run(tmp_path, pure):
    config = fake_config(str(tmp_path / "out"), pure, SHARDS, "gate.edge_s=99")
    rates = {"en": config.gate.speaking_rate["en"].model_copy(update={"max": 999.0})}
    config = config.model_copy(
        update={"gate": config.gate.model_copy(update={"speaking_rate": rates})}
    )
    with pytest.raises(InputError, match=r"judge 'asr' fails on everything.*cuDNN error") as told:
        synth.main(config, lambda c: open_with_ears(c, lambda wave: True))
    assert "\n" not in str(told.value)
    short = int(CLIP_S * 24_000)  # of clips, and of no reference
    assert synth.main(config, lambda c: open_with_ears(c, lambda wave: len(wave) == short)) == 1
    found = rows(config.output, "rejected").values()
    assert Counter(row["reason"] for row in found) == {"judge_error": len(found)}
    assert {row["detail"] for row in found} == {"asr: RuntimeError: cuDNN error"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "opener", [open_deadly, pytest.param(open_hanging, marks=pytest.mark.long)]
)
def test_what_kills_its_process_or_hangs_is_rejected_in_the_end(tmp_path, pure, opener):
    expected, found = str(tmp_path / "expected"), str(tmp_path / "found")
    assert in_child(synth_fake, fake_config(expected, pure, SHARDS, UNITS), open_poisoned) == 0
    with open(pure, "a") as stream:
        stream.write(POISONS[0])
    config, deaths, status = fake_config(found, pure, SHARDS, UNITS, DEADLINE), 0, None
    while status is None:
        try:
            status = in_child(synth_fake, config, opener)
        except BrokenProcessPool:
            deaths += 1
        assert deaths <= 2  # in its batch, then alone
    assert (status, deaths) == (0, 2)
    assert rows(found, "data") == rows(expected, "data")
    (rejected,) = (row for row in rows(found, "rejected").values() if row["text"] in POISONS)
    assert (rejected["reason"], rejected["stage"]) == ("killed_worker", "teacher")
    assert rejected["detail"] == "killed 2 processes in which it was spoken alone"
    assert not list(Path(found, "_shards").rglob("*-attempts.json"))
