"""Keys of trainings are where they were, and what older versions wrote is still understood."""

from pathlib import Path

import pytest
from rich.console import Console

from speech.config import Config, load_config
from speech.errors import InputError
from speech.training.trainer import Trainer
from student.config import TrainStudentConfig
from student.tune_vocoder import TuneVocoderConfig
from teacher.f5.training_config import TrainTeacherConfig
from teacher.train_aligner import TrainAlignerConfig
from teacher.train_vocoder import TrainVocoderConfig
from tests.speech.training.toy_task import CONFIG, QuietTask

SCHEMAS: dict[str, type[Config]] = {
    "train_aligner": TrainAlignerConfig,
    "train_student": TrainStudentConfig,
    "train_teacher": TrainTeacherConfig,
    "train_vocoder": TrainVocoderConfig,
    "tune_vocoder": TuneVocoderConfig,
}


OVERRIDES = {
    "train_student": ["student=ar", "clips.wer_max=0", "clips.speakers=[a,b]", "batch_frames=64"],
    "train_teacher": ["teacher=f5_base", "clips.max_duration_s=3", "training.accumulate=2"],
    "train_vocoder": ["weights.mel=1", "discriminators.windows=[512]", "adversarial_from=5"],
    "tune_vocoder": ["segment_frames=32", "batch_size=2", "training.betas=[0.5,0.9]"],
    "train_aligner": ["clips=20", "clip_filter.wer_max=0"],
}


@pytest.mark.parametrize("name", OVERRIDES)
def test_keys_are_where_they_were(name: str) -> None:
    before, after = (load_config(SCHEMAS[name], name, more) for more in ([], OVERRIDES[name]))
    assert before != after


def test_a_checkpoint_that_knew_fewer_keys_is_continued(tmp_path: Path) -> None:
    def trainer(identity: dict[str, object]) -> Trainer:
        return Trainer(QuietTask(), CONFIG, str(tmp_path), identity, Console(quiet=True))

    assert trainer({"data": "x", "shape": {"dim": 1}}).run()
    assert trainer({"data": "x", "shape": {"dim": 1, "new": 2}, "filter": 0.1}).position.step == 12
    with pytest.raises(InputError, match=r"another shape\.dim;"):
        trainer({"data": "x", "shape": {"new": 2}})


def test_the_identity_of_a_student_is_what_older_versions_wrote() -> None:
    config = load_config(TrainStudentConfig, "train_student", ["discriminator.start=7"])
    written = config.identity([], exclude={"name"})  # type: ignore[arg-type]
    assert written.keys() - {"clip_filter"} == {
        *("dataset", "student", "held_out_share", "trust_known", "vocoder", "init_from"),
        *("critic", "batch_frames", "clips"),
    }
    critic = {"channels": 16, "start": 7, "weight": 0.5, "feature_weight": 1.0}
    assert written["critic"] == critic
    shape = written["student"]
    assert isinstance(shape, dict)
    assert shape["kind"] == "nar"
