"""Mels as levels, and how a step's are drawn: dMel (arXiv 2407.15835) with nucleus sampling that
notices when it repeats itself (VALL-E 2, arXiv 2406.05370)."""

import torch
from torch import Tensor

from student.models.ar_config import DmelConfig

LOWEST, HIGHEST = -9.0, 2.0
"""log-mels between which levels lie as long as no data has said so"""
RARE = 0.001
"""of the values that levels are fitted to lie below the lowest one's cell, and as many above the
highest's"""


def even_levels(low: Tensor, high: Tensor, count: int) -> Tensor:
    """Lowest and highest log-mels of each band (mels,) -> (mels, count), the middles of equal cells.
    Even ones sound better than those of the least squared error, which spare loud frames too few.

    As half precision has them, in which a package keeps them."""
    shares = (torch.arange(count) + 0.5) / count
    return (low[:, None] + (high - low)[:, None] * shares).half().float()


def fitted_levels(mel: Tensor, config: DmelConfig) -> Tensor:
    """Log-mels (N, mels) of the training data -> the levels of each band (mels, levels)."""
    seen = (mel if config.edges == "band" else mel.reshape(-1, 1)).sort(dim=0).values
    rare = int(RARE * len(seen))
    low, high = seen[rare].expand(mel.shape[1]), seen[len(seen) - 1 - rare].expand(mel.shape[1])
    return even_levels(low, high, config.levels)


def level_numbers(mel: Tensor, levels: Tensor) -> Tensor:
    """(..., mels) and (mels, levels) of the same scale -> the number of the nearest level each."""
    edges = (levels[:, 1:] + levels[:, :-1]) / 2
    return (mel.unsqueeze(-1) > edges).sum(-1)


def level_mels(numbers: Tensor, levels: Tensor) -> Tensor:
    """(..., mels) and (mels, levels) -> (..., mels)."""
    return levels.expand(*numbers.shape, -1).gather(-1, numbers.unsqueeze(-1)).squeeze(-1)


def disturbed(numbers: Tensor, config: DmelConfig) -> Tensor:
    """Some of them replaced by any level, some moved by one, by torch's own generator."""
    chance = torch.rand_like(numbers, dtype=torch.float32)
    ways = torch.randint_like(numbers, 2) * 2 - 1
    anything = torch.randint_like(numbers, config.levels)
    moved = (numbers + ways).clamp(0, config.levels - 1)
    numbers = torch.where(chance < config.replaced + config.moved, moved, numbers)
    return torch.where(chance < config.replaced, anything, numbers)


def nucleus(logits: Tensor, chance: Tensor, config: DmelConfig) -> Tensor:
    """(..., levels) and (...), evenly between 0 and 1 -> the level that is drawn, by temperature and
    `top_p`."""
    ranked, order = logits.sort(dim=-1, descending=True)
    return _of_rank(order, _rank(ranked / config.temperature, chance, config.top_p))


def drawn_step(logits: Tensor, chance: Tensor, recent: Tensor, config: DmelConfig) -> Tensor:
    """The levels of one step.

    VALL-E 2 looks at one token and how often it is among the last. A band that keeps its level is
    nothing rare, and a hum that goes on for ever keeps most: so a step is looked at as a whole, and
    drawn again as a whole.

    Args:
        logits: (B, 1, size, levels).
        chance: (2, B, 1, size), evenly between 0 and 1.
        recent: (B, window or fewer, size) what the last steps drew, counted from 1; 0: nothing yet.

    Returns:
        (B, 1, size) numbers of levels, counted from 0.
    """
    ranked, order = logits.sort(dim=-1, descending=True)
    careful = _of_rank(order, _rank(ranked / config.temperature, chance[0], config.top_p))
    free = _of_rank(order, _rank(ranked, chance[1], 1.0))
    repeated = (careful + 1 == recent).float().sum((1, 2)) / recent.shape[2]
    stuck = repeated > config.repetition_share * config.repetition_window
    return torch.where(stuck[:, None, None], free, careful)


def _rank(ranked: Tensor, chance: Tensor, top_p: float) -> Tensor:
    """Logits (..., levels) in falling order -> the place of the one that is drawn."""
    probabilities = ranked.softmax(-1)
    sums = probabilities.cumsum(-1)
    kept = sums - probabilities < top_p
    whole = (sums * kept).amax(-1)
    return ((sums < (chance * whole).unsqueeze(-1)) & kept).sum(-1)


def _of_rank(order: Tensor, rank: Tensor) -> Tensor:
    return order.gather(-1, rank.unsqueeze(-1)).squeeze(-1)
