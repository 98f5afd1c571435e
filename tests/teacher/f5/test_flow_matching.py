"""The training loss against `f5_tts.model.CFM.forward`, with the same chance in both."""

import f5_tts.model.cfm as upstream
import pytest
import torch
from f5_tts.model import CFM, DiT

import teacher.f5.flow_matching as ours
from teacher.f5.config import ArchitectureConfig
from teacher.f5.flow_matching import FlowMatching
from teacher.f5.network import Network
from tests.teacher.f5.shapes import architecture

FRAMES = torch.tensor([40, 29, 17])
SPANS = torch.zeros(3, 40, dtype=torch.bool)
SPANS[0, 5:35] = SPANS[1, 2:28] = SPANS[2, 0:13] = True
STYLES = {
    "v1": {"text_mask_padding": True},
    "v0": {"text_mask_padding": False, "pe_attn_head": 1},
    "average": {"text_mask_padding": True, "text_embedding_average_upsampling": True},
}


def styled(style: str) -> ArchitectureConfig:
    shape = {"dim": 64, "depth": 2, "heads": 2, "dim_head": 32, "ff_mult": 2, "mel_dim": 10}
    return architecture(**shape, text_dim=32, conv_layers=2, **STYLES[style])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("audio_draw", "both_draw"), [(0.9, 0.9), (0.1, 0.9), (0.9, 0.1)])
def test_the_loss_is_upstream_s(
    style: str, audio_draw: float, both_draw: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    network = Network(styled(style), 12)
    for parameter in network.parameters():  # upstream starts its output at zero
        torch.nn.init.normal_(parameter, std=0.1)
    settings = styled(style).model_dump()
    dit = DiT(**settings, text_num_embeds=12, attn_mask_enabled=True, dropout=0.0)
    dit.load_state_dict(network.dit.state_dict())
    mel, noise, time = torch.randn(3, 40, 10), torch.randn(3, 40, 10), torch.rand(3)
    tokens = torch.randint(0, 12, (3, 20))
    tokens[2, 9:] = -1
    draws = iter([audio_draw, both_draw])
    monkeypatch.setattr(upstream, "random", lambda: next(draws))
    monkeypatch.setattr(upstream, "mask_from_frac_lengths", lambda *_: SPANS.clone())
    monkeypatch.setattr(ours, "_spans", lambda *_: SPANS)
    monkeypatch.setattr(torch, "randn_like", lambda _: noise)
    pair = torch.tensor([audio_draw, both_draw])
    monkeypatch.setattr(torch, "rand", lambda size, **_: pair if size == 2 else time)
    cfm = CFM(dit, audio_drop_prob=0.3, cond_drop_prob=0.15, num_channels=10)
    theirs, _, _ = cfm(mel, tokens, lens=FRAMES)
    loss = FlowMatching(network, 0.3, 0.15)(mel, tokens, FRAMES)
    torch.testing.assert_close(loss, theirs, atol=1e-4, rtol=1e-4)


def test_padding_does_not_matter() -> None:
    torch.manual_seed(0)
    network = Network(styled("v1"), 12)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    flow = FlowMatching(network, 0.0, 0.0)
    mel, tokens = torch.randn(2, 64, 10), torch.randint(0, 12, (2, 64))
    losses = []
    for filler in (0.0, 100.0):
        mel[:, 50:] = filler
        torch.manual_seed(1)
        losses.append(flow(mel, tokens, torch.tensor([50, 50])).item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_spans_are_where_they_should_be() -> None:
    torch.manual_seed(0)
    frames = torch.randint(20, 200, (500,))
    spans = ours._spans(frames, 256)
    share = spans.sum(1) / frames
    assert share.min() >= 0.64
    assert share.max() <= 1
    assert share.mean().item() == pytest.approx(0.85, abs=0.02)
    assert not (spans & (torch.arange(256) >= frames[:, None])).any()
    assert ((spans.int().diff(dim=1) == 1).sum(1) <= 1).all()  # one piece
