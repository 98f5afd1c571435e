"""The training loss of F5-TTS: conditional flow matching over masked spans."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from teacher.f5.network import Network

SPAN = (0.7, 1.0)
"""share of a clip that is hidden and must be filled in"""


class FlowMatching(nn.Module):
    """`f5_tts.model.CFM.forward` over a `Network`, with all chance from torch's generator."""

    def __init__(
        self, network: Network, audio_drop: float, both_drop: float, contour_drop: float = 0.0
    ) -> None:
        """Args:
        audio_drop: how often a batch hides the whole reference.
        both_drop: how often a batch hides reference, text and contours, for guidance.
        contour_drop: how often it hides the contours alone.
        """
        super().__init__()
        self.contour_drop = contour_drop
        self.network, self.audio_drop, self.both_drop = network, audio_drop, both_drop

    def forward(
        self, mel: Tensor, tokens: Tensor, frames: Tensor, contours: Tensor | None = None
    ) -> Tensor:
        """Mean squared error of the flow over hidden frames.

        `mel` is (B, N, mel_dim), `tokens` (B, N_tokens) with -1 for padding, `frames` (B,),
        `contours` (B, N, 2) for a network that has a place for them.
        """
        lengths = frames.tolist()
        batch = self.network.batch(lengths, mel.shape[1])
        hidden = _spans(frames, mel.shape[1])
        noise = torch.randn_like(mel)
        time = torch.rand(len(mel), device=mel.device)
        mixed = torch.lerp(noise, mel, time[:, None, None])
        audio_draw, both_draw = torch.rand(2).tolist()
        drop_text = both_draw < self.both_drop
        drop_audio = drop_text or audio_draw < self.audio_drop
        shown = (~hidden & batch.valid & (not drop_audio)).unsqueeze(-1)
        text = self.network.dit.text_embed(tokens, seq_len=frames, drop_text=drop_text)
        text = F.pad(text, (0, 0, 0, mel.shape[1] - text.shape[1]))
        if self.network.contours is not None and contours is not None:
            told = not drop_text and torch.rand(()).item() >= self.contour_drop
            text = text + self.network.contours(contours) * (batch.valid.unsqueeze(-1) & told)
        flow = self.network.velocity(mixed, mel * shown, text, time, batch)
        wrong = F.mse_loss(flow.float(), mel - noise, reduction="none").mean(-1)
        return (wrong * hidden).sum() / hidden.sum()  # not wrong[hidden], which waits for a device


def _spans(frames: Tensor, length: int) -> Tensor:
    """(B,) -> (B, length), True on one random span within each row's frames."""
    shares, places = torch.rand(2, len(frames), device=frames.device)
    sizes = ((SPAN[0] + (SPAN[1] - SPAN[0]) * shares) * frames).long()
    starts = ((frames - sizes) * places).long().unsqueeze(-1)
    positions = torch.arange(length, device=frames.device)
    return (positions >= starts) & (positions < starts + sizes.unsqueeze(-1))
