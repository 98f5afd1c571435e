"""How something is trained, whatever it is."""

from typing import Literal

from pydantic import Field

from speech.config import Config


class TrainingConfig(Config):
    """One optimizer step is `accumulate` batches on every device."""

    steps: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    """the peak: linear warm-up before it, a cosine after it"""
    warmup_steps: int = Field(ge=0)
    final_rate: float = Field(ge=0, le=1)
    """share of the peak that the cosine ends at"""
    betas: tuple[float, float]
    weight_decay: float = Field(ge=0)
    clip_norm: float = Field(gt=0)
    accumulate: int = Field(ge=1)
    ema_decay: float = Field(ge=0, lt=1)
    seed: int
    precision: Literal["auto", "float32", "bfloat16"]
    """of matrix products; auto: bfloat16 where the device has units for it"""
    compile: bool
    """torch.compile; pays on a GPU, not on a CPU"""
    device: Literal["auto", "cpu", "cuda"]
    threads: int | None = Field(ge=1)
    """of the CPU; null leaves torch's choice"""
    log_every: int = Field(ge=1)
    evaluate_every: int = Field(ge=1)
    save_every: int = Field(ge=1)
    keep_checkpoints: int = Field(ge=1)


FREE_TO_CHANGE = frozenset(
    {"threads", "log_every", "evaluate_every", "save_every", "keep_checkpoints", "device"}
)
"""what a resumed run may set otherwise"""
