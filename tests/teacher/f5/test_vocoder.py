"""Vocoders."""

import hashlib
from pathlib import Path

import pytest
import soundfile as sf
import torch
from vocos.heads import ISTFTHead
from vocos.models import VocosBackbone

import teacher
from speech.audio.mel import HOP_LENGTH, log_mel
from speech.errors import InputError
from teacher.f5.config import GriffinLimConfig, NeuralVocoderConfig
from teacher.f5.vocoder import build_vocoder


def speech() -> torch.Tensor:
    """One of the embedded references."""
    clip = next(Path(teacher.__file__).parent.glob("mini/voices/*.flac"))
    return torch.from_numpy(sf.read(clip, dtype="float32")[0])


def test_griffin_lim_gives_back_the_mel_it_was_given():
    mel = log_mel(speech())
    wave = build_vocoder(GriffinLimConfig(kind="griffin_lim", iterations=32))(mel)
    assert len(wave) == (len(mel) - 1) * HOP_LENGTH
    loud = mel[:-1] > -4
    assert (log_mel(wave) - mel[:-1])[loud].abs().mean() < 0.3


def test_griffin_lim_is_deterministic():
    vocoder = build_vocoder(GriffinLimConfig(kind="griffin_lim", iterations=8))
    assert torch.equal(vocoder(log_mel(speech())), vocoder(log_mel(speech())))


def vocos_file(tmp_path, dim=32):
    """A file in the format of charactr/vocos-mel-24khz, at a small size."""
    torch.manual_seed(0)
    backbone, head = VocosBackbone(100, dim, 64, 2), ISTFTHead(dim, 1024, 256, "center")
    state = {f"backbone.{k}": v for k, v in backbone.state_dict().items()}
    state |= {f"head.{k}": v for k, v in head.state_dict().items()}
    state["feature_extractor.mel_spec.spectrogram.window"] = torch.ones(1024)
    path = tmp_path / "pytorch_model.bin"
    torch.save(state, path)
    return str(path), hashlib.sha256(path.read_bytes()).hexdigest(), backbone, head


def test_vocos_is_built_from_constants_and_loads_the_published_format(tmp_path):
    path, digest, backbone, head = vocos_file(tmp_path)
    config = NeuralVocoderConfig(
        kind="vocos", weights=path, sha256=digest, dim=32, intermediate_dim=64, layers=2
    )
    mel = log_mel(speech())
    expected = head.eval()(backbone.eval()(mel.T[None]))[0]
    assert torch.allclose(build_vocoder(config)(mel), expected, atol=1e-6)


def test_vocos_weights_of_another_shape_or_hash_are_refused(tmp_path):
    path, digest, _, _ = vocos_file(tmp_path)
    wrong_shape = NeuralVocoderConfig(
        kind="vocos", weights=path, sha256=digest, dim=16, intermediate_dim=64, layers=2
    )
    with pytest.raises(InputError, match="do not fit"):
        build_vocoder(wrong_shape)
    with pytest.raises(InputError, match="0000"):
        build_vocoder(wrong_shape.model_copy(update={"sha256": "0" * 64}))
