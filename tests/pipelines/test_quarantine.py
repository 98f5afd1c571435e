"""What is concluded from the deaths of workers, without any dying."""

import os
import time
from types import SimpleNamespace

import pytest

from pipelines.speak.deadline import EXIT_STATUS, Deadline
from pipelines.speak.quarantine import LONE_DEATHS, Quarantine, attempts_name
from speech import storage
from speech.dataset.layout import shard_part, unit_part
from speech.dataset.merge import sweep_units

UNIT = unit_part(shard_part(3, 12), 1, 4)
KEYS = ["1/a/v/0", "2/b/v/0", "3/c/v/1"]
TAKE = SimpleNamespace()


class Died(BaseException):
    """Stands for the end of a process."""


class WorkerContext:
    """Dies of some tries, as a worker would."""

    def __init__(self, quarantine, deadly=()) -> None:
        self.quarantine, self.deadly, self.tried = quarantine, deadly, []

    def try_alone(self, take) -> None:
        key = self.quarantine._record.in_flight[0]
        self.tried.append(key)
        if key in self.deadly:
            raise Died


def begin(output, survives=lambda _: True) -> Quarantine:
    return Quarantine(str(output), UNIT, survives, Deadline(None))


def examine(quarantine, deadly=()) -> list[str]:
    """What was tried in this process before it died or had no suspects left."""
    context = WorkerContext(quarantine, deadly)
    try:
        for key in quarantine.suspects:
            quarantine.examine(key, TAKE, context)
    except Died:
        pass
    return context.tried


def test_the_first_to_begin_a_unit_suspects_nothing(tmp_path):
    assert begin(tmp_path).suspects == []
    assert not storage.exists(tmp_path / attempts_name(UNIT))


def test_who_lives_alone_is_cleared(tmp_path):
    begin(tmp_path).in_flight(KEYS)
    second = begin(tmp_path)
    assert second.suspects == KEYS
    assert examine(second) == KEYS
    assert second.suspects == begin(tmp_path).suspects == []
    assert not any(second.why_deadly(key) for key in KEYS)


def test_who_kills_alone_is_tried_in_another_process(tmp_path):
    begin(tmp_path).in_flight(KEYS)
    assert examine(begin(tmp_path), deadly=KEYS[1:2]) == KEYS[:2]
    trials = []
    third = begin(tmp_path, lambda take: bool(trials.append(take)))
    assert third.suspects == [KEYS[2], KEYS[1]]
    assert examine(third) == KEYS[2:]
    assert trials == [TAKE] * 2
    assert third.why_deadly(KEYS[1]) == "killed 2 processes in which it was spoken alone"
    again = begin(tmp_path)
    assert again.suspects == []
    assert again.why_deadly(KEYS[1])
    assert not again.why_deadly(KEYS[0])


@pytest.mark.parametrize("outcomes", [[True], [False, True]])
def test_who_lives_in_another_process_is_cleared_however_often_its_worker_died(tmp_path, outcomes):
    begin(tmp_path).in_flight(KEYS[:1])
    for _ in range(10):
        begin(tmp_path).in_flight(KEYS[:1], alone=True)
    left = iter(outcomes)
    last = begin(tmp_path, lambda _: next(left))
    assert examine(last) == []
    assert not last.why_deadly(KEYS[0])
    assert begin(tmp_path).suspects == []


def test_without_another_process_many_deaths_decide(tmp_path):
    begin(tmp_path).in_flight(KEYS[:1])
    deaths = 0
    while begin(tmp_path).suspects:
        deaths += bool(examine(begin(tmp_path, lambda _: None), deadly=KEYS))
    assert deaths == LONE_DEATHS
    assert begin(tmp_path).why_deadly(KEYS[0]).startswith(f"its worker died {LONE_DEATHS} times")


def test_a_suspect_that_is_asked_for_no_more_is_forgotten(tmp_path):
    begin(tmp_path).in_flight(KEYS[:1])
    second = begin(tmp_path)
    second.examine(KEYS[0], None, WorkerContext(second, KEYS))
    assert begin(tmp_path).suspects == []


@pytest.mark.parametrize(("rests", "status"), [(False, EXIT_STATUS), (True, 0)])
def test_what_hangs_ends_its_process_and_is_a_suspect(tmp_path, capfd, rests, status):
    child = os.fork()
    if not child:
        try:
            quarantine = Quarantine(str(tmp_path), UNIT, lambda _: True, Deadline(0.2))
            quarantine.in_flight(KEYS[:1])
            if rests:
                quarantine.rest()
            time.sleep(0.6 if rests else 20)
            os._exit(0)
        finally:
            os._exit(1)
    _, ended = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(ended) == status
    assert ("runner.batch_deadline_s" in capfd.readouterr().err) is not rests
    assert begin(tmp_path).suspects == KEYS[:1]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"in_flight": 3}', b"\xff"])
def test_a_damaged_record_is_none(tmp_path, damage):
    begin(tmp_path).in_flight(KEYS)
    storage.write_bytes(tmp_path / attempts_name(UNIT), damage)
    assert begin(tmp_path).suspects == []


def test_a_finished_unit_or_shard_leaves_no_record(tmp_path, gcs_bucket):
    for output in (str(tmp_path), gcs_bucket):
        begin(output).in_flight(KEYS)
        assert begin(output).suspects == KEYS
        begin(output).end()
        assert begin(output).suspects == []
        begin(output).in_flight(KEYS)
        sweep_units(output, [2], 12)
        assert begin(output).suspects == KEYS
        sweep_units(output, [2, 3], 12)
        assert begin(output).suspects == []
        assert storage.list_names(storage.join(output, "_shards/units")) == set()
