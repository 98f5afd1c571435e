"""What all students share: the speaker, the text, and how long each phoneme lasts."""

from dataclasses import dataclass

import torch
from pydantic import Field
from torch import Tensor, nn

from speech.audio import FEWEST_FRAMES
from speech.config import Config
from speech.judges.speaker import EMBEDDING_SIZE
from speech.text.phonemes import ALPHABET
from speech.training.task import Batch
from student.models.blocks import Stack
from student.models.reading import Reading
from student.phrases import token_numbers

SHORTEST, LONGEST = 1, 200
"""frames of a phoneme"""
POSITIONS = 3
MEAN_MEL = -4.0
"""of speech; about which mels are predicted"""
MOST_LAYERS = 100


class AcousticConfig(Config):
    """What every student has: phonemes in, mels out, in the voice of a vector."""

    dim: int = Field(ge=8)
    hidden_dim: int = Field(ge=8)
    """inside a block"""
    encoder_layers: int = Field(ge=1, le=MOST_LAYERS)
    duration_layers: int = Field(ge=1, le=MOST_LAYERS)
    condition_dim: int = Field(ge=1)
    """of what the speaker tells every block"""
    table_drop: float = Field(ge=0, le=1)
    """how often a clip is trained by its speaker's vector alone, so that a new voice can be tried"""


@dataclass(frozen=True)
class Text:
    """Encoded phonemes (B, P, dim), the speaker's condition (B, 1, condition_dim), and the mask
    (B, P, 1) of phonemes."""

    encoded: Tensor
    condition: Tensor
    mask: Tensor


def token_ids(phonemes: str) -> Tensor:
    """(P,) as `student.phrases.token_numbers`."""
    return torch.tensor(token_numbers(phonemes))


