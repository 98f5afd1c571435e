"""What the teacher's vocoder was given stands beside the clip, unless it is not wanted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch
from fakes import FakeTeacher, fake_config, in_child, open_fake_studio, synth_fake, write_corpus

from pipelines.config import SynthConfig
from pipelines.speak.worker_context import WorkerContext
from speech.dataset.mel_bytes import log_mel_of
from speech.dataset.schema import Utterance
from speech.errors import Refused
from teacher.base import Prepared, Speech

FRAMES, LEVEL = 23, -3.0


class MelTeacher(FakeTeacher):
    def __init__(self, frames: int = FRAMES) -> None:
        self.frames = frames

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        mel = torch.full((self.frames, 100), LEVEL)
        return [replace(speech, mel=mel) for speech in super().speak(batch, keys)]


def open_mel_studio(config: SynthConfig) -> WorkerContext:
    return replace(open_fake_studio(config), teacher=MelTeacher())


@pytest.mark.parametrize("kept", [True, False])
def test_mels_are_kept_as_the_configuration_says(tmp_path: Path, kept: bool) -> None:
    corpus = write_corpus(tmp_path / "corpus.txt", 12)
    overrides = [] if kept else ["dataset.keep_mels=false"]
    config = fake_config(str(tmp_path / "out"), corpus, "dataset.shards=1", *overrides)
    assert in_child(synth_fake, config, open_mel_studio) == 0
    data, rejected = (pq.read_table(tmp_path / "out" / name) for name in ("data", "rejected"))
    mels = data["teacher_mel"].to_pylist()
    assert mels
    assert rejected["teacher_mel"].null_count == len(rejected)
    if not kept:
        assert mels == [None] * len(mels)
        return
    for mel in mels:
        assert (log_mel_of(mel, FRAMES) - LEVEL).abs().max() < 0.04


def test_a_teacher_without_mels_leaves_them_out(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus.txt", 6)
    config = fake_config(str(tmp_path / "out"), corpus, "dataset.shards=1")
    assert in_child(synth_fake, config) == 0
    mels = pq.read_table(tmp_path / "out/data")["teacher_mel"]
    assert mels.null_count == len(mels) > 0


def test_a_mel_that_is_not_its_waves_is_the_teachers_error(tmp_path: Path) -> None:
    config = fake_config(str(tmp_path / "out"), "corpus.txt")
    context = replace(open_mel_studio(config), teacher=MelTeacher(frames=FRAMES + 1))
    take = context.attempt(Utterance("a", "Hello.", "Hello.", "en", "speaker00", 0, "a:1"))
    (refused,) = context.speak([take])
    assert isinstance(refused, Refused)
    assert refused.reason == "teacher_error"
    assert "a mel of shape (24, 100), wanted (23, 100)" in refused.detail
