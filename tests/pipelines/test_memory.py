"""Peak memory does not grow with the corpus: audio is written as it is made."""

import resource

import pytest
from fakes import fake_config, in_child, synth_fake, write_corpus

pytestmark = pytest.mark.slow


def peak_bytes(output: str, corpus: str) -> int:
    assert synth_fake(fake_config(output, corpus)) == 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_ten_times_the_lines_need_no_more_memory(tmp_path):
    few, many = (
        in_child(peak_bytes, str(tmp_path / f"out{n}"), write_corpus(tmp_path / f"{n}.txt", n))
        for n in (2_000, 20_000)
    )
    assert many <= 1.15 * few
    written = sum(file.stat().st_size for file in (tmp_path / "out20000" / "data").iterdir())
    assert written > 0.15 * few  # had it been held in memory, it would show