class Acoustic(nn.Module):
    """Base of the students: `encode`, `durations`, and the way from phonemes to frames."""

    vectors: Tensor

    def __init__(self, config: AcousticConfig, vectors: Tensor) -> None:
        """`vectors` (speakers, 256): of the speaker encoder, of length 1, one for each speaker."""
        super().__init__()
        self.config = config
        dim, hidden, condition = config.dim, config.hidden_dim, config.condition_dim
        self.register_buffer("vectors", vectors)
        self.speaker = nn.Linear(EMBEDDING_SIZE, condition)
        self.table = nn.Embedding(len(vectors), condition)
        nn.init.zeros_(self.table.weight)
        self.embed = nn.Embedding(len(ALPHABET) + 1, dim, padding_idx=0)
        self.encoder = Stack(config.encoder_layers, dim, hidden, condition)
        self.duration = Stack(config.duration_layers, dim, hidden, condition)
        self.log_frames = nn.Linear(dim, 1)
        self.places = nn.Linear(POSITIONS, dim)

    def forward(self, batch: Batch, step: int | None = None) -> tuple[dict[str, Tensor], Tensor]:
        """A training batch -> its losses and mels (B, N, mels), given what is true of it. Some losses
        begin at a later `step` of the training; None: all count."""
        raise NotImplementedError

    def condition(self, speakers: Tensor) -> Tensor:
        """(B,) speakers of the table -> (B, 1, condition_dim); in training the table's own part is
        left out for some of them."""
        own = self.table(speakers)
        if self.training:
            kept = torch.rand(len(speakers), 1, device=own.device) >= self.config.table_drop
            own = own * kept
        return (self.of_vectors(self.vectors[speakers])[:, 0] + own).unsqueeze(1)

    def of_vectors(self, vectors: Tensor) -> Tensor:
        """(B, 256) -> (B, 1, condition_dim): a voice that is not in the table."""
        return self.speaker(vectors * EMBEDDING_SIZE**0.5).unsqueeze(1)

    def encode(self, ids: Tensor, condition: Tensor) -> Text:
        """(B, P) token ids, 0 on padding."""
        mask = (ids > 0).unsqueeze(-1).to(condition.dtype)
        return Text(self.encoder(self.embed(ids) * mask, condition, mask), condition, mask)

    def durations(self, text: Text) -> Tensor:
        """(B, P) log frames."""
        return self.log_frames(self.duration_features(text)).float()[..., 0]

    def duration_features(self, text: Text) -> Tensor:
        """(B, P, dim), which do not train what they follow from."""
        return self.duration(text.encoded.detach(), text.condition, text.mask)

    def reading_of(self, text: Text, generator: torch.Generator) -> Reading:
        """How the text is read this time."""
        return Reading(self.durations(text))

    def expand(self, text: Text, frames: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """(B, P) frames of each phoneme -> (B, length, dim) and its mask (B, length, 1): each phoneme
        as long as it lasts, with where in it each frame lies."""
        ends = frames.cumsum(1)
        times = torch.arange(length, device=frames.device)
        index = torch.searchsorted(ends, times.expand(len(ends), -1).contiguous(), right=True)
        mask = (times < ends[:, -1:]).unsqueeze(-1).to(text.encoded.dtype)
        index = index.clamp(max=frames.shape[1] - 1)
        lasts = frames.gather(1, index).clamp(min=1)
        since = times - (ends.gather(1, index) - lasts)
        share = (since + 0.5) / lasts
        places = torch.stack((share, 1 - share, lasts.float().log()), -1) * mask
        spread = index.unsqueeze(-1).expand(-1, -1, text.encoded.shape[-1])
        return (text.encoded.gather(1, spread) + self.places(places)) * mask, mask

    def speak(
        self, text: Text, reading: Reading, frames: Tensor, generator: torch.Generator
    ) -> Tensor:
        """Text, how it is read and the whole frames (B, P) of phonemes -> mels (B, N, mels)."""
        raise NotImplementedError

    def synthesize(
        self,
        ids: Tensor,
        condition: Tensor,
        generator: torch.Generator,
        *,
        speed: float = 1.0,
        expressiveness: float = 1.0,
    ) -> tuple[Tensor, Tensor]:
        """Speak as a user hears it, with nothing known of the speech: (B, P) token ids -> mels
        (B, N, mels) and the whole frames (B, P) of phonemes."""
        text = self.encode(ids, condition)
        reading = self.reading_of(text, generator).livelier(expressiveness)
        frames = whole_frames(reading.log_frames, ids, speed)
        return self.speak(text, reading, frames, generator), frames


def whole_frames(log_frames: Tensor, ids: Tensor, speed: float = 1.0) -> Tensor:
    """(B, P) log frames -> whole ones, `FEWEST_FRAMES` or more in a row; what is rounded off is
    carried on, so that nothing drifts."""
    wanted = (log_frames.exp() / speed).clamp(SHORTEST, LONGEST) * (ids > 0)
    frames = wanted.cumsum(1).round().diff(dim=1, prepend=wanted.new_zeros(len(wanted), 1)).long()
    last = (ids > 0).sum(1, keepdim=True) - 1
    missing = (FEWEST_FRAMES - frames.sum(1, keepdim=True)).clamp(min=0)
    return frames.scatter_add(1, last, missing)


def duration_losses(predicted: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Squared error of log frames, and how wrong a clip's length is, as a share of it."""
    valid = batch["ids"] > 0
    true = batch["durations"]
    squared = (predicted - true.clamp(min=0.5).log()).square()
    length = (predicted.exp() * valid).sum(1) / true.sum(1).clamp(min=1)
    return {
        "durations": (squared * valid).sum() / valid.sum(),  # not squared[valid], which waits
        "length_error": (length - 1).abs().mean().detach(),
    }


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of (B, N, ...) over the frames of a mask (B, N, 1)."""
    return (values * mask).sum() / (mask.sum() * values[0, 0].numel()).clamp(min=1)


def smooth_distance(mel: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """L1 and half the squared error (MELL-E, arXiv 2407.08551, has both)."""
    wrong = mel.float() - target
    return masked_mean(wrong.abs() + 0.5 * wrong.square(), mask)
