"""A Dask cluster of two worker processes, one of which is killed in mid-run, writes the same bytes."""

import os
import signal
from pathlib import Path

import pytest
from fakes import CHILDREN, FakeTeacher, fake_config, in_child, open_fake_studio, synth_fake, write_corpus
from fakes import FakeTeacher
from test_kill import hashes

from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.worker_context import WorkerContext
from speech.errors import InputError

pytestmark = pytest.mark.slow

LINES = 300
DASK = ("runner=dask",)
KILLED = "killed"


class DeadlyTeacher(FakeTeacher):
    """Ends its process at the third batch; of all processes of a run, one."""

    def __init__(self, told: Path) -> None:
        self.told = told
        self.batches = 0

    def speak(self, batch, keys):
        self.batches += 1
        if self.batches == 3:
            try:
                self.told.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().speak(batch, keys)


def open_deadly_studio(config: SynthConfig) -> WorkerContext:
    context = open_fake_studio(config)
    context.teacher = DeadlyTeacher(Path(config.output).parent / KILLED)
    return context


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> str:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.txt", LINES)


@pytest.fixture(scope="module")
def direct(tmp_path_factory, corpus) -> str:
    output = str(tmp_path_factory.mktemp("direct") / "out")
    assert in_child(synth_fake, fake_config(output, corpus)) == 0
    return output


def test_a_worker_killed_in_mid_run_changes_no_byte(tmp_path, corpus, direct):
    output = tmp_path / "out"
    config = fake_config(str(output), corpus, *DASK)
    assert in_child(synth_fake, config, open_deadly_studio) == 0
    assert (tmp_path / KILLED).exists()
    assert hashes(str(output)) == hashes(direct)
    assert (output / "_shards/plan.json").read_bytes() == Path(direct, "_shards/plan.json").read_bytes()
