"""The autoregressive student of levels: what it says, what it may see, what it learns."""

import pytest
import torch
from torch import Tensor

from speech.audio.mel import N_MELS
from speech.config import load_config
from speech.errors import InputError
from student.config import TrainStudentConfig
from student.kinds import build_student
from student.models.acoustic import MEAN_MEL
from student.models.ar_config import ArConfig
from student.models.ar_dmel import DmelStudent
from tests.student.autoregressive import SMALL, batch, speak

CERTAIN = ["student.prenet_dropout=0", "student.dmel.top_p=1e-6"]
"""draws what is most probable"""


def configured(*more: str) -> ArConfig:
    shape = [f"student.{change}" for change in SMALL]
    overrides = ["student=ar", "student.tokens=dmel", *shape, *more]
    found = load_config(TrainStudentConfig, "train_student", overrides).student
    assert isinstance(found, ArConfig)
    return found


def student(*more: str) -> DmelStudent:
    """With weights far from where training starts, so that everything reaches everything."""
    torch.manual_seed(0)
    vectors = torch.nn.functional.normalize(torch.randn(3, 256), dim=-1)
    built = build_student(configured(*more), vectors).eval()
    for parameter in built.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    assert isinstance(built, DmelStudent)
    return built


def steps(built: DmelStudent, frames: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Of one clip, the text by steps, its condition, and what is drawn before the post-net."""
    given = batch([[frames]], frames)
    text = built.encode(given["ids"], built.condition(given["speaker"]))
    x, _ = built.expand(text, given["durations"], frames)
    with torch.no_grad():
        grouped, generator = built.grouped(x), torch.Generator().manual_seed(seed)
        return grouped, text.condition, built.generate(grouped, text.condition, generator)


def test_all_that_is_drawn_are_levels() -> None:
    built = student()
    _, _, drawn = steps(built, 24)
    frames = built.by_frames(drawn)[0] + MEAN_MEL
    nearest = (frames.unsqueeze(-1) - built.levels).abs().amin(-1)
    assert nearest.max() < 1e-5
    assert len(frames.unique()) > 8


def test_speaking_is_what_training_saw() -> None:
    """Its own levels, given as the true ones, are drawn again."""
    built = student(*CERTAIN, "student.dmel.repetition_share=1")
    grouped, condition, drawn = steps(built, 24)
    with torch.no_grad():
        hidden = built.decode(grouped, drawn, condition)
        again, _ = built.read(hidden, built.by_frames(drawn), torch.ones(1, 24, 1))
    torch.testing.assert_close(again, built.by_frames(drawn))


def test_a_voice_that_stands_still_is_moved_on() -> None:
    """Without text, noise and chance, every step would be as the one before it."""
    built = student(*CERTAIN)
    for parameter in built.decoder.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.normal_(built.logits.bias)
    _, _, drawn = steps(built, 40)
    moved = (drawn[0, 1:] != drawn[0, :-1]).float().mean(1)
    window = built.dmel.repetition_window
    assert moved[:2].max() == 0
    assert moved[window - 1 :].mean() > 0.2


@pytest.mark.parametrize("changed", [0, 4, 8, 12])
def test_no_step_sees_its_own_levels_or_later_ones(changed: int) -> None:
    built = student(*CERTAIN)
    text, condition = torch.randn(1, 4, 4 * 16), built.condition(torch.tensor([0]))
    mels = torch.randn(1, 16, N_MELS)
    other = mels.clone()
    other[:, changed:] += 3
    told = [built.grouped(built.known(m)[1]) for m in (mels, other)]
    with torch.no_grad():
        first, second = (built.decode(text, m, condition) for m in told)
    at = changed // 4
    assert torch.equal(first[:, : at + 1], second[:, : at + 1])
    assert at == 3 or not torch.allclose(first[:, at + 1 :], second[:, at + 1 :])


def test_noise_is_of_training_alone_and_never_in_what_is_learnt() -> None:
    built, mel = student(), batch([[40]], 40)["mel"] - MEAN_MEL
    truth, told = built.known(mel)
    assert torch.equal(truth, told)
    learnt, told = built.train().known(mel)
    assert torch.equal(learnt, truth)
    assert 0.05 < (told != truth).float().mean() < 0.2


def test_losses_do_not_see_padding() -> None:
    built = student(*CERTAIN)
    tight, loose = batch([[2, 3, 1]], 6), batch([[2, 3, 1]], 6)
    loose["mel"] = torch.nn.functional.pad(loose["mel"], (0, 0, 0, 11), value=7.0)
    loose |= {key: torch.nn.functional.pad(loose[key], (0, 2)) for key in ("ids", "durations")}
    (first, mel), (second, padded) = built(tight), built(loose)
    assert first.keys() == {"durations", "length_error", "mel", "tokens", "total"}
    for name, value in first.items():
        assert value.item() == pytest.approx(second[name].item(), rel=1e-4), name
    torch.testing.assert_close(padded[:, :6], mel, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("frames", "reduction"), [(1, 1), (6, 4), (13, 3)])
def test_it_is_as_long_as_its_durations(frames: int, reduction: int) -> None:
    built = student(f"student.reduction={reduction}")
    assert speak(built, [[frames]]).shape == (1, frames, N_MELS)


def test_the_generator_decides() -> None:
    built = student()
    first = speak(built, [[5, 8]], seed=1)
    torch.manual_seed(99)
    assert torch.equal(first, speak(built, [[5, 8]], seed=1))
    assert not torch.allclose(first, speak(built, [[5, 8]], seed=2))


def test_a_clip_is_the_same_in_any_batch() -> None:
    built = student(*CERTAIN, "student.dmel.repetition_share=1")
    together, alone = speak(built, [[2, 3, 1], [4, 2, 7]]), speak(built, [[2, 3, 1]])
    torch.testing.assert_close(together[:1, :6], alone, atol=1e-4, rtol=1e-4)


def test_it_learns_a_sequence() -> None:
    built = student("student.prenet_dropout=0.1", "student.table_drop=0").train()
    built.load_state_dict(build_student(built.config, built.vectors).state_dict())
    given = batch([[6, 9, 4], [5, 7, 9]], 24)
    shape = torch.randn(2, 1, N_MELS) + torch.arange(24).view(1, 24, 1).mul(0.4).sin()
    given["mel"] = shape - 4
    optimizer = torch.optim.Adam(built.parameters(), 2e-2)
    history = []
    for step in range(30):
        losses, _ = built(given, step)
        optimizer.zero_grad()
        losses["total"].backward()
        optimizer.step()
        history.append({name: loss.item() for name, loss in losses.items()})
    for name in ("tokens", "mel", "durations"):
        assert history[-1][name] < 0.5 * history[0][name], name


def test_what_is_drawn_needs_its_values() -> None:
    with pytest.raises(InputError, match="tokens=dmel needs the values of dmel"):
        configured("student.dmel=null")


def test_a_package_of_before_there_were_tokens_is_continuous() -> None:
    shape = load_config(TrainStudentConfig, "train_student", ["student=ar"]).student.model_dump()
    older = {key: value for key, value in shape.items() if key not in ("tokens", "dmel")}
    assert ArConfig.model_validate(older).tokens == "continuous"
