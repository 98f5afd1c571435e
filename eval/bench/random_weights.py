"""A teacher of the right shape that nobody trained: as fast as the trained one, with no download."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from eval.bench.config import RaceConfig
from speech.storage.local_files import checksum_of
from teacher.checkpoint import read_vocabulary
from teacher.f5.config import F5Config, NeuralVocoderConfig, VocoderConfig
from teacher.f5.network import CONTOURS, Network
from teacher.f5.vocoder import new_vocoder

HUB = "hf://"
SPREAD = 0.02


def wants_random_weights(config: RaceConfig) -> bool:
    """As configured; null: where a trained one would have to be fetched."""
    if config.random_weights is not None:
        return config.random_weights
    vocoder = config.teacher.vocoder
    weights = [config.teacher.weights]
    weights += [vocoder.weights] if isinstance(vocoder, NeuralVocoderConfig) else []
    return any(path.startswith(HUB) for path in weights)


def with_random_weights(config: F5Config, folder: str) -> F5Config:
    """The teacher with weights that are drawn here and written to `folder`."""
    symbols = len(read_vocabulary(config.vocabulary))
    network = Network(config.architecture, symbols, config.contours)
    parts: dict[str, nn.Module] = {"transformer.": network.dit}
    if network.contours is not None:
        parts[CONTOURS] = network.contours
    path, digest = _write(parts, Path(folder) / "teacher.safetensors")
    changes = {
        "weights": path,
        "weights_sha256": digest,
        "vocoder": _vocoder(config.vocoder, folder),
    }
    return config.model_copy(update=changes)


def _vocoder(config: VocoderConfig, folder: str) -> VocoderConfig:
    if not isinstance(config, NeuralVocoderConfig):
        return config
    path, digest = _write({"": new_vocoder(config)}, Path(folder) / "vocoder.safetensors")
    return config.model_copy(update={"weights": path, "sha256": digest})


def _write(parts: Mapping[str, nn.Module], path: Path) -> tuple[str, str]:
    """The file and its SHA-256; parts by what their keys begin with. A layer that starts as zeros
    would have less to do."""
    state: dict[str, torch.Tensor] = {}
    for prefix, module in parts.items():
        with torch.no_grad():
            for parameter in module.parameters():
                if not parameter.any():
                    parameter.normal_(std=SPREAD)
        state |= {prefix + name: tensor.half() for name, tensor in module.state_dict().items()}
    save_file(state, path)
    return str(path), checksum_of(path).sha256
