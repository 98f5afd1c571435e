"""Weights: strict, in both of f5_tts's key styles."""

import pytest
import torch
from safetensors.torch import save_file

from speech.errors import InputError
from teacher.f5.network import Network, load_network
from tests.teacher.f5.shapes import architecture

ARCHITECTURE = architecture(
    dim=64, depth=1, heads=1, ff_mult=2, text_dim=32, conv_layers=1, text_mask_padding=True
)


def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    dit = Network(ARCHITECTURE, 10).dit.state_dict()
    return {f"transformer.{key}": value for key, value in dit.items()}


@pytest.mark.parametrize("prefix", ["", "ema_model."])
def test_both_key_styles_load(tmp_path, prefix):
    published = {prefix + key: value.half() for key, value in state().items()}
    published["initted"] = torch.tensor(True)  # what published EMA checkpoints carry beside
    path = str(tmp_path / "weights.safetensors")
    save_file(published, path)
    network = load_network(ARCHITECTURE, 10, path)
    assert torch.equal(network.dit.proj_out.bias, state()["transformer.proj_out.bias"])
    assert not any(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: s.pop("transformer.proj_out.bias"), "1 missing, 0 unknown"),
        (lambda s: s.update({"transformer.other": torch.zeros(1)}), "0 missing, 1 unknown"),
        (lambda s: s.update({"transformer.proj_out.bias": torch.zeros(3)}), "1 of another shape"),
    ],
)
def test_weights_that_do_not_fit_are_refused_in_one_line(tmp_path, change, told):
    changed = state()
    change(changed)
    path = str(tmp_path / "weights.safetensors")
    save_file(changed, path)
    with pytest.raises(InputError, match=told) as refusal:
        load_network(ARCHITECTURE, 10, path)
    assert "\n" not in str(refusal.value)
