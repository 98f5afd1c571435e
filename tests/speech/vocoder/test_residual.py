"""The residual of a vocoder: nothing before it is trained, whatever it learns after."""

from pathlib import Path

import soundfile as sf
import torch
from safetensors.torch import load_file, save_file

import teacher
from speech.audio.mel import HOP_LENGTH, log_mel
from speech.storage.local_files import checksum_of
from speech.vocoder.network import PulseVocoder, load_pulse_vocoder
from teacher.f5.config import NeuralVocoderConfig
from teacher.f5.vocoder import build_vocoder

MINI = Path(teacher.__file__).parent / "mini"


def speech() -> torch.Tensor:
    """(1, frames, mels) of an embedded reference."""
    clip = sorted(MINI.glob("voices/*.flac"))[0]
    return log_mel(torch.from_numpy(sf.read(clip, dtype="float32")[0]))[None]


def learnt(vocoder: PulseVocoder) -> PulseVocoder:
    vocoder.add_residual()
    assert vocoder.residual is not None
    torch.manual_seed(0)
    torch.nn.init.normal_(vocoder.residual.weight, std=0.02)
    return vocoder


def test_weights_without_one_sound_the_same_with_one_that_is_not_trained() -> None:
    shipped = load_file(MINI / "vocoder.safetensors")
    without = {key: value for key, value in shipped.items() if not key.startswith("residual.")}
    vocoder = load_pulse_vocoder(without)
    assert vocoder.residual is None
    before = vocoder.speak(speech())
    vocoder.add_residual()
    assert torch.equal(vocoder.speak(speech()), before)


def test_it_learns_from_the_first_step_on() -> None:
    vocoder = PulseVocoder(16, 32, 1, residual=True)
    assert vocoder.residual is not None
    vocoder.speak(speech()).square().mean().backward()
    assert vocoder.residual.weight.grad is not None
    assert vocoder.residual.weight.grad.abs().max() > 0


def added(vocoder: PulseVocoder, mel: torch.Tensor) -> torch.Tensor:
    """Before the spectrum is made consistent, which is no sum."""
    return vocoder._istft(vocoder._spoken(mel), (mel.shape[1] - 1) * HOP_LENGTH)


def test_it_is_added_to_what_pulses_and_noise_say() -> None:
    vocoder = learnt(PulseVocoder(16, 32, 1))
    assert vocoder.residual is not None
    mel = speech()
    with torch.no_grad():
        all_three = added(vocoder, mel)
        features = vocoder.features(mel)
        parts = torch.view_as_complex(vocoder.residual(features).unflatten(-1, (-1, 2)))
        alone = vocoder._istft((vocoder._magnitudes(mel) * parts).mT, all_three.shape[1])
        vocoder.residual = None
        torch.testing.assert_close(added(vocoder, mel) + alone, all_three, atol=1e-5, rtol=0)
    assert alone.abs().max() > 1e-3


def test_weights_say_whether_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "vocoder.safetensors"
    vocoder = learnt(PulseVocoder(16, 32, 1)).eval()
    save_file({key: value.contiguous() for key, value in vocoder.state_dict().items()}, path)
    config = NeuralVocoderConfig(
        kind="pulse",
        weights=str(path),
        sha256=checksum_of(path).sha256,
        dim=16,
        intermediate_dim=32,
        layers=1,
    )
    mel = speech()
    with torch.no_grad():
        expected = vocoder(mel)
        assert torch.equal(load_pulse_vocoder(load_file(path))(mel), expected)
        assert torch.equal(build_vocoder(config)(mel), expected)
