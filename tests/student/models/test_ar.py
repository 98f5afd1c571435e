"""The autoregressive student: what it may see, what it draws, where it ends."""

import pytest
import torch

from speech.audio import FEWEST_FRAMES
from speech.audio.mel import N_MELS
from speech.config import load_config
from speech.errors import InputError
from student.config import TrainStudentConfig
from student.kinds import build_student
from student.models.ar import ArStudent
from student.models.ar_decoder import CausalTransformer
from student.models.ar_latent import Latent, kl_to_truth
from student.models.ar_steps import STOP_WEIGHT, held, stop_loss
from tests.student.autoregressive import SMALL, batch, speak

CONFIG = load_config(
    TrainStudentConfig,
    "train_student",
    ["student=ar", *(f"student.{change}" for change in SMALL)],
).student
CERTAIN = {"sampling": False, "prenet_dropout": 0.0}


def student(**changes: object) -> ArStudent:
    """With weights far from where training starts, so that everything reaches everything."""
    torch.manual_seed(0)
    vectors = torch.nn.functional.normalize(torch.randn(3, 256), dim=-1)
    built = build_student(CONFIG.model_copy(update=changes), vectors).eval()
    for parameter in built.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    assert isinstance(built, ArStudent)
    return built


def test_step_by_step_is_all_at_once() -> None:
    torch.manual_seed(0)
    decoder = CausalTransformer(3, 16, 24, 2, 4)
    x, condition = torch.randn(2, 9, 16), torch.randn(2, 1, 4)
    with torch.no_grad():
        whole, memory = decoder(x, condition), decoder.begin(condition, 9)
        steps = torch.cat([decoder.step(here, memory) for here in x.split(1, dim=1)], 1)
    torch.testing.assert_close(steps, whole, atol=1e-5, rtol=1e-4)


def test_what_is_remembered_is_what_recomputing_gives() -> None:
    """With sampling and dropout, of the same draws."""
    built = student()
    text, condition = torch.randn(2, 7, 4 * 16), built.condition(torch.tensor([0, 1]))
    with torch.no_grad():
        fast = built.generate(text, condition, torch.Generator().manual_seed(3))
        generator, inputs, drawn = torch.Generator().manual_seed(3), [], []
        last = built.start.expand(2, 1, -1)
        for here in built.text(text).split(1, dim=1):
            inputs.append(built.prenet(last, generator) + here)
            hidden = built.decoder(torch.cat(inputs, 1), condition)[:, -1:]
            last = built.latent(hidden, generator).coarse
            drawn.append(last)
    torch.testing.assert_close(fast, torch.cat(drawn, 1), atol=1e-4, rtol=1e-4)


def test_speaking_is_what_training_saw() -> None:
    """Its own mels, given as the true ones, are predicted again."""
    built, frames = student(**CERTAIN), [[2, 3, 5]]
    given = batch(frames, 10)
    text = built.encode(given["ids"], built.condition(given["speaker"]))
    x, mask = built.expand(text, given["durations"], 10)
    with torch.no_grad():
        spoken = built.generate(built.grouped(x), text.condition, torch.Generator())
        hidden = built.decode(built.grouped(x), spoken, text.condition)
        again = built.by_frames(built.latent(hidden, None).coarse)[:, :10]
        assert torch.allclose(built.postnet(again, mask) - 4, speak(built, frames), atol=1e-3)


@pytest.mark.parametrize("changed", [0, 4, 8, 12])
def test_no_step_sees_its_own_mels_or_later_ones(changed: int) -> None:
    built = student(**CERTAIN)
    text, condition = torch.randn(1, 4, 4 * 16), built.condition(torch.tensor([0]))
    mels = torch.randn(1, 16, N_MELS)
    other = mels.clone()
    other[:, changed:] += 1
    with torch.no_grad():
        first, second = (built.decode(text, built.grouped(m), condition) for m in (mels, other))
    step = changed // 4
    assert torch.equal(first[:, : step + 1], second[:, : step + 1])
    assert step == 3 or not torch.allclose(first[:, step + 1 :], second[:, step + 1 :])


@pytest.mark.parametrize("stop", ["durations", "head"])
def test_losses_do_not_see_padding(stop: str) -> None:
    built = student(stop=stop, **CERTAIN)
    tight, loose = batch([[2, 3, 1]], 6), batch([[2, 3, 1]], 6)
    loose["mel"] = torch.nn.functional.pad(loose["mel"], (0, 0, 0, 11), value=7.0)
    loose |= {key: torch.nn.functional.pad(loose[key], (0, 2)) for key in ("ids", "durations")}
    (first, mel), (second, padded) = built(tight), built(loose)
    assert ("stop" in first) == (stop == "head")
    for name, value in first.items():
        assert value.item() == pytest.approx(second[name].item(), rel=1e-4), name
    torch.testing.assert_close(padded[:, :6], mel, atol=1e-4, rtol=1e-4)


