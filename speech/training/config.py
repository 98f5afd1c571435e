"""How something is trained, whatever it is, and the clips that it is trained on."""

import math
from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from speech.config import Config
from speech.dataset.clips import Clips
from speech.dataset.selection import ClipFilter
from speech.seeds import short_id


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
    loader_workers: Literal["auto"] | Annotated[int, Field(ge=0)]
    """processes that load batches ahead; 0: none, each batch is loaded when it is trained on; auto:
    `GPU_WORKERS` for a GPU, 0 on a CPU"""
    log_every: int = Field(ge=1)
    evaluate_every: int = Field(ge=1)
    save_every: int = Field(ge=1)
    keep_checkpoints: int = Field(ge=1)

    def rate_at(self, step: int) -> float:
        """Linear warm-up to the peak, then a cosine to `final_rate` of it at the last step."""
        warm = min(1.0, (step + 1) / max(1, self.warmup_steps))
        done = max(0, step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        return self.learning_rate * warm * (self.final_rate + (1 - self.final_rate) * cosine)


GPU_WORKERS = 4
FREE_TO_CHANGE = frozenset(
    {
        *("threads", "loader_workers", "device"),
        *("log_every", "evaluate_every", "save_every", "keep_checkpoints"),
    }
)
"""what a resumed run may set otherwise"""


class DatasetTrainingConfig(Config):
    """What every training on a dataset is given."""

    dataset: str
    """local or gs://, in the project's layout"""
    output: str
    """local or gs://"""
    clips: ClipFilter
    """which of the dataset's clips are used"""
    cache_mb: int = Field(ge=0)
    """of decoded features in memory, in each process that loads; beyond it, clips are decoded again"""
    training: TrainingConfig

    def identity(
        self, clips: Clips, *parts: object, exclude: Collection[str] = ()
    ) -> dict[str, object]:
        """What a checkpoint is tied to; with anything else it is another training. `parts` are other
        inputs that decide what is learnt, `exclude` names fields that do not."""
        left_out = {"output", "training", "cache_mb", "clips", *exclude}
        return {
            **self.model_dump(mode="json", by_alias=True, exclude=left_out),
            "clip_filter": self.clips.model_dump(mode="json"),
            "clips": short_id(*parts, *(clip.id for clip in clips)),
        }
