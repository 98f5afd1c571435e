"""An exported student: without torch, in pieces, and with files that are not what they should be."""

import json
import shutil
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
import torch

from speech.config import run_app
from speech.errors import InputError, Refused
from speech.synthesizer import SynthesisRequest
from speech.vocoder.network import PulseVocoder, pulses
from student.export import export
from student.onnx.frames import NoiseSource, expand
from student.onnx.noise import BLOCK, NOISE_FRAMES, noise_table
from student.onnx.runtime import OnnxStudent, cuts, whole_frames
from student.onnx.waves import PulseFilter, pulse_train
from student.synthesize import SynthesizeConfig, main
from tests.student.untrained import VOICES, untrained_student

LINE = "It takes about forty minutes to get there."
LONG = f"{LINE} " * 12


@pytest.fixture(scope="module", params=["nar", "ar"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("student")
    export(untrained_student(folder, request.param), str(folder / "onnx"), int8=False)
    return folder / "onnx"


@pytest.fixture(scope="module")
def student(folder: Path) -> OnnxStudent:
    return OnnxStudent(str(folder))


def test_speaks_without_torch(folder: Path, tmp_path: Path) -> None:
    command = ["-m", "student.synthesize", f"checkpoint={folder}", f"text={LINE}"]
    script = (
        f"import runpy, sys; sys.argv = {command[1:]!r} + ['output={tmp_path / 'a.wav'}']\n"
        "try: runpy.run_module('student.synthesize', run_name='__main__')\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert (tmp_path / "a.wav").stat().st_size > 20_000


@pytest.mark.parametrize("first_s", [0.02, 0.25, 3.0])
def test_pieces_add_up_to_the_whole(student: OnnxStudent, first_s: float) -> None:
    whole = student.speak(LONG, "ben", seed=3)
    request = SynthesisRequest(LONG, "ben", "en", seed=3)
    pieces = list(student.stream(request, first_s=first_s))
    together = np.concatenate(pieces)
    assert len(pieces) > 4
    assert len(pieces[0]) <= (max(4, first_s * 94) + 1) * 256
    assert together.shape == whole.shape
    assert np.abs(together - whole).max() < 1e-3 * np.abs(whole).max()


def test_seeds_and_voices(student: OnnxStudent) -> None:
    wave = student.speak(LINE, "ada")
    assert wave.dtype == np.float32
    assert 0 < np.abs(wave).max() <= 1
    np.testing.assert_array_equal(wave, student.speak(LINE, "ada"))
    other = student.speak(LINE, "ada", seed=1)
    drawn = student.description.kind == "nar"  # how it is read
    assert (other.shape != wave.shape) == drawn
    shorter = min(len(other), len(wave))
    assert np.abs(other[:shorter] - wave[:shorter]).max() > 0
    assert not np.array_equal(student.speak(LINE, "eve")[:1000], wave[:1000])
    assert len(student.speak(LINE, "ada", speed=2.0)) < 0.7 * len(wave)


def test_two_voices_that_take_turns_are_not_mixed(student: OnnxStudent) -> None:
    """As a server's threads have them: a piece of one, a piece of the other."""
    requests = [SynthesisRequest(LONG, voice, "en") for voice in VOICES[:2]]
    alone = [np.concatenate(list(student.stream(request))) for request in requests]
    turns = zip_longest(*map(student.stream, requests), fillvalue=np.empty(0, np.float32))
    together = [np.concatenate(pieces) for pieces in zip(*turns, strict=True)]
    assert all(map(np.array_equal, together, alone))
    assert len(alone[0]) != len(alone[1]) or not np.array_equal(*alone)


def test_pulses_are_those_of_torch() -> None:
    places = torch.arange(900)
    hertz = 200 + 130 * torch.sin(places / 11) + 20 * torch.rand(900)
    whole, _ = pulse_train(hertz.numpy(), 256)
    theirs = pulses(hertz[None])[0].numpy()
    assert np.abs(whole - theirs).max() < 1e-3 * theirs.max()
    first, turns = pulse_train(hertz[:301].numpy(), 256)
    rest, _ = pulse_train(hertz[300:].numpy(), 256, turns)
    np.testing.assert_allclose(np.concatenate((first, rest)), whole, atol=1e-2)


@pytest.mark.parametrize("ends", [[4], [2, 5], [40], [2, 3, 39, 40], [300], [150, 298, 299, 300]])
def test_filter_is_that_of_torch(ends: list[int]) -> None:
    frames, generator = ends[-1], torch.Generator().manual_seed(0)
    shape = (1, frames, 513)
    loud, hiss, turn = (torch.rand(shape, generator=generator) for _ in range(3))
    hertz = 100 + 200 * torch.rand((1, frames), generator=generator)
    noise = torch.randn((1, (frames - 1) * 256), generator=generator)
    window = torch.hann_window(1024)
    vocoder = PulseVocoder(8, 8, 1)
    spectrum = torch.polar(loud, turn).mT * vocoder._stft(pulses(hertz) / window.sum())
    white = vocoder._stft(noise / window.square().sum().sqrt())
    spectrum = spectrum + hiss.mT * white
    theirs = vocoder._istft(vocoder.consistent(spectrum), noise.shape[1])[0].numpy()
    drawn = iter(white[0].T.numpy())
    filtered = PulseFilter(
        frames, 1024, 256, lambda count: np.stack([next(drawn) for _ in range(count)])
    )
    pieces, begin = [], 0
    for end in ends:
        parts = (part[0, begin:end].numpy() for part in (loud, hiss, turn))
        pieces.append(filtered.push(hertz[0, begin : end + 2].numpy(), *parts))
        begin = end
    np.testing.assert_allclose(np.concatenate(pieces), theirs.clip(-1, 1), atol=1e-4)


def test_cuts() -> None:
    assert list(cuts(500, None, 4, 51)) == [(0, 500)]
    assert list(cuts(700, 30, 4, 51)) == [(0, 30), (30, 150), (150, 630), (630, 700)]
    assert list(cuts(430, 30, 32, 51)) == [(0, 30), (30, 430)]
    assert list(cuts(70, 30, 4, 51)) == [(0, 70)]


def test_long_pieces_are_cut() -> None:
    assert list(cuts(700, None, 4, 24)) == [(0, 512), (512, 700)]
    assert list(cuts(1100, 30, 32, 24)) == [(0, 30), (30, 542), (542, 1054), (1054, 1100)]
    assert list(cuts(530, None, 4, 24)) == [(0, 530)]


def test_pieces_of_noise_are_its_whole() -> None:
    table, size = noise_table(1024, 256), NOISE_FRAMES
    pieces, noise = (1, 100, BLOCK, BLOCK, BLOCK, BLOCK, 3), NoiseSource(1).noise(1024, 256)
    drawn = np.concatenate([noise(count) for count in pieces])
    begin = NoiseSource(1).place % size
    np.testing.assert_array_equal(drawn, table[(begin + np.arange(len(drawn))) % size])
    assert NoiseSource(2).place % size != begin


def test_the_table_is_white_and_goes_round() -> None:
    spectra = torch.from_numpy(noise_table(1024, 256))
    np.testing.assert_allclose(spectra[NOISE_FRAMES:], spectra[:BLOCK], atol=1e-5)
    window = torch.hann_window(1024)
    norm = window.square().sum().sqrt()
    wave = torch.istft(spectra.T * norm, 1024, 256, window=window)[:-256]
    assert abs(wave.mean()) < 0.02
    assert abs(wave.std() - 1) < 0.02
    assert abs(np.corrcoef(wave[1:], wave[:-1])[0, 1]) < 0.02


def test_frames_and_their_places() -> None:
    frames = whole_frames(np.log(np.array([1.5, 1.5, 0.1, 900.0], np.float32)), 1.0, 1, 200)
    assert frames.tolist() == [2, 1, 1, 200]
    index, places = expand(np.array([2, 0, 1]))
    assert index.tolist() == [0, 0, 2]
    np.testing.assert_allclose(places[0, :, 0], [0.25, 0.75, 0.5])
    np.testing.assert_allclose(places[0, :, 2], np.log([2, 2, 1]), rtol=1e-6)


def test_what_cannot_be_spoken_is_refused(student: OnnxStudent) -> None:
    with pytest.raises(Refused, match="unknown_voice"):
        student.speak(LINE, "nobody")
    with pytest.raises(Refused, match="nothing_to_speak"):
        student.speak("...", VOICES[0])
    with pytest.raises(Refused, match="unsupported_script"):
        student.speak("Привет", VOICES[0])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: flip(folder / "frames.onnx"), "SHA-256"),
        (lambda folder: (folder / "text.onnx").unlink(), "text.onnx"),
        (lambda folder: (folder / "conditions.npy").write_bytes(b"\x93NUMPY"), "SHA-256"),
        (lambda folder: (folder / "onnx.json").write_text("{"), "damaged"),
        (lambda folder: (folder / "onnx.json").write_text("[]"), "damaged"),
        (lambda folder: (folder / "onnx.json").unlink(), "onnx.json"),
        (lambda folder: change(folder, sample_rate=16_000), "sample_rate"),
        (lambda folder: change(folder, format=99), "format"),
        (lambda folder: change(folder, kind="other"), "kind"),
        (lambda folder: change(folder, margin_frames="few"), "margin_frames"),
        (lambda folder: change(folder, more=1), "more"),
        (lambda folder: change(folder, sha256={}), "SHA-256"),
        (lambda folder: change(folder, speakers=["one"]), "voices"),
    ],
)
def test_damage_is_told_in_one_line(folder: Path, tmp_path: Path, damage, said: str) -> None:
    damaged = tmp_path / "onnx"
    shutil.copytree(folder, damaged)
    damage(damaged)
    with pytest.raises(InputError, match=said) as error:
        OnnxStudent(str(damaged))
    assert "\n" not in str(error.value)


def change(folder: Path, **values: object) -> None:
    path = folder / "onnx.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


def test_a_recording_needs_the_checkpoint(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [f"checkpoint={folder}", "text=Hello", "reference=me.wav"]
    arguments.append(f"output={tmp_path / 'a.wav'}")
    assert run_app(SynthesizeConfig, "synthesize", main, arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "reference" in error
