"""Who speaks in a dataset: a vector of the speaker encoder for each speaker."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from speech.audio.waveform import Wave
from speech.dataset.clips import Clips
from speech.errors import InputError
from speech.judges.speaker import SpeakerEncoder
from speech.progress import track

CLIPS_EACH = 6


def speaker_vectors(
    clips: Clips, rows: Sequence[int], console: Console
) -> tuple[tuple[str, ...], Tensor]:
    """The speakers of some rows in order of their names, and (speakers, 256) vectors of length 1:
    the mean over their longest clips.

    Raises:
        InputError: in none of a speaker's clips is there a voice.
    """
    encoder = SpeakerEncoder()
    by_speaker: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_speaker[clips[row].speaker_id].append(row)
    vectors = []
    for speaker in track(sorted(by_speaker), "speakers", console, "speaker"):
        longest = sorted(by_speaker[speaker], key=lambda row: -clips[row].duration_s)[:CLIPS_EACH]
        vectors.append(_mean(encoder, [clips.wave(row) for row in longest], f"speaker {speaker}"))
    return tuple(sorted(by_speaker)), torch.stack(vectors)


def voice_vector(wave: Wave) -> Tensor:
    """(256,) of one recording at 24 kHz; raises InputError where no voice is in it."""
    return _mean(SpeakerEncoder(), [wave], "the recording")


def _mean(encoder: SpeakerEncoder, waves: Sequence[Wave], name: str) -> Tensor:
    embeddings = np.stack(encoder.embed(waves))
    heard = embeddings[np.isfinite(embeddings).all(axis=1)]
    if not len(heard):
        raise InputError(f"{name}: no voice is heard in it")
    mean = torch.from_numpy(heard.mean(axis=0))
    return mean / mean.norm()
