"""The notebook runs from top to bottom, and holds nothing that a machine has left in it."""

import json
import sys
from pathlib import Path
from types import ModuleType

import matplotlib
import numpy as np
import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "speak.ipynb"
CELLS = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]


class Audio:
    """As IPython's, which is not installed here."""

    def __init__(self, data: np.ndarray, rate: int) -> None:
        self.data, self.rate = data, rate


def test_it_holds_no_outputs() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in CELLS)


def test_it_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[Audio] = []
    display = ModuleType("IPython.display")
    display.Audio, display.display = Audio, shown.append  # type: ignore[attr-defined]
    ipython = ModuleType("IPython")
    ipython.get_ipython = lambda: None  # type: ignore[attr-defined]
    ipython.version_info = (9, 0)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    matplotlib.use("agg", force=True)
    names: dict[str, object] = {}
    for cell in CELLS:
        exec("".join(cell["source"]), names)
    assert len(shown) == 6
    assert all(audio.rate == 24_000 and len(audio.data) > 24_000 for audio in shown)
    assert "f5-mini-student" in capsys.readouterr().out
