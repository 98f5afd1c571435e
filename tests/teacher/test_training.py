"""Training a very small F5-TTS on real clips: it learns, resumes, and what it writes can speak."""

from pathlib import Path

import pytest
import torch
from rich.console import Console

from speech.config import load_config
from speech.dataset.clips import open_clips
from speech.errors import InputError
from speech.training.trainer import Trainer
from teacher import train
from teacher.f5.config import F5Config
from teacher.f5.durations import DurationModel, duration_loss, load_durations
from teacher.f5.network import load_network
from teacher.f5.prosody import load_prosody
from teacher.f5.training_config import TrainTeacherConfig
from tests.spoken import reference_clips, write_dataset

SMALL = [
    *("teacher.architecture.dim=64", "teacher.architecture.depth=1"),
    *("teacher.architecture.heads=1", "teacher.architecture.text_dim=32"),
    *("teacher.architecture.conv_layers=1", "teacher.sampler.steps=5", "batch_frames=640"),
    *("training.log_every=1", "training.evaluate_every=4", "training.save_every=2"),
    *("training.warmup_steps=1", "training.device=cpu"),
]


def config(dataset: str, output: Path, *more: str) -> TrainTeacherConfig:
    named = [f"dataset={dataset}", f"output={output}", "training.steps=4", *SMALL, *more]
    return load_config(TrainTeacherConfig, "train_teacher", named)


@pytest.fixture
def dataset(tmp_path: Path) -> str:
    return write_dataset(tmp_path / "set", reference_clips())


