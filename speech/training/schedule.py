"""Learning rate over steps."""

import math

from speech.training.config import TrainingConfig


def learning_rate(config: TrainingConfig, step: int) -> float:
    """Linear warm-up to the peak, then a cosine to `final_rate` of it at the last step."""
    warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
    done = max(0, step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return config.learning_rate * warm * (config.final_rate + (1 - config.final_rate) * cosine)
