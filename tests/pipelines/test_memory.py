"""Peak memory does not grow with the corpus: text waits on disk, audio is written as it is made."""

import os
import threading
from pathlib import Path

import pytest
from fakes import fake_config, in_child, synth_fake, write_corpus

pytestmark = pytest.mark.slow

FULL_SHARDS = (
    "dataset.rows_per_shard=500"  # memory holds a shard's text: the small runs fill some as well
)
PAGE = os.sysconf("SC_PAGE_SIZE")


class Peak:
    """The most anonymous memory of this process while the block runs, in bytes.

    Without the mapped files of libraries, which come and go with what else the machine does.
    """

    def __enter__(self) -> "Peak":
        self.bytes, self._ended = 0, threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def _sample(self) -> None:
        while not self._ended.wait(0.01):
            _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text().split())
            self.bytes = max(self.bytes, (resident - shared) * PAGE)

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def peak_bytes(output: str, corpus: str) -> int:
    with Peak() as peak:
        assert synth_fake(fake_config(output, corpus, "runner.workers=2", FULL_SHARDS)) == 0
    return peak.bytes


def peaks_of(tmp_path: Path, write, *lines: int) -> list[int]:
    return [
        in_child(peak_bytes, str(tmp_path / f"out{n}"), write(tmp_path / f"{n}.txt", n))
        for n in lines
    ]


def write_unspeakable(path: Path, lines: int) -> str:
    """Lines of signs alone, and some that can be spoken."""
    write_corpus(path, 10)
    with path.open("a") as stream:
        for i in range(lines):
            stream.write("".join("!?.,;:"[i // 6**k % 6] for k in range(8)) + "\n")
    return str(path)


def test_ten_times_the_text_needs_no_more_memory(tmp_path):
    few, many = peaks_of(tmp_path, write_unspeakable, 2_000, 20_000)
    assert many <= 1.10 * few


@pytest.mark.long
def test_ten_times_the_audio_needs_no_more_memory(tmp_path):
    few, many = peaks_of(tmp_path, write_corpus, 2_000, 20_000)
    assert many <= 1.10 * few
    written = sum(file.stat().st_size for file in (tmp_path / "out20000" / "data").iterdir())
    assert written > 0.2 * few  # had it been held in memory, it would show
