"""How long each phoneme lasts: a small convolution over phonemes, trained beside f5-mini."""

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from speech.training.weights import reading


class DurationModel(nn.Module):
    """(B, P) phoneme ids, 0 for padding -> (B, P) log seconds at the corpus's own rate."""

    def __init__(self, vocabulary_size: int, dim: int, layers: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary_size + 1, dim, padding_idx=0)
        self.convs = nn.ModuleList(nn.Conv1d(dim, dim, 5, padding=2) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(layers))
        self.out = nn.Linear(dim, 1)

    def forward(self, ids: Tensor) -> Tensor:
        mask = (ids > 0).unsqueeze(-1)
        x = self.embed(ids) * mask
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = (x + torch.relu(norm(conv(x.transpose(1, 2)).transpose(1, 2)))) * mask
        return self.out(x)[..., 0]

    @torch.inference_mode()
    def seconds(self, ids: Tensor) -> Tensor:
        """(P,) vocabulary ids from 0 -> (P,) seconds."""
        return self(ids[None] + 1)[0].exp()


def load_durations(weights: str) -> DurationModel:
    """Sizes are read from the weights, which must hold this model's keys and no others; raises
    InputError."""
    with reading(weights):
        state = {key: value.float() for key, value in load_file(weights).items()}
        entries, dim = state["embed.weight"].shape
        layers = sum(key.startswith("convs.") and key.endswith(".weight") for key in state)
        model = DurationModel(entries - 1, dim, layers)
        model.load_state_dict(state, strict=True)
    return model.eval().requires_grad_(False)


def duration_loss(predicted: Tensor, seconds: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
    """How wrong (B, P) log durations are, whatever the speaker's rate.

    A speaker's rate moves all logarithms of a clip alike, and is measured on the reference when
    the model is used; so each clip's mean error is taken out, and counts a tenth on its own.

    Returns:
        The mean error of an utterance's length, as a share of it, and the loss.
    """
    wrong = (predicted - seconds.log()) * valid
    rate = wrong.sum(1, keepdim=True) / valid.sum(1, keepdim=True).clamp(min=1)
    shape = ((wrong - rate).abs() * valid).sum() / valid.sum().clamp(min=1)
    length = (predicted.exp() * valid).sum(1) / (seconds * valid).sum(1).clamp(min=1e-3)
    return (length - 1).abs().mean().detach(), shape + 0.1 * rate.abs().mean()
