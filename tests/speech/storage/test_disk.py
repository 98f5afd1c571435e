"""Full disks, told from under every library that writes here."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import save_file

from speech.config import Config
from speech.storage import disk
from speech.storage.disk import disk_trouble
from speech.storage.temporaries import temporary_file

BIG = torch.rand(200_000, generator=torch.Generator().manual_seed(1))


class Nothing(Config):
    pass


WRITERS = {
    "python": lambda path: path.write_bytes(bytes(60_000)),
    "torch": lambda path: torch.save(BIG, path),
    "safetensors": lambda path: save_file({"x": BIG}, path),
    "pyarrow": lambda path: pq.write_table(pa.table({"x": BIG.numpy()}), path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_may_not_grow_is_one_line(name: str, tmp_path: Path) -> None:
    """With the limit of the process, which needs no rights and no disk of its own."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from tests.speech.storage.test_disk import Nothing, WRITERS\n"
        "from speech.config import run_app\n"
        "from speech.storage.temporaries import temporary_file\n"
        "import speech.config\n"
        "speech.config.load_config = lambda *_: Nothing()\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "def main(config):\n"
        "    with temporary_file(Path(sys.argv[1], 'x')) as path:\n"
        f"        WRITERS[{name!r}](path)\n"
        "sys.exit(run_app(Nothing, 'align', main, []))"
    )
    root = Path(disk.__file__).parents[2]
    line = [sys.executable, "-c", script, str(tmp_path)]
    ended = subprocess.run(line, cwd=root, capture_output=True, text=True)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("error: cannot write")
    assert ended.stderr.count("\n") == 1
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("full", "number"), [(True, errno.ENOSPC), (False, errno.EIO)], ids=["full", "failing"]
)
def test_a_library_that_hides_the_number_is_asked_for_it(
    full: bool, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "FULL_BYTES", 1 << 60 if full else 0)
    with (
        pytest.raises(OSError, match=os.strerror(number)) as failure,
        temporary_file(tmp_path / "step-1.pt"),
    ):
        raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 1 vs 0")
    assert disk_trouble(failure.value) == (
        f"cannot write '{tmp_path}/step-1.pt': {os.strerror(number)}"
    )


def test_other_errors_are_left_alone(tmp_path: Path) -> None:
    for error in (ValueError("no"), FileNotFoundError(2, "No such file", "x"), RuntimeError("bad")):
        assert disk_trouble(error) is None
        with pytest.raises(type(error)), temporary_file(tmp_path / "x"):
            raise error


def test_a_workers_words_are_enough() -> None:
    told = "Traceback ...\nOSError: [Errno 28] No space left on device: '/x' [while running 'y']"
    assert disk_trouble(RuntimeError(told)) == "cannot write: No space left on device"


def test_a_thread_leaves_it_to_the_main_one(capsys: pytest.CaptureFixture[str]) -> None:
    def write() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with disk.told_once():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert capsys.readouterr().err == ""
