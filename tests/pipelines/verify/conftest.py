"""A finished dataset, and a copy of it to edit."""

import shutil
from pathlib import Path

import pytest
from dataset_edits import LINES, SHARDS
from fakes import fake_config, open_fake_studio, write_corpus

import pipelines.run.preparation
from pipelines import synth


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("finished")
    corpus = write_corpus(root / "corpus.txt", LINES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
        config = fake_config(str(root / "out"), corpus, f"dataset.shards={SHARDS}")
        assert synth.main(config, open_fake_studio) == 0
    return root / "out"


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "out"))
