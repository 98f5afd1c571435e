"""Learn how phonemes sound on a dataset, to find them in references that come without their ends.

  dataset=out/bootstrap/train   output=out/aligner.safetensors
One Gaussian a phoneme, in about a minute; no ends need to be known (see `speech.monophones`).
"""

import sys

import torch
from pydantic import Field
from rich.console import Console
from rich.progress import track

from speech.clips import open_clips
from speech.config import Config, run_app
from speech.local_files import stamp_of
from speech.mel import log_mel
from speech.monophones import PAUSE, PUNCTUATION, features_of, learn
from speech.phonemes import ALPHABET, phonemize
from speech.seeds import stable_hash
from speech.storage import local_path


class TrainAlignerConfig(Config):
    dataset: str
    output: str
    clips: int = Field(ge=1)
    """that it learns from, chosen by their ids"""


def main(config: TrainAlignerConfig) -> None:
    console = Console()
    clips = open_clips(config.dataset)
    rows = sorted(range(len(clips)), key=lambda row: stable_hash("aligner", clips[row].id))
    features, phonemes = [], []
    for row in track(rows[: config.clips], "features", console=console):
        clip = clips[row]
        phonemes.append(clip.phonemes or phonemize(clip.text_normalized, clip.language))
        features.append(features_of(log_mel(torch.from_numpy(clips.wave(row)))))
    symbols = PAUSE + "".join(symbol for symbol in ALPHABET if symbol not in PUNCTUATION)
    with console.status("aligning and estimating in turn"):
        learn(features, phonemes, symbols).write(config.output)
    sha256 = stamp_of(local_path(config.output)).sha256
    console.print(f"{config.output}, SHA-256 {sha256}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(run_app(TrainAlignerConfig, "train_aligner", main))
