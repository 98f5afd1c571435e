"""Training a very small pulse vocoder on real clips."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file

from speech.audio.mel import HOP_LENGTH, log_mel
from speech.config import load_config
from speech.dataset.clips import open_clips
from speech.errors import InputError
from speech.training.trainer import Trainer
from speech.vocoder.network import PulseVocoder
from speech.vocoder.task import VocoderTask, trained_vocoder
from teacher import train_vocoder
from teacher.f5.config import NeuralVocoderConfig
from teacher.f5.teacher_mels import TeacherMels
from teacher.f5.vocoder import build_vocoder
from tests.spoken import reference_clips, write_dataset
from tests.trainings import Killed, assert_same

SMALL = [
    *("vocoder.dim=16", "vocoder.intermediate_dim=32", "vocoder.layers=1", "batch_size=4"),
    *("discriminators.channels=2", "discriminators.windows=[512]", "training.steps=4"),
    "discriminators.periods=[3]",
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


def trainer(chosen: train_vocoder.TrainVocoderConfig) -> Trainer:
    torch.manual_seed(chosen.training.seed)
    training = train_vocoder.prepare(chosen, Console(quiet=True))
    return Trainer(
        training.task, chosen.training, chosen.output, training.identity, Console(quiet=True)
    )


def test_a_run_that_is_killed_among_discriminators_continues_bit_by_bit(
    dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trainer(config(dataset, tmp_path / "whole"))
    assert whole.run()
    assert whole.optimizers["discriminators"].state
    steps = Trainer._step

    def step_or_die(self: Trainer, *arguments: object) -> None:
        if self.position.step == 3:  # one step after the discriminators have begun
            raise Killed
        steps(self, *arguments)  # type: ignore[arg-type]

    saving = config(dataset, tmp_path / "killed", "training.save_every=1")
    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "_step", step_or_die)
        with pytest.raises(Killed):
            trainer(saving).run()
    resumed = trainer(saving)
    assert resumed.position.step == 3
    assert resumed.run()
    assert_same(resumed, whole)


def vocoder_of(task: VocoderTask) -> PulseVocoder:
    return trained_vocoder(task.modules)


def test_it_starts_from_weights_that_knew_no_residual(dataset: str, tmp_path: Path) -> None:
    plain = config(dataset, tmp_path / "plain", "vocoder.residual=false")
    assert train_vocoder.main(plain) == 0
    start = f"init_from={tmp_path}/plain/vocoder.safetensors"
    task = train_vocoder.build_task(config(dataset, tmp_path, start), open_clips(dataset))
    given = vocoder_of(train_vocoder.build_task(plain, open_clips(dataset)))
    state = load_file(tmp_path / "plain/vocoder.safetensors")
    given.load_state_dict({key: value.float() for key, value in state.items()})
    mel = torch.randn(1, 20, 100)
    with torch.no_grad():
        assert torch.equal(vocoder_of(task).speak(mel), given.speak(mel))
    other = config(dataset, tmp_path, start, "vocoder.dim=8")
    with pytest.raises(InputError, match="does not hold the weights wanted") as refused:
        train_vocoder.build_task(other, open_clips(dataset))
    assert "\n" not in str(refused.value)


def test_it_starts_from_larger_weights_pruned(dataset: str, tmp_path: Path) -> None:
    larger = config(dataset, tmp_path / "larger", "vocoder.layers=2")
    assert train_vocoder.main(larger) == 0
    start = f"init_from={tmp_path}/larger/vocoder.safetensors"
    smaller = config(dataset, tmp_path, start, "vocoder.intermediate_dim=20", "vocoder.layers=1")
    vocoder = vocoder_of(train_vocoder.build_task(smaller, open_clips(dataset)))
    state = load_file(tmp_path / "larger/vocoder.safetensors")
    assert torch.equal(vocoder.spectra.weight, state["spectra.weight"].float())
    (block,) = vocoder.backbone.convnext
    assert block.pwconv1.out_features == 20
    assert any(
        torch.equal(block.dwconv.weight, state[f"backbone.convnext.{at}.dwconv.weight"].float())
        for at in range(2)
    )
    with pytest.raises(InputError, match="does not hold the weights wanted"):
        train_vocoder.build_task(
            config(dataset, tmp_path, start, "vocoder.layers=3"), open_clips(dataset)
        )


def test_a_share_of_the_mels_is_the_teacher_s(
    dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    chosen = config(dataset, tmp_path / "out", "teacher_share=0.5")
    training = train_vocoder.prepare(chosen, Console(quiet=True))
    assert isinstance(training.task, VocoderTask)
    clips = open_clips(dataset)
    mels = train_vocoder.teacher_mels(chosen, clips)
    assert isinstance(mels, TeacherMels)
    by_teacher = [mels.is_wanted(row) for row in range(len(clips))]
    assert set(by_teacher) == {True, False}
    trained = sum(by_teacher[row] for row in training.task.lengths)
    assert f" {trained} of them by the teacher's mels" in training.summary
    for row, is_made in enumerate(by_teacher):
        wave, mel = training.task.source(row)
        apart = (mel.float() - log_mel(wave.float())).abs().mean().item()
        assert (apart > 0.05) == is_made
    other = config(dataset, tmp_path / "out", "teacher_share=0.5", "teacher_start=0.7")
    again = train_vocoder.prepare(other, Console(quiet=True))
    assert again.identity["teacher_mels"] != training.identity["teacher_mels"]


def test_a_clip_that_is_shorter_than_its_row_says_is_one_line(dataset: str, tmp_path: Path) -> None:
    clips = open_clips(dataset)
    clips._infos = [replace(info, duration_s=info.duration_s + 60) for info in clips]
    task = train_vocoder.build_task(config(dataset, tmp_path), clips)
    row = next(iter(task.lengths))
    mel, wave = task.load((row, task.lengths[row]))  # which begins as late as it can
    assert len(wave) == (len(mel) - 1) * HOP_LENGTH
    short = task._whole(row)[0][: 20 * HOP_LENGTH]
    task._cache._kept[row] = (short, log_mel(short.float()).half())
    with pytest.raises(InputError, match=r"is said to last 6\d.* s, and has 0.21 s of audio"):
        task.load((row, 0))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("discriminators.windows=[16]", "windows"),
        ("discriminators.windows=[32768]", "segments have 16128; allowed: shorter ones"),
        ("discriminators.periods=[50000]", "segments have 16128; allowed: shorter ones"),
    ],
)
def test_discriminators_fit_the_segments_from_the_start(
    wrong: str, told: str, dataset: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=told):
        config(dataset, tmp_path, wrong)
