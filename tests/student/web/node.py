"""The scripts of the page without a server, by node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def run(folder: Path, script: str, given: object) -> Any:
    """What a script says of `given`: it sets `said`."""
    (folder / "given.json").write_text(json.dumps(given))
    read = 'import fs from "node:fs"; let said; const given = JSON.parse(fs.readFileSync("given.json"))'
    (folder / "test.js").write_text(f"{read}\n{script}\nconsole.log(JSON.stringify(said));")
    done = subprocess.run(["node", "test.js"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
