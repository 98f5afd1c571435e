"""How a text is read: what is measured, drawn, and told to each frame."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from speech.errors import InputError
from student.export import export
from student.kinds import build_student
from student.loading import load_student
from student.models.acoustic import token_ids
from student.models.nar import NarStudent
from student.models.reading import (
    Reading,
    ReadingFlow,
    contour_of,
    near_the_middle,
    pitch_of_phonemes,
)
from student.onnx import frames as runtime
from student.onnx.runtime import OnnxStudent
from student.package import start_from
from student.parity import spoken_by_both
from student.student import open_student
from tests.student.untrained import spectra_apart, untrained_config, untrained_student

LINE = "It takes about forty minutes to get there."
PHONEMES = "ɪt tˈAks tˈIm, ænd mˈɪnəts tə ɡɛt ðˈɛɹ."
FRAMES = torch.tensor([[3, 0, 7, 5], [6, 2, 1, 0]])


def test_the_pitch_of_phonemes_is_the_mean_of_each_third() -> None:
    torch.manual_seed(0)
    pitch = torch.rand(2, 20)
    measured = pitch_of_phonemes(pitch, FRAMES)
    for clip in range(2):
        start = 0
        for phoneme, frames in enumerate(FRAMES[clip].tolist()):
            for third in range(3):
                first = int(start + frames * third / 3)
                last = max(int(np.ceil(start + frames * (third + 1) / 3)), first + 1)
                mean = pitch[clip, first:last].mean().item()
                assert measured[clip, phoneme, third].item() == pytest.approx(mean, rel=1e-5)
            start += frames


def test_contours_are_lines_between_the_thirds() -> None:
    pitch = pitch_of_phonemes(torch.rand(2, 20), FRAMES)
    drawn = contour_of(pitch, FRAMES, 15)
    for clip, frames in enumerate(FRAMES.numpy()):
        starts = frames.cumsum() - frames
        at = (starts[:, None] + frames[:, None] * (np.arange(3) + 0.5) / 3).ravel()
        times = np.arange(frames.sum()) + 0.5
        lines = np.interp(times, at, pitch[clip].numpy().ravel())
        np.testing.assert_allclose(drawn[clip, : len(lines)], lines, atol=1e-6)
        ours = runtime.contour_of(pitch[clip].numpy(), frames)
        np.testing.assert_allclose(ours[0], lines, atol=1e-6)


def test_what_a_tracker_gets_wrong_by_octaves_is_not_read() -> None:
    voiced = torch.tensor([[1.0, 1.0, 1.0, 0.0, 1.0], [0.0] * 5])
    pitch = torch.tensor([[0.2, 0.3, -1.0, 9.0, 0.5], [7.0] * 5])
    near = near_the_middle(pitch, voiced)
    torch.testing.assert_close(near[0], torch.tensor([0.2, 0.3, -0.4, 0.8, 0.5]))
    assert near[1].isfinite().all()


def test_one_phoneme_has_a_contour() -> None:
    frames, pitch = torch.tensor([[4]]), torch.tensor([[[0.0, 1.0, 2.0]]])
    drawn = contour_of(pitch, frames, 4)
    np.testing.assert_allclose(drawn[0], [0.0, 0.625, 1.375, 2.0], atol=1e-6)
    np.testing.assert_allclose(drawn, runtime.contour_of(pitch[0].numpy(), np.array([4])))


@pytest.mark.slow
def test_the_flow_draws_both_ways_of_reading_and_no_mean_of_them() -> None:
    torch.manual_seed(0)
    flow = ReadingFlow(8, 32, 2, 4)
    encoded, condition, mask = torch.randn(1, 7, 8), torch.zeros(1, 1, 4), torch.ones(1, 7, 1)
    bend = torch.linspace(0.3, -0.3, 7)[:, None] * torch.tensor([0.0, 1.0, 1.0, 1.0])
    ways = torch.stack((bend, -bend))
    optimizer = torch.optim.Adam(flow.parameters(), 3e-3)
    for _ in range(600):
        optimizer.zero_grad()
        more = ways[torch.randint(2, (64,))]
        given = encoded.expand(64, -1, -1), condition.expand(64, -1, -1), mask.expand(64, -1, -1)
        flow.loss(*given, more).backward()
        optimizer.step()
    noise = torch.randn(40, 7, 4)
    with torch.no_grad():
        drawn = flow.draw(encoded, condition, noise, lambda x, c: flow.stack(x, c, mask))
    slope = drawn[:, 0, 2] - drawn[:, -1, 2]
    assert 8 <= int((slope > 0.3).sum()) <= 32
    assert int((slope.abs() > 0.3).sum()) >= 32
    assert drawn[..., 0].abs().mean() < 0.1


def read(student: NarStudent, seed: int) -> Reading:
    ids = token_ids(PHONEMES)[None]
    text = student.encode(ids, student.condition(torch.tensor([1])))
    return student.reading_of(text, torch.Generator().manual_seed(seed))


@torch.no_grad()
def test_the_seed_decides_and_the_temperature_how_far(tmp_path: Path) -> None:
    student = untrained_student(tmp_path).acoustic
    assert isinstance(student, NarStudent)
    one, same, other = (read(student, seed) for seed in (0, 0, 1))
    assert torch.equal(one.log_frames, same.log_frames)
    assert one.pitch is not None
    assert other.pitch is not None
    assert torch.equal(one.pitch, same.pitch)
    assert (one.pitch - other.pitch).abs().mean() > 0.01
    student.temperature = 0.0
    flat, again = read(student, 0), read(student, 1)
    assert flat.pitch is not None
    assert torch.equal(flat.pitch, again.pitch)
    student.reading_flow = None
    plain = read(student, 0)
    assert plain.pitch is None


def test_expressiveness_moves_pitch_from_its_mean() -> None:
    reading = Reading(torch.zeros(1, 2), torch.tensor([[[0.0, 0.2, 0.4], [0.4, 0.2, 0.0]]]))
    wide, flat = reading.livelier(2.0), reading.livelier(0.0)
    assert wide.pitch is not None
    assert flat.pitch is not None
    torch.testing.assert_close(wide.pitch[0, 0], torch.tensor([-0.2, 0.2, 0.6]))
    torch.testing.assert_close(flat.pitch, torch.full((1, 2, 3), 0.2))


@pytest.mark.parametrize("layers", [0, 2])
def test_a_student_and_its_export_are_as_expressive_as_they_are_asked_to_be(
    tmp_path: Path, layers: int
) -> None:
    """Not one of before, which finds its pitch by frame."""
    untrained_student(tmp_path, reading_layers=layers)
    export(open_student(str(tmp_path)), str(tmp_path / "onnx"), int8=False)
    for opened in (open_student, OnnxStudent):
        location = str(tmp_path if opened is open_student else tmp_path / "onnx")
        one, two = (opened(location, expressiveness=factor) for factor in (1.0, 1.5))
        waves = [student.speak(LINE, "ada") for student in (one, two)]
        assert waves[0].shape == waves[1].shape
        assert np.array_equal(*waves) == (layers == 0)


def test_a_student_may_be_described_as_more_expressive(tmp_path: Path) -> None:
    untrained_student(tmp_path)
    asked = open_student(str(tmp_path), expressiveness=1.5).speak(LINE, "ada")
    path = tmp_path / "student.json"
    described = json.loads(path.read_text("utf-8"))
    described["student"]["expressiveness"] = 1.5
    path.write_text(json.dumps(described), "utf-8")
    student = open_student(str(tmp_path))
    np.testing.assert_array_equal(student.speak(LINE, "ada"), asked)
    export(student, str(tmp_path / "onnx"), int8=False)
    exported = OnnxStudent(str(tmp_path / "onnx"))
    ours, theirs = spoken_by_both(student, exported, PHONEMES, "ada")
    assert spectra_apart(ours, theirs) < 1e-3


def test_a_student_described_before_there_were_readings_loads(tmp_path: Path) -> None:
    untrained_student(tmp_path, reading_layers=0)
    path = tmp_path / "student.json"
    described = json.loads(path.read_text("utf-8"))
    for key in ("reading_layers", "reading_dim", "temperature", "expressiveness"):
        del described["student"][key]
    path.write_text(json.dumps(described), "utf-8")
    assert len(open_student(str(tmp_path)).speak(LINE)) > 24_000


def test_one_that_draws_none_cannot_be_livelier(tmp_path: Path) -> None:
    student = untrained_student(tmp_path, reading_layers=0)
    export(student, f"{tmp_path}/onnx", int8=False)
    for location in (str(tmp_path), f"{tmp_path}/onnx"):
        with pytest.raises(InputError, match=r"^expressiveness=1\.5: .* draws no readings"):
            load_student(location, expressiveness=1.5)
        assert not load_student(location).draws_readings
    assert load_student("package://student/mini").draws_readings


def test_weights_of_before_go_on(tmp_path: Path) -> None:
    before = untrained_student(tmp_path, reading_layers=0).acoustic
    config = untrained_config("nar")
    student = build_student(config.student, torch.zeros(3, 256))
    start_from(student, f"{tmp_path}/student.safetensors", list)
    assert torch.equal(student.embed.weight, before.embed.weight.half().float())
    damaged = load_file(f"{tmp_path}/student.safetensors")
    assert not any(name.startswith("reading_flow") for name in damaged)
    other = untrained_student(tmp_path / "other", reading_layers=3)
    with pytest.raises(InputError, match="does not fit"):
        start_from(student, f"{other.location}/student.safetensors", list)
