"""A unit is its holder's: who lost it while it was spoken writes nothing of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeTeacher, fake_config, open_fake_studio, write_corpus
from rich.console import Console

from pipelines import synth
from pipelines.jobs.worker import UnitKey, WriteUnits
from pipelines.run.preparation import prepare
from speech.dataset.layout import shard_part, unit_part
from speech.storage import lease as lease_module
from tests.speech.storage.lease_clock import TTL_S, Clock

pytestmark = pytest.mark.usefixtures("voices_are_known")

LINES = 90
SETTINGS = ("dataset.shards=1", f"dataset.rows_per_unit={LINES}", "gate.attempts=1")
LEASE = ("runner=lease", "runner.workers=1", f"runner.lease_s={TTL_S:g}")
KEY = UnitKey(shard=0, unit=0, units=1)
UNIT = unit_part(shard_part(0, 1), 0, 1)
THEIRS = '{"holder": "they", "lease": "0123456789abcdef", "beat": 1}'


class Interrupted(FakeTeacher):
    """Something happens while it speaks its first batch."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.happens, self.batches = happens, 0

    def speak(self, batch, keys):
        self.batches += 1
        if self.batches == 1:
            self.happens()
        return super().speak(batch, keys)


def make_unit(tmp_path: Path, teacher: Interrupted) -> tuple[Path, WriteUnits, list]:
    """The output, the step, and what came of its only unit."""
    corpus, console = write_corpus(tmp_path / "corpus.txt", LINES), Console(quiet=True)
    config = fake_config(str(tmp_path / "out"), corpus, *SETTINGS, *LEASE)
    run_plan = prepare(config, console)
    assert synth.plan_text(run_plan, console)
    step = WriteUnits(run_plan, lambda config: replace(open_fake_studio(config), teacher=teacher))
    step.setup()
    made = [*step.process(KEY), *step.threads.finish()]
    step.teardown()
    return Path(config.output), step, made


def written(output: Path) -> list[Path]:
    """Of the unit, or of the shard that would be made of it."""
    names = (*UNIT.files, UNIT.marker, *shard_part(0, 1).files, shard_part(0, 1).marker)
    return [output / name for name in names if (output / name).exists()]


def test_a_unit_that_is_held_to_the_end_is_written(tmp_path):
    teacher = Interrupted(lambda: None)
    output, step, (marker,) = make_unit(tmp_path, teacher)
    assert teacher.batches > 2
    assert (marker.accepted + marker.rejected, step.held) == (LINES, [])
    assert written(output)


def test_who_was_replaced_while_he_spoke_writes_nothing(tmp_path):
    """His own clock tells him nothing; the storage does, before anything is written."""
    lease = tmp_path / "out" / UNIT.marker.replace(".json", ".lease")
    output, step, made = make_unit(tmp_path, Interrupted(lambda: lease.write_text(THEIRS)))
    assert (made, step.held) == ([None], [KEY])
    assert written(output) == []
    assert lease.read_text() == THEIRS


def test_who_was_stopped_for_too_long_goes_no_further(tmp_path, monkeypatch):
    """Another may have the unit by now: he does not speak it to its end first."""
    clock = Clock()
    monkeypatch.setattr(lease_module, "clock", clock)
    teacher = Interrupted(lambda: setattr(clock, "now_s", clock.now_s + TTL_S))
    output, step, made = make_unit(tmp_path, teacher)
    assert (made, step.held, teacher.batches) == ([None], [KEY], 1)
    assert written(output) == []
