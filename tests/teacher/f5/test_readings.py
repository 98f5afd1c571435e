"""Readings that are drawn: by their key alone, flat at temperature 0, and as long as the model says."""

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from pipelines.config import SynthConfig
from speech.config import load_config
from speech.errors import InputError
from teacher.base import Request
from teacher.f5.config import F5Config
from teacher.f5.prosody import ProsodyFlow, load_prosody
from teacher.f5.teacher import F5Teacher
from teacher.voices import load_bank

SPEAKER = (0.3, 0.25)
IDS = torch.tensor([3, 9, 4, 1, 7, 7, 2])


def flow(seed: int = 0) -> ProsodyFlow:
    torch.manual_seed(seed)
    model = ProsodyFlow(56, 16, 2)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return model.eval()


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("prosody") / "prosody.safetensors"
    save_file(flow().state_dict(), path)
    return path


def test_a_reading_is_a_function_of_its_seed() -> None:
    model = flow()
    first, again, other = (model.draw(IDS, SPEAKER, 0.8, 1.0, seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)
    assert torch.equal(model.draw(IDS, SPEAKER, 0.0, 1.0, 1), model.draw(IDS, SPEAKER, 0.0, 1.0, 2))


def test_padding_changes_no_loss() -> None:
    model, readings = flow(), torch.randn(1, 7, 5)
    ids, about = IDS[None] + 1, torch.tensor([SPEAKER])
    noise = torch.randn(1, 12, 5)

    def velocity(pad: int) -> torch.Tensor:
        longer = torch.nn.functional.pad(ids, (0, pad))
        return model._velocity(noise[:, : 7 + pad], torch.tensor([0.4]), longer, about)[:, :7]

    torch.testing.assert_close(velocity(0), velocity(5))
    assert model(ids, about, readings).isfinite()


@pytest.mark.slow
def test_it_learns_what_it_hears() -> None:
    """Two ways of reading one phrase, high and falling or low and rising: takes are of both."""
    torch.manual_seed(0)
    model = ProsodyFlow(56, 32, 2)
    level = torch.tensor([-2.6, 0.0, 0.0, 0.0, -4.0]).repeat(7, 1)
    bend = torch.linspace(0.4, -0.4, 7).unsqueeze(-1) * torch.tensor([0.0, 1.0, 1.0, 1.0, 0.0])
    ways = torch.stack((level + bend, level - bend))
    ids, about = (IDS + 1).repeat(64, 1), torch.zeros(64, 2)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(600):
        optimizer.zero_grad()
        model(ids, about, ways[torch.randint(2, (64,))]).backward()
        optimizer.step()
    drawn = torch.stack([model.draw(IDS, (0.0, 0.0), 1.0, 1.0, seed) for seed in range(40)])
    slope = drawn[:, 0, 2] - drawn[:, -1, 2]
    assert 8 <= int((slope > 0.4).sum()) <= 32
    assert int((slope.abs() > 0.4).sum()) >= 32


def test_files_that_do_not_fit_are_told(tmp_path: Path) -> None:
    state = flow().state_dict()
    state.pop("out.weight")
    save_file(state, tmp_path / "short.safetensors")
    with pytest.raises(InputError, match=r"short\.safetensors"):
        load_prosody(str(tmp_path / "short.safetensors"))


def teacher(*more: str) -> F5Teacher:
    config = load_config(SynthConfig, "synth", ["teacher=f5_mini", *more])
    assert isinstance(config.teacher, F5Config)
    return F5Teacher(config.teacher, load_bank(config.voices))


def pinned(weights: Path) -> list[str]:
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    given = {"prosody": weights, "prosody_sha256": sha256}
    return [f"teacher.frontend.{key}={value}" for key, value in given.items()]


def test_what_draws_readings_is_pinned(weights: Path) -> None:
    """Or a run would go on with another file under the same identity."""
    with pytest.raises(InputError, match="prosody_sha256"):
        teacher(f"teacher.frontend.prosody={weights}", "teacher.frontend.prosody_sha256=null")
    with pytest.raises(InputError, match="SHA-256"):
        teacher(f"teacher.frontend.prosody={weights}")


def test_takes_differ_and_last_as_long(weights: Path) -> None:
    drawing = teacher(*pinned(weights))
    voice = next(iter(drawing.voices))
    request = Request("The old man walked slowly down to the harbour.", "en", voice)
    plain = teacher().prepare(request).payload
    prepared = drawing.prepare(request).payload
    first, again, other = (drawing.prompt(request, key) for key in ("a", "a", "b"))
    assert first.frames == other.frames == prepared.frames == plain.frames
    assert first.phoneme_ends_s == again.phoneme_ends_s != other.phoneme_ends_s
    assert torch.equal(first.contours, again.contours)
    assert first.contours.shape == (first.frames, 2)
    lead = len(first.reference)
    assert torch.equal(first.contours[:lead], other.contours[:lead])


def test_expressiveness_widens_the_pitch_about_the_speaker(weights: Path) -> None:
    drawn = {}
    for factor in (0.0, 1.0, 2.0):
        drawing = teacher(*pinned(weights), f"teacher.frontend.expressiveness={factor}")
        voice = next(iter(drawing.voices))
        prompt = drawing.prompt(Request("He went home.", "en", voice), "k")
        drawn[factor] = prompt.contours[len(prompt.reference) :, 0]
        middle = drawing._pitch(voice)[0]
    assert torch.allclose(drawn[0.0], torch.full_like(drawn[0.0], middle), atol=1e-5)
    torch.testing.assert_close(drawn[2.0] - middle, 2 * (drawn[1.0] - middle))
