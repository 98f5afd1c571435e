"""What is installed with what: the core speaks, each command's extra has what the command imports,
and a wheel speaks in an environment that holds the core alone."""

import os
import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import grimp
import pytest

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import decode
from speech.commands import COMMANDS
from speech.interruption import OURS
from speech.judges.asr import Asr
from speech.judges.judges import JudgesConfig
from speech.judges.wer import score
from tests.blocks import block
from tests.distributions import NAME, installed_with, modules_of

ROOT = Path(__file__).parents[1]
TEXT = "Please leave the blue parcel with our neighbor at noon."
CORE_ALONE = """
import sys
missing = sys.argv.pop(1).split(",")

class Missing:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing)
from speech.commands import main
main()
"""


@pytest.fixture(scope="module")
def beyond() -> str:
    """The modules that the core does not install; it has google.protobuf."""
    others = modules_of(installed_with(["dev"])) - modules_of(installed_with())
    return ",".join([*(others - sys.stdlib_module_names), "google.cloud", "google.api_core"])


def run(beyond: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command where nothing beyond the core can be imported."""
    command = [sys.executable, "-c", CORE_ALONE, beyond, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_core_speaks(beyond: str, tmp_path: Path) -> None:
    output = tmp_path / "speech.wav"
    ended = run(beyond, "speak", "Hello.", f"output={output}")
    assert ended.returncode == 0, ended.stderr
    wave, sample_rate = decode(output.read_bytes(), 10)
    assert sample_rate == SAMPLE_RATE
    assert len(wave) > 0.2 * SAMPLE_RATE


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["synth", "limit=2"], "synth"),
        (["train-student"], "train"),
        (["eval"], "eval"),
        (["speak", "Hello.", "checkpoint=package://teacher/mini"], "train"),
        (["speak", "Hello.", "checkpoint=gs://bucket/student"], "gcs"),
    ],
)
def test_what_is_missing_is_one_line(beyond: str, arguments: list[str], extra: str) -> None:
    ended = run(beyond, *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"error: tts-distill {arguments[0]} ")
    assert ended.stderr.endswith(f", which is not installed: pip install 'tts-distill[{extra}]'\n")
    assert ended.stderr.count("\n") == 1


def test_the_commands_are_listed_by_the_core(beyond: str) -> None:
    ended = run(beyond, "--help")
    assert ended.returncode == 0, ended.stderr
    assert all(f"  {name} " in ended.stdout for name in COMMANDS)


def test_each_command_has_what_it_imports() -> None:
    graph = grimp.build_graph(
        *OURS, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )
    for name, command in COMMANDS.items():
        there = modules_of(installed_with(command.extra.split(","))) | sys.stdlib_module_names
        imported = graph.find_upstream_modules(command.module, as_package=True)
        missing = {module for module in imported if graph.is_module_squashed(module)} - there
        assert not missing, f"{name}: {missing} not in {NAME}[{command.extra}]"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel and the core alone."""
    folder = tmp_path_factory.mktemp("wheel")
    return installed(wheel(folder), folder / "clean")


@pytest.mark.slow
def test_a_wheel_speaks_where_only_the_core_is_installed(clean: Path, tmp_path: Path) -> None:
    python = clean
    tried = subprocess.run([python, "-c", "import torch"], capture_output=True, text=True)
    assert "No module named 'torch'" in tried.stderr
    command = [python.with_name("tts-distill"), "speak", TEXT, "output=speech.wav"]
    home = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    ended = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    wave, _ = decode((tmp_path / "speech.wav").read_bytes(), 10)
    heard = Asr(block(JudgesConfig, "judges", "offline").asr).transcribe_one(wave, "en")
    assert score(TEXT, heard, "en").wer == 0


USER_FILE = """\
import student

voice = student.load("out/onnx", threads=2)
reveal_type(voice.speak("Hello.", voice="ada(2)+ben", speed=1.1))
reveal_type(next(voice.stream("Hello.")))
voice.speak(seed="one", txt="Hello.")
"""


@pytest.mark.slow
def test_mypy_sees_the_types_of_what_is_installed(clean: Path, tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER_FILE)
    options = ["--strict", "--no-error-summary", "--python-executable", clean]
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "user.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    revealed = re.findall(
        r'user.py:(\d): note: Revealed type is "numpy.ndarray\[.*float', ended.stdout
    )
    errors = re.findall(r"user.py:(\d): error: .*\[([\w-]+)\]", ended.stdout)
    assert revealed == ["4", "5"], ended.stdout
    assert errors == [("6", "call-arg"), ("6", "arg-type")], ended.stdout


def wheel(folder: Path) -> Path:
    """Built of a copy of the sources, since setuptools builds beside them."""
    sources = folder / "sources"
    sources.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    for name in (*OURS, "conf"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, sources / name, ignore=ignored)
    pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(sources))
    return next(folder.glob("*.whl"))


def installed(wheel: Path, folder: Path) -> Path:
    """The Python of a new environment with the wheel and, of what is installed here, what it
    requires."""
    venv.create(folder)
    python = folder / "bin" / "python"
    site = Path(
        subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    for name in installed_with() - {NAME}:
        found = distribution(name)
        for file in found.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                (site / file).symlink_to(found.locate_file(file))
    pip("--python", str(python), "install", "--no-index", str(wheel))
    pip("--python", str(python), "check")
    return python


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True)
