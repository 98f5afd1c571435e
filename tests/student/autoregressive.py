"""What the tests of autoregressive students share: batches, and what torch and exports make of them."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from speech.audio.mel import N_MELS
from student.models.acoustic import token_ids, whole_frames
from student.models.ar_steps import Autoregressive
from student.onnx.frames import Frames, NoiseSource
from student.onnx.runtime import OnnxStudent
from student.parity import PHONEMES
from student.student import Student

VOICE, SEED = "ben", 5
SMALL = [
    *("dim=16", "hidden_dim=24", "condition_dim=4", "encoder_layers=1", "duration_layers=1"),
    *("decoder_layers=2", "heads=2", "prenet_dim=12", "postnet_dim=8", "table_drop=0.5"),
    "kl_from=10",
]


def batch(frames: list[list[int]], length: int) -> dict[str, Tensor]:
    torch.manual_seed(1)
    widest = max(map(len, frames))
    durations = torch.tensor([row + [0] * (widest - len(row)) for row in frames])
    valid = torch.arange(length) < durations.sum(1, keepdim=True)
    return {
        "mel": (torch.randn(len(frames), length, N_MELS) - 4) * valid.unsqueeze(-1),
        "ids": torch.arange(3, 3 + widest).expand(len(frames), -1) * (durations > 0),
        "durations": durations,
        "speaker": torch.arange(len(frames)) % 3,
    }


def speak(built: Autoregressive, frames: list[list[int]], seed: int = 0) -> Tensor:
    given = batch(frames, 1)
    condition = built.condition(given["speaker"])
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        text = built.encode(given["ids"], condition)
        reading = built.reading_of(text, generator)
        return built.speak(text, reading, given["durations"], generator)


def begun(exported: OnnxStudent, lasts: np.ndarray, chance: NoiseSource) -> Frames:
    condition = exported.condition(VOICE)
    encoded = replace(exported.encode(PHONEMES, condition, chance), frames=lasts)
    return exported.kind.begin(encoded.by_frame(), chance)


@torch.inference_mode()
def drawn_by_torch(student: Student) -> tuple[Tensor, np.ndarray]:
    """Mels before the post-net (1, frames, mels), and how long each phoneme lasts."""
    acoustic = student.acoustic
    assert isinstance(acoustic, Autoregressive)
    ids, condition = token_ids(PHONEMES)[None], student.condition(VOICE)
    text = acoustic.encode(ids, condition)
    lasts = whole_frames(acoustic.durations(text), ids)
    x, _ = acoustic.expand(text, lasts, int(lasts.sum()))
    generator = torch.Generator().manual_seed(SEED)
    steps = acoustic.generate(acoustic.grouped(x), condition, generator)
    return acoustic.by_frames(steps)[:, : x.shape[1]], lasts[0].numpy()
