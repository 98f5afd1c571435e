"""docker/gpu.Dockerfile against what it must agree with, and the weights that it takes along."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "gpu.Dockerfile").read_text()
PROJECT = (ROOT / "pyproject.toml").read_text()
LOCK = (ROOT / "requirements.lock").read_text()
WEIGHTS = ROOT / "teacher" / "mini" / "model.safetensors"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def argument(name: str) -> str:
    return re.findall(rf"^ARG {name}=(.+)$", DOCKERFILE, re.MULTILINE)[0]


def locked(name: str) -> str:
    return re.findall(rf"^{name}==([\d.]+)", LOCK, re.MULTILINE)[0]


def test_beam_and_python_are_the_launchers():
    assert argument("BEAM") == locked("apache-beam")
    (supported,) = re.findall(r'^requires-python = "(.*)"$', PROJECT, re.MULTILINE)
    assert argument("PYTHON") in SpecifierSet(supported)
    assert re.search(
        r"^FROM apache/beam_python\$\{PYTHON\}_sdk:\$\{BEAM\} AS beam$", DOCKERFILE, re.M
    )
    assert "FROM python:${PYTHON}-slim" in DOCKERFILE
    assert "COPY --from=beam /opt/apache/beam /opt/apache/beam" in DOCKERFILE
    assert DOCKERFILE.rstrip().endswith('ENTRYPOINT ["/opt/apache/beam/boot"]')


def test_torch_is_the_locks_and_none_of_cuda_13s_parts_is_asked_for(tmp_path):
    """As the Dockerfile's own commands leave them."""
    (tmp_path / "requirements.lock").write_text(LOCK)
    for command in re.findall(r"grep [^&\\]+", DOCKERFILE):
        subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    wanted = (tmp_path / "torch.txt").read_text().split()
    assert wanted == [f"torch=={locked('torch')}", f"torchaudio=={locked('torchaudio')}"]
    constraints = (tmp_path / "constraints.txt").read_text().splitlines()
    left_out = set(LOCK.splitlines()) - set(constraints)
    assert not [line for line in constraints if re.match("nvidia|cuda", line)]
    assert all(re.match("nvidia-|cuda-", line) for line in left_out)
    assert len(left_out) > 10


def test_the_drivers_of_dataflow_run_its_cuda():
    """525 and later, which is CUDA 12's oldest; CUDA 13 begins with 580."""
    assert argument("TORCH").startswith("cu12")
    assert "gpu" in argument("EXTRAS").split(",")  # which CTranslate2 needs where torch has CUDA 13


def test_all_that_is_ours_is_copied():
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    (included,) = re.findall(r"^include = (\[.*\])$", PROJECT, re.MULTILINE)
    packages = {name.rstrip("*") for name in json.loads(included)}
    assert copied == packages
    sent = (ROOT / "docker" / "gpu.Dockerfile.dockerignore").read_text()
    files = re.findall(r"^COPY ((?:[\w.]+ )+)\./$", DOCKERFILE, re.MULTILINE)
    for name in [*copied, *" ".join(files).split()]:
        assert f"\n!{name}\n" in sent
        assert (ROOT / name).exists()


def test_its_extras_exist():
    extras = re.findall(r"^(\w+) = \[ #", PROJECT, re.MULTILINE)
    assert set(argument("EXTRAS").split(",")) <= set(extras)


def test_weights_are_fetched_and_found_without_a_network():
    fetch = "python -m pipelines.fetch teacher=${TEACHER} gate=${GATE}"
    assert f"RUN {fetch} \\\n    && HF_HUB_OFFLINE=1 {fetch}\n" in DOCKERFILE
    assert DOCKERFILE.index("ENV HF_HOME=") < DOCKERFILE.index(fetch)
    assert "ENV HF_HUB_OFFLINE" not in DOCKERFILE  # workers read a corpus on hf://


# what the image's build runs


class Hub(http.server.BaseHTTPRequestHandler):
    """One file of one model at one commit, as the hub hands out a small one."""

    def do_HEAD(self) -> None:
        found = self.path == f"/owner/model/resolve/{COMMIT}/model.safetensors"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(WEIGHTS.stat().st_size if found else 0))
        self.send_header("ETag", '"weights"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        if self.command == "GET" and self.path.endswith("model.safetensors"):
            self.wfile.write(WEIGHTS.read_bytes())

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def hub() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def fetch(home: Path, weights: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    pinned = f"teacher.weights_sha256={sha256(WEIGHTS.read_bytes()).hexdigest()}"
    arguments = [f"teacher.weights={weights}", pinned]
    proxies = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.fetch", *arguments],
        cwd=ROOT,
        env={**os.environ, **proxies, "HF_HOME": str(home), **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_what_was_fetched_once_needs_no_hub(tmp_path, hub):
    weights = f"hf://owner/model@{COMMIT}/model.safetensors"
    first = fetch(tmp_path, weights, HF_ENDPOINT=hub)
    assert first.returncode == 0, first.stderr
    again = fetch(tmp_path, weights, HF_HUB_OFFLINE="1")
    assert (again.returncode, again.stderr) == (0, "")
    other = fetch(tmp_path, weights.replace("model.s", "another.s"), HF_HUB_OFFLINE="1")
    assert other.returncode == 2
    told = r"error: teacher\.weights=hf://owner/model@.*cannot be fetched .*\n"
    assert re.fullmatch(told, other.stderr)
