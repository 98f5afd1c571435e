"""An exported graph says what it is; an old export is written again as new ones are."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

import student
from speech.config import run_app
from student.export import ExportStudentConfig, export, main
from student.onnx.runtime import OnnxDescription, OnnxStudent
from student.phrases import token_numbers
from tests.student.untrained import untrained_student

MINI = Path(student.__file__).parent / "mini"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("student")
    export(untrained_student(folder, "ar"), str(folder / "onnx"), int8=True)
    return folder / "onnx"


def metadata(graph: Path) -> dict[str, str]:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return session.get_modelmeta().custom_metadata_map


@pytest.mark.parametrize("place", ["mini", "exported"])
def test_each_graph_says_what_it_is(place: str, folder: Path) -> None:
    export = MINI if place == "mini" else folder
    described = OnnxDescription.read(str(export))
    graphs = sorted(export.glob("*.onnx"))
    assert len(graphs) == (2 if described.kind == "nar" else 4)
    for graph in graphs:
        said = metadata(graph)
        assert said["sample_rate"] == "24000"
        assert tuple(json.loads(said["speakers"])) == described.speakers
        for name in ("license", "language", "format", "kind", "revision", "name"):
            assert said[name] == str(getattr(described, name))
        table = json.loads(said["phonemes"])
        assert [table[symbol] for symbol in described.alphabet] == token_numbers(described.alphabet)


def as_written_before(new: Path, old: Path) -> Path:
    """An export without metadata, loudness and config.json."""
    shutil.copytree(new, old)
    (old / "config.json").unlink()
    described = json.loads((old / "onnx.json").read_text())
    del described["sha256"]["config.json"], described["loudness_lufs"]
    for graph in old.glob("*.onnx"):
        model = onnx.load(graph)
        del model.metadata_props[:]
        graph.write_bytes(model.SerializeToString())
        digest = sha256(graph.read_bytes()).hexdigest()
        described["sha256"][graph.name] = digest
    (old / "onnx.json").write_text(json.dumps(described))
    return old


def test_an_old_export_speaks_and_is_renewed(tmp_path: Path) -> None:
    """Of the embedded student without what is new comes the embedded student."""
    old = OnnxStudent(str(as_written_before(MINI, tmp_path / "old")))
    assert old.description.loudness_lufs == {}
    assert old._gain("speaker00") == 1
    arguments = [f"checkpoint={tmp_path}/old", f"output={tmp_path}/new"]
    assert run_app(ExportStudentConfig, "export_student", main, arguments) == 0
    new, embedded = OnnxStudent(str(tmp_path / "new")), student.load()
    for name in ("text.onnx", "frames.onnx", "conditions.npy", "config.json"):
        assert (tmp_path / "new" / name).read_bytes() == (MINI / name).read_bytes()
    stored = embedded.description.loudness_lufs
    assert new.description.loudness_lufs == pytest.approx(stored, abs=0.05)
    waves = [list(s.spoken("həlˈO ðˈɛɹ.", "speaker00", 1, 1.0, None)) for s in (old, embedded)]
    np.testing.assert_array_equal(*waves)


def test_the_embedded_voices_are_as_loud_as_each_other() -> None:
    import pyloudnorm

    voice, meter = student.load(), pyloudnorm.Meter(24_000)
    lines = ("Nobody expected the old bridge to last another winter.", "Where is the milk?")
    for name in voice.voices:
        wave = np.concatenate([voice.speak(line, name) for line in lines])
        assert meter.integrated_loudness(wave.astype(float)) == pytest.approx(-23, abs=1.5)
