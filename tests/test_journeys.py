"""The pages of docs/journeys and README: short, with commands that compose, some of them run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, blocks, composes, faults, untold

from speech.storage import read_bytes

JOURNEYS = sorted((ROOT / "docs/journeys").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *JOURNEYS]
LINK = re.compile(r"(?<!`)\[[^\]`]*\]\(([^)#\s/][^)#\s]*)(?:#[\w-]*)?\)")
SHELL = """
set -e
make() {{ command make -s -f '{root}/Makefile' -o setup PY='{python}' "$@"; }}
tts-distill() {{ '{python}' -c 'from speech.commands import main; main()' "$@"; }}
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_command_of_a_page_composes_or_says_why_it_is_not_run(
    page: Path, tmp_path: Path
) -> None:
    assert list(faults(page, tmp_path)) == []


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("```sh\nmake synth ARGS=sed=2\n```", "unknown option 'sed'; did you mean seed"),
        ("```sh\nmake sing\n```", "no target sing"),
        ("```sh\ncurl -O x\n```", "neither a command of ours nor marked"),
        ("```sh\ntts-distill sing\n```", "sing"),
        ("```\nmake synth\n```", "a block is one of sh"),
        ("```sh\n# not run here: needs a GPU\nmake synth ARGS=sed=2\n```", "unknown option"),
    ],
)
def test_a_page_with_another_command_fails(block: str, told: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# A page\n\n{block}\n")
    (fault,) = faults(page, tmp_path)
    assert told in fault


def test_what_is_marked_may_be_foreign(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh\n# not run here: needs an account\ngcloud auth login\n```\n")
    assert list(faults(page, tmp_path)) == []


def test_there_is_a_page_for_each_journey_and_readme_names_it() -> None:
    assert len(JOURNEYS) == 9
    readme = (ROOT / "README.md").read_text()
    for page in JOURNEYS:
        assert f"(docs/journeys/{page.name})" in readme
        assert 30 <= len(page.read_text().splitlines()) <= 70, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        assert "://" in link or (page.parent / link).exists(), link


def test_the_demo_is_four_commands_that_compose(tmp_path: Path) -> None:
    make = [
        "make",
        "-n",
        "--no-print-directory",
        "-f",
        str(ROOT / "Makefile"),
        "-o",
        "setup",
        "demo",
    ]
    told = subprocess.run(
        make, cwd=tmp_path, env=untold(), capture_output=True, text=True, check=True
    ).stdout
    printed = [
        line for line in told.replace("\\\n", " ").splitlines() if not line.startswith("echo")
    ]
    assert [shlex.split(line)[2] for line in printed] == [
        *("student.synthesize", "pipelines.synth", "student.train", "eval.report")
    ]
    assert all(composes(line, tmp_path) for line in printed)


@pytest.mark.slow
def test_what_a_page_says_is_run_runs(tmp_path: Path) -> None:
    """In the order of the pages, in one folder that has a recording and some lines."""
    (tmp_path / "me.flac").write_bytes(read_bytes("package://teacher/mini/voices/speaker08.flac"))
    lines = read_bytes("package://pipelines.corpus/demo.txt").splitlines(keepends=True)
    (tmp_path / "lines.txt").write_bytes(b"".join(lines[:20]))
    run = [
        command for page in PAGES for one in blocks(page) if one.is_run for command in one.commands
    ]
    assert len(run) >= 4
    script = SHELL.format(root=ROOT, python=sys.executable) + "\n".join(run)
    told = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
