"""docs/promises.md names tests that exist, in files that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.findall(r"\btest_\w+(?:\.py)?", (ROOT / "docs" / "promises.md").read_text())
FILES = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}


def test_each_file_and_each_test_that_is_named_exists():
    functions = {
        name
        for path in FILES.values()
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    files = {name for name in NAMED if name.endswith(".py")}
    assert files <= set(FILES), files - set(FILES)
    named = set(NAMED) - files
    assert len(named) > 50
    assert named <= functions, named - functions
