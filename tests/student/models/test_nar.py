"""The non-autoregressive student, its parts against known values."""

import pytest
import torch

from speech.audio import FEWEST_FRAMES
from speech.audio.mel import N_MELS
from speech.config import load_config
from student.config import TrainStudentConfig
from student.kinds import build_student
from student.models.acoustic import Acoustic, duration_losses, token_ids, whole_frames
from student.models.nar import NarStudent

SMALL = [
    *("dim=16", "hidden_dim=24", "condition_dim=4", "encoder_layers=1", "duration_layers=1"),
    *("prosody_layers=1", "decoder_layers=1", "table_drop=0.5"),
    *("reading_layers=1", "reading_dim=8"),
]
CONFIG = load_config(
    TrainStudentConfig,
    "train_student",
    ["student=nar", *(f"student.{change}" for change in SMALL)],
).student


@pytest.fixture
def student() -> NarStudent:
    torch.manual_seed(0)
    vectors = torch.nn.functional.normalize(torch.randn(3, 256), dim=-1)
    built = build_student(CONFIG, vectors).eval()
    for parameter in built.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    assert isinstance(built, NarStudent)
    return built


def batch(frames: list[list[int]], length: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    widest = max(map(len, frames))
    durations = torch.tensor([row + [0] * (widest - len(row)) for row in frames])
    ids = torch.arange(3, 3 + widest).expand(len(frames), -1) * (durations > 0)
    tracks = torch.rand(3, len(frames), length)
    valid = torch.arange(length) < durations.sum(1, keepdim=True)
    return {
        "mel": torch.randn(len(frames), length, N_MELS) * valid.unsqueeze(-1),
        "pitch": tracks[0] * valid,
        "voiced": tracks[1].round() * valid,
        "energy": tracks[2] * valid,
        "ids": ids,
        "durations": durations,
        "speaker": torch.arange(len(frames)) % 3,
    }


def speak(
    student: NarStudent, ids: torch.Tensor, condition: torch.Tensor, frames: torch.Tensor
) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    text = student.encode(ids, condition)
    return student.speak(text, student.reading_of(text, generator), frames, generator)


def test_phonemes_expand_to_their_frames(student: NarStudent) -> None:
    given = batch([[2, 3, 1]], 8)
    text = student.encode(given["ids"], student.condition(given["speaker"]))
    torch.nn.init.zeros_(student.places.weight)
    torch.nn.init.zeros_(student.places.bias)
    x, mask = student.expand(text, given["durations"], 8)
    for frame, phoneme in enumerate([0, 0, 1, 1, 1, 2]):
        assert torch.equal(x[0, frame], text.encoded[0, phoneme])
    assert mask[0, :, 0].tolist() == [1.0] * 6 + [0.0] * 2
    assert not x[0, 6:].any()


def test_padding_changes_nothing(student: NarStudent) -> None:
    both = batch([[2, 3, 1], [4, 2, 5, 3]], 16)
    alone = {key: value[:1] for key, value in both.items()}
    alone |= {key: alone[key][:, :3] for key in ("ids", "durations")}
    alone |= {key: alone[key][:, :6] for key in ("mel", "pitch", "voiced", "energy")}
    _, padded = student(both)
    _, whole = student(alone)
    torch.testing.assert_close(padded[0, :6], whole[0], atol=1e-5, rtol=1e-4)


def test_losses_do_not_see_padding(student: NarStudent) -> None:
    tight, loose = batch([[2, 3, 1]], 6), batch([[2, 3, 1]], 6)
    for key in ("mel", "pitch", "voiced", "energy"):
        pad = (0, 0, 0, 10) if key == "mel" else (0, 10)
        loose[key] = torch.nn.functional.pad(loose[key], pad, value=7.0)
    torch.manual_seed(2)  # of the noise that a reading's flow is trained with
    first, _ = student(tight)
    torch.manual_seed(2)
    second, _ = student(loose)
    for name, value in first.items():
        assert value.item() == pytest.approx(second[name].item(), rel=1e-4), name


def test_every_module_hears_the_speaker(student: NarStudent) -> None:
    given = batch([[2, 3, 1], [2, 3, 1]], 8)
    condition = student.condition(given["speaker"])
    log_frames = student.durations(student.encode(given["ids"], condition))
    assert not torch.allclose(log_frames[0], log_frames[1])
    frames = given["durations"]
    torch.nn.init.constant_(student.prosody_out.bias, 10.0)  # all is voiced
    mel = speak(student, given["ids"], condition, frames)
    assert not torch.allclose(mel[0], mel[1])


@torch.no_grad()
def test_what_is_not_voiced_has_no_pitch(student: NarStudent) -> None:
    given = batch([[2, 3, 1]], 8)
    condition, frames = student.condition(given["speaker"]), given["durations"]
    for bias, voiced in ((-10.0, False), (10.0, True)):
        student.prosody_out.bias[1] = bias
        low = speak(student, given["ids"], condition, frames)
        student.prosody_out.bias[0] += 1.0  # an octave
        high = speak(student, given["ids"], condition, frames)
        assert torch.equal(low, high) != voiced


def test_a_voice_needs_no_place_in_the_table(student: NarStudent) -> None:
    torch.nn.init.zeros_(student.table.weight)
    known = student.condition(torch.tensor([1]))
    assert torch.equal(student.of_vectors(student.vectors[1:2]), known)


def test_whole_frames_do_not_drift() -> None:
    ids = torch.ones(1, 100, dtype=torch.long)
    frames = whole_frames(torch.full((1, 100), 2.4).log(), ids)
    assert frames.sum().item() == 240
    assert set(frames.unique().tolist()) == {2, 3}
    assert whole_frames(torch.full((1, 100), 2.4).log(), ids, speed=2.0).sum().item() == 120


def test_durations_that_are_right_cost_nothing() -> None:
    given = batch([[2, 3, 1], [4, 2, 5]], 16)
    losses = duration_losses(given["durations"].clamp(min=1).float().log(), given)
    assert losses["durations"].item() == pytest.approx(0, abs=1e-9)
    assert losses["length_error"].item() == pytest.approx(0, abs=1e-6)


def test_unknown_symbols_read_as_spaces() -> None:
    assert token_ids("a☃ ").tolist()[1:] == token_ids("  ").tolist()
    assert (token_ids("həlˈO☃") > 0).all()


def test_the_shipped_shape_is_of_four_million_parameters() -> None:
    config = load_config(TrainStudentConfig, "train_student", ["student=nar"])
    student: Acoustic = build_student(config.student, torch.zeros(8, 256))
    assert 3.9e6 < sum(p.numel() for p in student.parameters()) < 4.2e6


def test_the_shortest_text_has_frames_enough_for_a_wave() -> None:
    ids = torch.tensor([[3, 4, 0], [3, 4, 5]])
    frames = whole_frames(torch.full((2, 3), -3.0), ids)
    assert frames.sum(1).tolist() == [FEWEST_FRAMES, FEWEST_FRAMES]
    assert frames[0, 2] == 0
