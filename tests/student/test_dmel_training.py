"""Training a very small student of levels on real clips: what is cached, resumed and shipped."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch

from speech.audio.mel import log_mel
from speech.config import load_config
from speech.training.trainer import Trainer
from student import train
from student.config import TrainStudentConfig
from student.data.clips import StudentData
from student.export import export
from student.models.ar_dmel import DmelStudent
from student.onnx.runtime import OnnxStudent
from student.package import read_vocoder
from student.student import open_student
from student.tune_vocoder import student_mels
from tests.spoken import reference_clips, write_dataset
from tests.student.small import SMALL, trainer
from tests.trainings import Killed, assert_same

AR = ["student=ar", "student.decoder_layers=1", "student.heads=2", "student.prenet_dim=16"]
AR += ["student.postnet_dim=8"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_dataset(tmp_path_factory.mktemp("set"), reference_clips())


def config(dataset: str, output: Path, *more: str) -> TrainStudentConfig:
    overrides = [f"dataset={dataset}", f"output={output}", *AR, *SMALL, *more]
    return load_config(TrainStudentConfig, "train_student", overrides)


@pytest.fixture(scope="module")
def whole(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """A run of four steps that nothing interrupts."""
    run = trainer(config(dataset, tmp_path_factory.mktemp("out"), "student.tokens=dmel"))
    assert run.run()
    return run


def data_of(run: Trainer) -> StudentData:
    data = run.task.data  # type: ignore[attr-defined]
    assert isinstance(data, StudentData)
    return data


def test_clips_are_kept_packed_and_learnt_as_levels(whole: Trainer) -> None:
    data = data_of(whole)
    assert data.codec is not None
    row = next(iter(data.lengths))
    true = log_mel(torch.from_numpy(data.clips.wave(row)))
    learnt, kept = data.load(row).features.mel, data._cache._kept[row]
    assert kept.mel.dtype == torch.uint8
    assert kept.mel.nbytes == len(true) * 50
    assert data.mb_per_hour == pytest.approx(50 * 93.75 * 3600 / 1e6)
    assert torch.equal(learnt, data.load(row).features.mel)
    assert (learnt - true).abs().mean() < 0.3
    assert torch.isin(learnt, data.codec.levels).all()


def test_mels_of_the_default_are_what_they_were(dataset: str, tmp_path: Path) -> None:
    data = data_of(trainer(config(dataset, tmp_path)))
    row = next(iter(data.lengths))
    true = log_mel(torch.from_numpy(data.clips.wave(row))).half()
    assert torch.equal(data.load(row).features.mel, true)
    assert data.mb_per_hour == pytest.approx(2 * 100 * 93.75 * 3600 / 1e6)


def test_a_killed_run_continues_bit_by_bit(
    whole: Trainer, dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = config(dataset, tmp_path, "student.tokens=dmel")
    run = trainer(chosen)
    steps = run._step

    def step_or_die(*arguments: object) -> None:
        if run.position.step == 3:
            raise Killed
        steps(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(run, "_step", step_or_die)
        with pytest.raises(Killed):
            run.run()
    resumed = trainer(chosen)
    assert resumed.position.step == 2
    assert resumed.run()
    assert_same(resumed, whole)


def test_what_is_shipped_has_the_levels_of_its_data_and_speaks(
    whole: Trainer, dataset: str, tmp_path: Path
) -> None:
    chosen, data = config(dataset, tmp_path, "student.tokens=dmel"), data_of(whole)
    trained = whole.averages["student"].module
    assert isinstance(trained, DmelStudent)
    train.write_student(trained, read_vocoder(chosen.vocoder), chosen, data)
    student = open_student(str(tmp_path))
    assert isinstance(student.acoustic, DmelStudent)
    assert data.codec is not None
    assert torch.equal(student.acoustic.levels, data.codec.levels)
    export(student, str(tmp_path / "onnx"), int8=True)
    wave = OnnxStudent(str(tmp_path / "onnx")).speak("Hello there.", "speaker2")
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() > 0.01


def test_what_is_trained_on_keeps_the_levels_that_its_weights_know(
    whole: Trainer, dataset: str, tmp_path: Path
) -> None:
    trained = whole.averages["student"].module
    assert isinstance(trained, DmelStudent)
    moved = copy.deepcopy(trained)
    moved.take_levels((trained.levels - 1).half().float())  # as a package keeps them
    chosen = config(dataset, tmp_path, "student.tokens=dmel")
    train.write_student(moved, read_vocoder(chosen.vocoder), chosen, data_of(whole))
    start = f"init_from={tmp_path}/student.safetensors"
    run = trainer(config(dataset, tmp_path / "on", "student.tokens=dmel", start))
    on = run.plain["student"]
    assert isinstance(on, DmelStudent)
    assert torch.equal(on.levels, moved.levels)
    codec = data_of(run).codec
    assert codec is not None
    assert torch.equal(codec.levels, moved.levels)


def test_a_vocoder_is_tuned_on_the_same_mels_whenever_they_are_made(
    whole: Trainer, dataset: str, tmp_path: Path
) -> None:
    trained, data = whole.averages["student"].module, data_of(whole)
    assert isinstance(trained, DmelStudent)
    read = student_mels(trained.eval(), data.clips, data.alignments, tuple(data.speakers), seed=0)
    torch.manual_seed(1)
    _, first = read(0)
    torch.manual_seed(2)
    _, again = read(0)
    assert torch.equal(first, again)
    other = student_mels(trained, data.clips, data.alignments, tuple(data.speakers), seed=1)
    assert not torch.equal(first, other(0)[1])
