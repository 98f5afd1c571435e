"""A teacher's mels of clips: in step with their waves, seeded, made once."""

import hashlib
from pathlib import Path

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file, save_file

from speech import storage
from speech.audio.mel import log_mel
from speech.config import load_config
from speech.dataset.clips import Clips, open_clips
from teacher import train_vocoder
from teacher.f5 import teacher_mels
from teacher.f5.contours import ContourEmbedding
from teacher.f5.network import CONTOURS
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.sampler import Prompt, sample_together, schedule
from teacher.f5.teacher import F5Teacher
from teacher.f5.teacher_mels import Recipe, TeacherMels, sample_from
from tests.spoken import reference_clips, write_dataset

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    """Two clips each of four speakers; the first of a speaker leads the second, and the other way."""
    return open_clips(write_dataset(tmp_path_factory.mktemp("set"), reference_clips()))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def recipe(start: float = 0.5, share: float = 1.0, seed: int = 0) -> Recipe:
    config = load_config(train_vocoder.TrainVocoderConfig, "train_vocoder", []).teacher
    return Recipe(config, share, start, seed)


def made(clips: Clips, start: float = 0.5, seed: int = 0, row: int = 0) -> torch.Tensor:
    mels = TeacherMels(recipe(start, seed=seed), clips)
    mels.make([row], QUIET)
    return mels.pair(row)[1].float()


def test_the_later_it_takes_over_the_nearer_to_the_clip(clips: Clips) -> None:
    mels = TeacherMels(recipe(), clips)
    mels.make([0], QUIET)
    true = log_mel(mels.pair(0)[0].float())
    apart = [(made(clips, start) - true).abs().mean().item() for start in (0.3, 0.6, 0.9)]
    assert apart == sorted(apart, reverse=True)
    assert 0.01 < apart[-1] < apart[0] < 0.8  # log magnitudes; another clip is 2 away


def test_mels_follow_from_the_seed_and_are_made_once(
    clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = made(clips), made(clips, seed=1)
    assert not torch.equal(first, other)
    monkeypatch.setattr(teacher_mels, "sample_from", None)
    assert torch.equal(made(clips), first)


def test_a_teacher_that_knows_contours_is_told_those_of_the_clip(
    clips: Clips, tmp_path: Path
) -> None:
    shipped = recipe().teacher
    stored = load_file(storage.local_path(shipped.weights))
    without = {k: v for k, v in stored.items() if not k.startswith(CONTOURS)}

    def said(embedding: ContourEmbedding | None) -> torch.Tensor:
        place = {} if embedding is None else embedding.state_dict()
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.safetensors"
        save_file(without | {CONTOURS + k: v for k, v in place.items()}, path)
        weights = {"weights": str(path), "weights_sha256": sha256_of(path)}
        teacher = shipped.model_copy(update={**weights, "contours": embedding is not None})
        mels = TeacherMels(Recipe(teacher, 1.0, 0.5, 0), clips)
        mels.make([0], QUIET)
        return mels.pair(0)[1].float()

    embedding = ContourEmbedding(shipped.architecture.text_dim)
    untold, new = said(None), said(embedding)
    torch.testing.assert_close(new, untold, atol=0.02, rtol=0)
    torch.nn.init.normal_(embedding.leave.weight, std=0.3)
    assert (said(embedding) - untold).abs().mean() > 0.05


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_from_the_very_beginning_it_is_what_the_teacher_says(clips: Clips) -> None:
    config = recipe().teacher
    voices = TeacherMels(recipe(), clips).voices
    teacher = F5Teacher(config, {str(row): voice for row, voice in voices.items()})
    reference, _ = teacher.reference(str(next(iter(voices))))
    tokens = torch.arange(len(reference) + 50) % 40
    prompt = Prompt(reference, tokens, len(tokens), "key")
    network: PackedNetwork = teacher.network
    [expected] = sample_together(network, [prompt], teacher.sampler)
    found = sample_from(network, prompt, torch.zeros(50, 100), 0.0, teacher.sampler)
    assert schedule(teacher.sampler)[0] == 0
    torch.testing.assert_close(found, expected.cpu(), atol=1e-4, rtol=0)


def test_a_share_of_the_clips_is_chosen_by_their_ids(clips: Clips) -> None:
    chosen = [
        {r for r in range(8) if TeacherMels(recipe(share=s), clips).is_wanted(r)}
        for s in (0.0, 0.5, 1.0)
    ]
    assert chosen[0] == set()
    assert chosen[0] < chosen[1] < chosen[2]


def test_who_speaks_once_has_the_clips_own_mels(tmp_path: Path) -> None:
    alone = open_clips(write_dataset(tmp_path / "set", reference_clips()[:2]))
    mels = TeacherMels(recipe(), alone)
    mels.make([0, 1], QUIET)
    assert not any(mels.is_wanted(row) for row in range(2))