def test_a_clip_is_the_same_in_any_batch() -> None:
    built = student(**CERTAIN)
    together, alone = speak(built, [[2, 3, 1], [4, 2, 7]]), speak(built, [[2, 3, 1]])
    torch.testing.assert_close(together[:1, :6], alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("frames", [1, 4, 6, 7, 13])
@pytest.mark.parametrize("reduction", [1, 3, 4])
def test_it_is_as_long_as_its_durations(frames: int, reduction: int) -> None:
    built = student(reduction=reduction)
    assert speak(built, [[frames]]).shape == (1, frames, N_MELS)
    losses, mel = built(batch([[frames]], frames + 2))
    assert mel.shape == (1, frames + 2, N_MELS)
    assert all(torch.isfinite(loss) for loss in losses.values())


def test_the_generator_decides() -> None:
    built = student()
    first = speak(built, [[5, 8]], seed=1)
    torch.manual_seed(99)
    assert torch.equal(first, speak(built, [[5, 8]], seed=1))
    assert not torch.allclose(first, speak(built, [[5, 8]], seed=2))


def test_without_sampling_and_dropout_there_is_no_chance() -> None:
    built = student(**CERTAIN)
    assert torch.equal(speak(built, [[5, 8]], seed=1), speak(built, [[5, 8]], seed=2))


def test_each_speaker_sounds_different() -> None:
    mel = speak(student(**CERTAIN), [[5, 8], [5, 8]])
    assert not torch.allclose(mel[0], mel[1])


def test_a_stop_head_ends_where_it_says() -> None:
    built = student(stop="head")
    assert built.stop is not None
    torch.nn.init.zeros_(built.stop.weight)
    torch.nn.init.constant_(built.stop.bias, 1.0)
    assert speak(built, [[20, 20]]).shape[1] == 4
    torch.nn.init.constant_(built.stop.bias, -1.0)
    assert speak(built, [[20, 20]]).shape[1] == 60


def test_the_last_symbol_goes_on() -> None:
    x, mask = torch.randn(2, 4, 3), torch.ones(2, 4, 1)
    mask[1, 2:] = 0
    longer = held(x, mask, 6)
    assert torch.equal(longer[0], x[0, [0, 1, 2, 3, 3, 3]])
    assert torch.equal(longer[1], x[1, [0, 1, 1, 1, 1, 1]])


def test_the_step_that_ends_a_clip_weighs_most() -> None:
    mask = torch.tensor([[1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]]).unsqueeze(-1)
    even = stop_loss(torch.zeros(2, 4, 1), mask).item()
    assert even == pytest.approx((2 * STOP_WEIGHT + 5) / 7 * torch.tensor(2.0).log().item())
    right = torch.tensor([[-9.0, -9.0, 9.0, 9.0], [-9.0, -9.0, -9.0, 9.0]]).unsqueeze(-1)
    assert stop_loss(right, mask).item() < 0.01


def test_kl_is_that_of_two_normal_distributions() -> None:
    mean, log_variance, truth = torch.randn(3, 1, 2, 5)
    theirs = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, (0.5 * log_variance).exp()),
        torch.distributions.Normal(truth, 1.0),
    )
    torch.testing.assert_close(kl_to_truth(Latent(mean, log_variance, mean), truth), theirs)


def total(step: int | None, **changes: object) -> tuple[float, dict[str, float]]:
    losses, _ = student(**CERTAIN | changes)(batch([[2, 3, 1]], 8), step)
    values = {name: value.item() for name, value in losses.items()}
    return values["total"], values


def test_each_loss_can_be_left_out() -> None:
    bare, values = total(0, flux_weight=0.0)
    assert bare == pytest.approx(
        values["coarse"] + values["mel"] + 0.5 * values["durations"], rel=1e-5
    )
    with_flux, values = total(0)
    assert with_flux == pytest.approx(bare + 0.5 * values["flux"], rel=1e-5)
    assert values["flux"] < 0


def test_the_kl_counts_from_its_step_and_only_with_sampling() -> None:
    built, given = student(prenet_dropout=0.0), batch([[2, 3, 1]], 8)

    def weighed(step: int | None) -> tuple[float, float]:
        torch.manual_seed(0)
        losses, _ = built(given, step)
        return losses["total"].item(), losses["kl"].item()

    before, kl = weighed(9)
    assert weighed(10)[0] == pytest.approx(before + 0.1 * kl, rel=1e-5)
    assert weighed(None)[0] == weighed(10)[0]
    assert total(9)[0] == total(10)[0]


@pytest.mark.parametrize("stop", ["durations", "head"])
def test_it_learns_a_sequence(stop: str) -> None:
    built = student(stop=stop, prenet_dropout=0.1, table_drop=0.0).train()
    built.load_state_dict(build_student(built.config, built.vectors).state_dict())
    given = batch([[6, 9, 4], [5, 7, 9]], 24)
    shape = torch.randn(2, 1, N_MELS) + torch.arange(24).view(1, 24, 1).mul(0.4).sin()
    given["mel"] = shape - 4
    optimizer = torch.optim.Adam(built.parameters(), 1e-2)
    history = []
    for step in range(60):
        losses, _ = built(given, step)
        optimizer.zero_grad()
        losses["total"].backward()
        optimizer.step()
        history.append({name: loss.item() for name, loss in losses.items()})
    for name in ("coarse", "mel", "durations", *(["stop"] if stop == "head" else [])):
        assert history[-1][name] < 0.5 * history[0][name], name


def test_the_shipped_shape_is_of_five_to_six_million_parameters() -> None:
    config = load_config(TrainStudentConfig, "train_student", ["student=ar"])
    built = build_student(config.student, torch.zeros(8, 256))
    assert isinstance(built, ArStudent)
    assert 5e6 < sum(p.numel() for p in built.parameters()) < 6.2e6


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(InputError, match="dim 256 must be a multiple of twice 3 heads"):
        load_config(TrainStudentConfig, "train_student", ["student=ar", "student.heads=3"])


def test_a_stop_head_leaves_frames_enough_for_a_wave() -> None:
    built = student(stop="head", reduction=1)
    assert built.stop is not None
    torch.nn.init.zeros_(built.stop.weight)
    torch.nn.init.constant_(built.stop.bias, 1.0)
    assert speak(built, [[20, 20]]).shape[1] == FEWEST_FRAMES
