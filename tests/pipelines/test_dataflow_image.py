"""The images of workers against what they must agree with, and the weights that they take along."""

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
IMAGES = ("gpu", "tpu")
PROJECT = (ROOT / "pyproject.toml").read_text()
LOCK = (ROOT / "requirements.lock").read_text()
WEIGHTS = ROOT / "teacher" / "mini" / "model.safetensors"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def dockerfile(image: str) -> str:
    return (ROOT / "docker" / f"{image}.Dockerfile").read_text()


def argument(image: str, name: str) -> str:
    return re.findall(rf"^ARG {name}=(.+)$", dockerfile(image), re.MULTILINE)[0]


def pinned(name: str, lock: str = LOCK) -> str:
    return re.findall(rf"^{name}==([\d.]+)", lock, re.MULTILINE)[0]


def constraints(image: str, folder: Path) -> tuple[list[str], set[str]]:
    """Lines of the lock that hold, and those left out, as the Dockerfile's own commands do it."""
    (folder / "requirements.lock").write_text(LOCK)
    for command in re.findall(r"grep [^&\\]+", dockerfile(image)):
        subprocess.run(["bash", "-c", command], cwd=folder, check=True)
    kept = (folder / "constraints.txt").read_text().splitlines()
    return kept, set(LOCK.splitlines()) - set(kept)


@pytest.mark.parametrize("image", IMAGES)
def test_beam_and_python_are_the_launchers(image):
    assert argument(image, "BEAM") == pinned("apache-beam")
    (supported,) = re.findall(r'^requires-python = "(.*)"$', PROJECT, re.MULTILINE)
    assert argument(image, "PYTHON") in SpecifierSet(supported)
    text = dockerfile(image)
    assert re.search(r"^FROM apache/beam_python\$\{PYTHON\}_sdk:\$\{BEAM\} AS beam$", text, re.M)
    assert "FROM python:${PYTHON}-slim" in text
    assert "COPY --from=beam /opt/apache/beam /opt/apache/beam" in text
    assert text.rstrip().endswith('ENTRYPOINT ["/opt/apache/beam/boot"]')


def test_torch_is_the_locks_and_none_of_cuda_13s_parts_is_asked_for(tmp_path):
    kept, left_out = constraints("gpu", tmp_path)
    wanted = (tmp_path / "torch.txt").read_text().split()
    assert wanted == [f"torch=={pinned('torch')}", f"torchaudio=={pinned('torchaudio')}"]
    assert not [line for line in kept if re.match("nvidia|cuda", line)]
    assert all(re.match("nvidia-|cuda-", line) for line in left_out)
    assert len(left_out) > 10


def test_the_drivers_of_dataflow_run_its_cuda():
    """525 and later, which is CUDA 12's oldest; CUDA 13 begins with 580."""
    assert argument("gpu", "TORCH").startswith("cu12")
    assert "gpu" in argument("gpu", "EXTRAS").split(",")  # for CTranslate2, where torch has CUDA 13


def test_a_tpus_torch_is_the_one_that_is_tested_and_allowed(tmp_path):
    """`make test-xla` has it from requirements-xla.txt; all of the lock but torch's own parts holds."""
    tested = (ROOT / "requirements-xla.txt").read_text()
    torch = argument("tpu", "TORCH")
    assert (torch, torch) == (pinned("torch", tested), pinned("torchaudio", tested))
    assert argument("tpu", "TORCH_XLA") == pinned("torch-xla", tested)
    for name in ("torch", "torchaudio"):
        (allowed,) = re.findall(rf'"{name}([<>=][^"]*)"', PROJECT)
        assert torch in SpecifierSet(allowed)
        assert pinned(name) in SpecifierSet(allowed)
    _, left_out = constraints("tpu", tmp_path)
    own = {re.split(r"[=-]", line)[0] for line in left_out}
    assert own == {"torch", "torchaudio", "triton", "nvidia", "cuda"}


@pytest.mark.parametrize("image", IMAGES)
def test_all_that_is_ours_is_copied(image):
    text = dockerfile(image)
    copied = set(re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE))
    (included,) = re.findall(r"^include = (\[.*\])$", PROJECT, re.MULTILINE)
    packages = {name.rstrip("*") for name in json.loads(included)}
    assert copied == packages
    sent = (ROOT / "docker" / f"{image}.Dockerfile.dockerignore").read_text()
    files = re.findall(r"^COPY ((?:[\w.]+ )+)\./$", text, re.MULTILINE)
    for name in [*copied, *" ".join(files).split()]:
        assert f"\n!{name}\n" in sent
        assert (ROOT / name).exists()


@pytest.mark.parametrize("image", IMAGES)
def test_its_extras_exist(image):
    extras = re.findall(r"^(\w+) = \[ #", PROJECT, re.MULTILINE)
    assert set(argument(image, "EXTRAS").split(",")) <= set(extras)


@pytest.mark.parametrize("image", IMAGES)
def test_weights_are_fetched_and_found_without_a_network(image):
    text = dockerfile(image)
    fetch = "python -m pipelines.fetch teacher=${TEACHER} gate=${GATE}"
    assert f"RUN {fetch} \\\n    && HF_HUB_OFFLINE=1 {fetch}\n" in text
    assert text.index("ENV HF_HOME=") < text.index(fetch)
    assert "ENV HF_HUB_OFFLINE" not in text  # workers read a corpus on hf://


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
