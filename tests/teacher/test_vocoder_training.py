"""Training a very small Vocos on real clips."""

import hashlib
from pathlib import Path

import pytest
import torch

from speech.audio.mel import HOP_LENGTH, log_mel
from speech.config import load_config
from speech.dataset.clips import open_clips
from speech.errors import InputError
from teacher import train_vocoder
from teacher.f5.config import NeuralVocoderConfig
from teacher.f5.vocoder import build_vocoder
from tests.spoken import reference_clips, write_dataset

SMALL = [
    *("vocoder.dim=16", "vocoder.intermediate_dim=32", "vocoder.layers=1", "batch_size=4"),
    *("discriminators.channels=2", "discriminators.windows=[512]", "training.steps=4"),
    *("adversarial_from=2", "training.log_every=1", "training.device=cpu"),
]


@pytest.fixture
def dataset(tmp_path: Path) -> str:
    return write_dataset(tmp_path / "set", reference_clips())


def config(dataset: str, output: Path, *more: str) -> train_vocoder.TrainVocoderConfig:
    overrides = [f"dataset={dataset}", f"output={output}", *SMALL, *more]
    return load_config(train_vocoder.TrainVocoderConfig, "train_vocoder", overrides)


def test_it_writes_a_vocoder_that_loads(dataset: str, tmp_path: Path) -> None:
    assert train_vocoder.main(config(dataset, tmp_path / "out")) == 0
    weights = tmp_path / "out/vocoder.safetensors"
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    shape = {"dim": 16, "intermediate_dim": 32, "layers": 1}
    vocoder = build_vocoder(
        NeuralVocoderConfig(kind="pulse", weights=str(weights), sha256=sha256, **shape)
    )
    mel = torch.randn(20, 100)
    assert vocoder(mel).shape == (19 * HOP_LENGTH,)
    torch.testing.assert_close(vocoder(torch.stack([mel, mel]))[1], vocoder(mel), atol=1e-3, rtol=0)


def test_discriminators_wait_for_their_step(dataset: str, tmp_path: Path) -> None:
    task = train_vocoder.build_task(config(dataset, tmp_path), open_clips(dataset))
    batch = task.collate([task.load(key) for key in task.plan(0)[0]])
    assert task.losses("discriminators", task.modules, batch, step=1) == {}
    early = task.losses("generator", task.modules, batch, step=1)
    assert early.keys() == {"mel", "stft", "pitch", "total"}
    late = task.losses("generator", task.modules, batch, step=2)
    assert {"adversarial", "features"} < late.keys()
    judged = task.losses("discriminators", task.modules, batch, step=2)
    assert judged["total"].item() == pytest.approx(2, abs=0.1)  # hinge: both sides at zero
    judged["total"].backward()
    assert all(p.grad is None for p in task.modules["generator"].parameters())


def test_a_segment_is_where_its_mel_says(dataset: str, tmp_path: Path) -> None:
    task = train_vocoder.build_task(config(dataset, tmp_path), open_clips(dataset))
    clip, start = task.plan(0)[0][0]
    mel, wave = task.load((clip, start))
    assert len(wave) == (len(mel) - 1) * HOP_LENGTH
    inner = log_mel(wave)[3:-3]
    assert (inner - mel[3 : 3 + len(inner)]).abs().mean() < 0.05


def test_epochs_differ_and_repeat(dataset: str, tmp_path: Path) -> None:
    task = train_vocoder.build_task(config(dataset, tmp_path), open_clips(dataset))
    assert task.plan(0) == task.plan(0) != task.plan(1)


def test_too_few_clips_for_a_batch_is_one_line(dataset: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has 7 clips of over 64 frames, which is less than a b"):
        train_vocoder.build_task(config(dataset, tmp_path, "batch_size=64"), open_clips(dataset))