def test_it_writes_weights_that_load(dataset: str, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    chosen = config(dataset, tmp_path / "out")
    assert train.main(chosen) == 0
    weights = str(tmp_path / "out/model.safetensors")
    load_network(chosen.teacher.architecture, 56, weights, contours=True)
    with pytest.raises(InputError, match=r"they were trained with them: teacher\.contours=true"):
        load_network(chosen.teacher.architecture, 56, weights)
    load_durations(str(tmp_path / "out/durations.safetensors"))
    assert (tmp_path / "out/curve.png").read_bytes().startswith(b"\x89PNG")
    told = capsys.readouterr().out
    assert f"teacher.weights={tmp_path}/out/model.safetensors teacher.weights_sha256=" in told
    assert list((tmp_path / "out/tensorboard").glob("events*"))


def test_it_resumes_bit_by_bit(dataset: str, tmp_path: Path) -> None:
    def trainer(output: Path) -> Trainer:
        chosen = config(dataset, output)
        console = Console(quiet=True)
        torch.manual_seed(chosen.training.seed)
        made = train.prepare(chosen, console)
        return Trainer(made.task, chosen.training, str(output), made.identity, console)

    whole, halted = trainer(tmp_path / "whole"), trainer(tmp_path / "parts")
    assert whole.run()
    steps = halted._step

    def three_steps(*arguments: object) -> None:
        if halted.position.step == 3:
            raise KeyboardInterrupt
        steps(*arguments)  # type: ignore[arg-type]

    halted._step = three_steps  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        halted.run()
    resumed = trainer(tmp_path / "parts")
    assert resumed.position.step == 2
    assert resumed.run()
    assert resumed.position == whole.position
    for name, module in whole.averages.items():
        other = resumed.averages[name].state_dict()
        assert all(torch.equal(value, other[key]) for key, value in module.state_dict().items())


def test_contours_are_learnt_beside_and_spoken_with(dataset: str, tmp_path: Path) -> None:
    """From weights that never had them."""
    before = config(dataset, tmp_path / "first", "teacher.contours=false")
    assert train.main(before) == 0
    chosen = config(dataset, tmp_path / "out", f"init_from={tmp_path}/first/model.safetensors")
    assert train.main(chosen) == 0
    weights = str(tmp_path / "out/model.safetensors")
    network = load_network(chosen.teacher.architecture, 56, weights, contours=True)
    assert network.contours is not None
    assert network.contours.leave.weight.abs().max() > 0
    load_prosody(str(tmp_path / "out/prosody.safetensors"))
    with pytest.raises(
        InputError, match=r"4 missing.*trained without contours: teacher\.contours=false"
    ):
        load_network(
            chosen.teacher.architecture, 56, f"{tmp_path}/first/model.safetensors", contours=True
        )


def test_the_upstream_frontend_trains_too(tmp_path: Path) -> None:
    base = load_config(TrainTeacherConfig, "train_teacher", ["teacher=f5_base"]).teacher
    mini = config("unused", tmp_path).teacher
    frontend = base.frontend
    chosen = config(
        write_dataset(tmp_path / "set", reference_clips(aligned=False)), tmp_path / "out"
    )
    changes = {"frontend": frontend, "vocabulary": base.vocabulary, "contours": False}
    small = F5Config(**{**dict(mini), **changes})
    chosen = chosen.model_copy(update={"teacher": small})
    assert train.main(chosen) == 0
    assert not (tmp_path / "out/durations.safetensors").exists()


def test_fine_tuning_starts_at_the_weights(dataset: str, tmp_path: Path) -> None:
    first = config(dataset, tmp_path / "first")
    assert train.main(first) == 0
    weights = tmp_path / "first/model.safetensors"
    second = config(dataset, tmp_path / "second", f"init_from={weights}")
    network = train.build_task(second, open_clips(dataset)).modules["network"].network
    saved = load_network(first.teacher.architecture, 56, str(weights), contours=True)
    assert torch.equal(network.dit.proj_out.weight, saved.dit.proj_out.weight)  # type: ignore[union-attr]
    assert all(parameter.requires_grad for parameter in network.parameters())  # type: ignore[union-attr]


def test_clips_beyond_the_limits_and_held_out_ones_are_not_trained_on(
    dataset: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="none of the 8 clips"):
        train.build_task(config(dataset, tmp_path, "clips.min_duration_s=13"), open_clips(dataset))
    half = train.build_task(config(dataset, tmp_path, "held_out_share=0.5"), open_clips(dataset))
    assert half.held_out
    assert not set(half.held_out) & set(half.lengths)
    assert len(half.held_out) + len(half.lengths) == 8


def test_without_an_alignment_predicted_durations_are_stretched(tmp_path: Path) -> None:
    clips = open_clips(write_dataset(tmp_path / "set", reference_clips(aligned=False)))
    task = train.build_task(config(str(tmp_path / "set"), tmp_path), clips)
    aligned = open_clips(write_dataset(tmp_path / "aligned", reference_clips()))
    exact = train.build_task(config(str(tmp_path / "aligned"), tmp_path), aligned)
    for index in range(8):
        guess, known = task.load(index), exact.load(index)
        assert len(guess.tokens) == len(known.tokens) == len(guess.mel)
        late_s = guess.seconds.cumsum(0) - known.seconds.cumsum(0)
        assert late_s.abs().mean() < 0.12


def test_the_cache_is_bounded(dataset: str, tmp_path: Path) -> None:
    task = train.build_task(config(dataset, tmp_path, "cache_mb=0"), open_clips(dataset))
    assert torch.equal(task.load(0).mel, task.load(0).mel)
    assert not task._cache


def test_duration_loss_does_not_blame_the_speaker_s_rate() -> None:
    torch.manual_seed(0)
    seconds, valid = torch.rand(2, 5) + 0.05, torch.ones(2, 5, dtype=torch.bool)
    valid[1, 3:] = False
    exact, slower = seconds.log(), (1.3 * seconds).log()
    assert duration_loss(exact, seconds, valid)[1].item() == pytest.approx(0, abs=1e-6)
    error, loss = duration_loss(slower, seconds, valid)
    assert error.item() == pytest.approx(0.3, abs=1e-5)
    assert loss.item() == pytest.approx(0.1 * torch.tensor(1.3).log().item(), abs=1e-5)
    model = DurationModel(5, 16, 1)
    before = model(torch.tensor([[1, 2, 3]]))
    torch.testing.assert_close(model(torch.tensor([[1, 2, 3, 0, 0]]))[:, :3], before)
