"""Engines behind Beam's job API write what `runner=direct` does: Beam's own job service, and Prism."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from deadly_teacher import open_studio_that_kills_its_process, was_killed
from fakes import fake_config, in_child, synth_fake, write_corpus
from test_kill import hashes

from speech.errors import InputError

pytestmark = pytest.mark.slow

LINES = 300
MADE = Path(__file__).parents[2] / "out" / "bin"
PRISM = shutil.which("prism", path=f"{MADE}{os.pathsep}{os.environ['PATH']}")
ENGINES = [
    "beam",
    pytest.param(
        "prism", marks=pytest.mark.skipif(PRISM is None, reason="no prism: `make prism` has it")
    ),
]
UP_S = 120.0


def server(engine: str, port: int) -> list[str]:
    if engine == "prism":
        return [str(PRISM), f"--job_port={port}", "--serve_http=false"]
    main = "apache_beam.runners.portability.local_job_service_main"
    return [sys.executable, "-m", main, f"--port={port}"]


@contextmanager
def started(folder: Path, command: list[str], port: int) -> Iterator[str]:
    """The address of a server while it runs; its workers find `python` and what the tests import."""
    path = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    with (folder / f"{port}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **path}, stdout=log, stderr=log
        )
        try:
            wait_for(port, process)
            yield f"localhost:{port}"
        finally:
            process.terminate()
            process.wait()


def wait_for(port: int, process: subprocess.Popen) -> None:
    end = time.monotonic() + UP_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("localhost", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{process.args} is not up")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> str:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.txt", LINES)


@pytest.fixture(scope="module")
def direct(tmp_path_factory, corpus) -> dict[str, str]:
    output = str(tmp_path_factory.mktemp("direct") / "out")
    assert in_child(synth_fake, fake_config(output, corpus)) == 0
    return hashes(output)


@pytest.fixture(scope="module")
def endpoint(request, tmp_path_factory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    with started(folder, server(request.param, port), port) as address:
        yield address


@pytest.fixture(scope="module")
def pool(tmp_path_factory) -> Iterator[str]:
    """Of workers in processes of their own."""
    main, port = "apache_beam.runners.worker.worker_pool_main", free_port()
    command = [sys.executable, "-m", main, f"--service_port={port}"]
    with started(tmp_path_factory.mktemp("pool"), command, port) as address:
        yield address


def portable(endpoint: str, *overrides: str) -> tuple[str, ...]:
    return "runner=portable", f"runner.endpoint={endpoint}", *overrides


def external(endpoint: str, pool: str) -> tuple[str, ...]:
    there = ("runner.environment=EXTERNAL", f"runner.environment_config={pool}")
    return portable(endpoint, *there)


@pytest.mark.parametrize("endpoint", ENGINES, indirect=True)
def test_workers_in_this_process_write_the_same_bytes(tmp_path, corpus, direct, endpoint):
    output = str(tmp_path / "out")
    assert in_child(synth_fake, fake_config(output, corpus, *portable(endpoint))) == 0
    assert hashes(output) == direct


@pytest.mark.long
@pytest.mark.parametrize("endpoint", ENGINES, indirect=True)
def test_workers_of_a_pool_write_the_same_bytes(tmp_path, corpus, direct, endpoint, pool):
    output = str(tmp_path / "out")
    assert in_child(synth_fake, fake_config(output, corpus, *external(endpoint, pool))) == 0
    assert hashes(output) == direct


@pytest.mark.parametrize("endpoint", ENGINES[1:], indirect=True)  # Beam's own waits for the dead
def test_after_a_worker_was_killed_the_next_run_writes_the_same_bytes(
    tmp_path, corpus, direct, endpoint, pool
):
    output = str(tmp_path / "out")
    config = fake_config(output, corpus, *external(endpoint, pool))
    with pytest.raises(InputError, match=r"^the speak job has failed: .*disconnected.*$"):
        in_child(synth_fake, config, open_studio_that_kills_its_process)
    assert was_killed(output).exists()
    assert len(hashes(output)) < len(direct)
    assert in_child(synth_fake, config) == 0
    assert hashes(output) == direct


FLINK_JAR = MADE.parent / "jars" / "beam-runners-flink-1.20-job-server.jar"


@pytest.mark.skipif(not FLINK_JAR.exists(), reason="no job server of Flink's: `make flink-jar`")
def test_flink_in_its_job_server_writes_the_same_bytes(tmp_path, corpus, direct):
    output = str(tmp_path / "out")
    flink = ("runner=flink", f"runner.jar={FLINK_JAR}", "runner.options=[--parallelism=2]")
    assert in_child(synth_fake, fake_config(output, corpus, *flink)) == 0
    assert hashes(output) == direct


LAUNCHER = """#!{python}
import os, runpy, sys, threading, time
def follow(parent):  # Beam ends its servers at an exit that a forked test does not have
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)
threading.Thread(target=follow, args=(os.getppid(),), daemon=True).start()
port = sys.argv[sys.argv.index("--job-port") + 1]
open({told!r}, "w").write(" ".join(sys.argv[1:]))
sys.argv[1:] = [f"--port={{port}}"]
main = "apache_beam.runners.portability.local_job_service_main"
runpy.run_module(main, run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("engine", "master"),
    [("flink", "--flink-master [local]"), ("spark", "--spark-master-url local[2]")],
)
def test_a_job_server_is_started_for_the_run(tmp_path, corpus, direct, engine, master):
    """Beam's own in the place of the jar: the command line, and what the runner does with it."""
    launcher, told, output = tmp_path / "java", tmp_path / "told", str(tmp_path / "out")
    launcher.write_text(LAUNCHER.format(python=sys.executable, told=str(told)))
    launcher.chmod(0o755)
    (tmp_path / "server.jar").touch()
    java = f"runner.options=[--job_server_java_launcher={launcher}]"
    overrides = (f"runner={engine}", f"runner.jar={tmp_path}/server.jar", java)
    assert in_child(synth_fake, fake_config(output, corpus, *overrides)) == 0
    assert f"-jar {tmp_path}/server.jar {master} " in told.read_text()
    assert hashes(output) == direct
