"""Dask's worker processes write what `runner=direct` does, whoever of them is killed in mid-run."""

from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from deadly_teacher import (
    open_studio_that_kills_its_launcher,
    open_studio_that_kills_its_process,
    was_killed,
)
from fakes import fake_config, in_child, synth_fake, write_corpus
from test_kill import hashes

pytestmark = pytest.mark.slow

LINES = 300


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> str:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.txt", LINES)


@pytest.fixture(scope="module")
def direct(tmp_path_factory, corpus) -> str:
    output = str(tmp_path_factory.mktemp("direct") / "out")
    assert in_child(synth_fake, fake_config(output, corpus)) == 0
    return output


def plan(output: str) -> bytes:
    return Path(output, "_shards/plan.json").read_bytes()


def test_one_of_two_workers_killed_in_mid_run_changes_no_byte(tmp_path, corpus, direct):
    output = str(tmp_path / "out")
    config = fake_config(output, corpus, "runner=dask", "runner.workers=2")
    assert in_child(synth_fake, config, open_studio_that_kills_its_process) == 0
    assert was_killed(output).exists()
    assert hashes(output) == hashes(direct)
    assert plan(output) == plan(direct)


@pytest.mark.long
def test_after_the_launcher_was_killed_the_next_run_changes_no_byte(tmp_path, corpus, direct):
    output = str(tmp_path / "out")
    config = fake_config(output, corpus, "runner=dask", "runner.workers=2")
    with pytest.raises(BrokenProcessPool):
        in_child(synth_fake, config, open_studio_that_kills_its_launcher)
    assert len(hashes(output)) < len(hashes(direct))
    assert in_child(synth_fake, config) == 0
    assert hashes(output) == hashes(direct)
