"""Defaults of trainings stand in conf/ alone, and what older versions wrote is still understood."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from speech.config import Config, load_config
from speech.errors import InputError
from speech.training.trainer import Trainer
from student.align import AlignConfig
from student.config import TrainStudentConfig
from student.export import ExportStudentConfig
from student.tune_vocoder import TuneVocoderConfig
from teacher.f5 import config as teacher_config
from teacher.f5.training_config import TrainTeacherConfig
from teacher.train_aligner import TrainAlignerConfig
from teacher.train_vocoder import TrainVocoderConfig
from tests.speech.training.toy_task import CONFIG, QuietTask

SCHEMAS: dict[str, type[Config]] = {
    "align": AlignConfig,
    "export_student": ExportStudentConfig,
    "train_aligner": TrainAlignerConfig,
    "train_student": TrainStudentConfig,
    "train_teacher": TrainTeacherConfig,
    "train_vocoder": TrainVocoderConfig,
    "tune_vocoder": TuneVocoderConfig,
}


def defaults(schema: type[BaseModel]) -> Iterator[str]:
    """Fields with a default in the class, in all blocks below but the teacher's."""
    for name, field in schema.model_fields.items():
        if not field.is_required():
            yield f"{schema.__name__}.{name}"
        for block in blocks(field.annotation):
            if block.__module__ != teacher_config.__name__:
                yield from defaults(block)


def blocks(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from blocks(inner)


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_class_has_a_default_of_its_own(name: str) -> None:
    load_config(SCHEMAS[name], name)
    assert not list(defaults(SCHEMAS[name]))


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
        from rich.console import Console

        return Trainer(QuietTask(), CONFIG, str(tmp_path), identity, Console(quiet=True))

    assert trainer({"data": "x", "shape": {"dim": 1}}).run()
    assert trainer({"data": "x", "shape": {"dim": 1, "new": 2}, "filter": 0.1}).position.step == 12
    with pytest.raises(InputError, match=r"another shape\.dim;"):
        trainer({"data": "x", "shape": {"new": 2}})


def test_the_identity_of_a_student_is_what_older_versions_wrote() -> None:
    class Clips(list[object]):
        pass

    config = load_config(TrainStudentConfig, "train_student", ["discriminator.start=7"])
    written = config.identity(Clips(), exclude={"name"})  # type: ignore[arg-type]
    assert written.keys() - {"clip_filter"} == {
        *("dataset", "student", "held_out_share", "trust_known", "vocoder", "init_from"),
        *("critic", "batch_frames", "clips"),
    }
    critic = {"channels": 16, "start": 7, "weight": 0.5, "feature_weight": 1.0}
    assert written["critic"] == critic
    shape = written["student"]
    assert isinstance(shape, dict)
    assert shape["kind"] == "nar"
