"""What a GPU is asked while judges listen: their networks wait for nothing, whatever their weights."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn
from transformers import Wav2Vec2Config, WavLMConfig, WavLMForXVector

from eval.bench.counting.fake_device import FakeDevice, fake_device, without_values
from speech import storage
from speech.judges.distillmos import Mos
from speech.judges.speaker import WEIGHTS, WEIGHTS_SHA256, _resemblyzer
from speech.judges.utmos_network import UtmosNetwork

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": [8] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}
TDNN = {"tdnn_dim": (8,) * 4 + (16,), "xvector_output_dim": 8}


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with fake_device() as entered:
        yield entered


def resemblyzer() -> nn.Module:
    weights = storage.local_path(WEIGHTS, WEIGHTS_SHA256)
    encoder: nn.Module = _resemblyzer().VoiceEncoder("cpu", verbose=False, weights_fpath=weights)
    return encoder


def wave() -> Tensor:
    return torch.zeros(1, 16_000, device="cuda")


JUDGES: dict[str, tuple[Callable[[], nn.Module], Callable[[], Tensor]]] = {
    "resemblyzer": (resemblyzer, lambda: torch.zeros(3, 160, 40, device="cuda")),
    "distillmos": (lambda: Mos()._model, wave),
    "utmos": (lambda: UtmosNetwork(Wav2Vec2Config(**SIZES), 8, 8, 8), wave),
    "wavlm": (lambda: WavLMForXVector(WavLMConfig(**SIZES, **TDNN)), wave),
}


@pytest.mark.parametrize("name", JUDGES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_clip_waits_for_nothing(name: str) -> None:
    build, sound = JUDGES[name]
    module = build().eval()
    with fake_device() as device, torch.inference_mode():
        module, heard = without_values(module), sound()
        counts = device.count(lambda: module(heard))
    assert counts.kernels.total() > 0
    assert counts.waits.total() == counts.to_host.total() == 0
    assert counts.to_device.total() <= 1, counts.to_device
