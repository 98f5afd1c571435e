"""Learn how phonemes sound on a dataset, to find them in references that come without their ends.

  dataset=out/bootstrap/train   output=out/aligner.safetensors   clip_filter.wer_max=0
One Gaussian a phoneme, in a minute; no ends need to be known (`speech.alignment.gaussian_hmm`).
"""

import sys

from pydantic import Field
from rich.console import Console

from speech.alignment.gaussian_hmm import PAUSE, PUNCTUATION
from speech.alignment.training import learn_from, phonemes_of
from speech.config import Config, run_app
from speech.dataset.clips import open_clips
from speech.dataset.selection import ClipFilter, split_clips
from speech.errors import InputError
from speech.storage import local_path
from speech.storage.local_files import checksum_of
from speech.storage.outputs import check_file
from speech.text.phonemes import ALPHABET


class TrainAlignerConfig(Config):
    dataset: str
    output: str
    clip_filter: ClipFilter
    clips: int = Field(ge=1)
    """that it learns from, chosen by their ids"""


def main(config: TrainAlignerConfig) -> None:
    console = Console()
    check_file(config.output)
    clips = open_clips(config.dataset)
    symbols = PAUSE + "".join(symbol for symbol in ALPHABET if symbol not in PUNCTUATION)
    split = split_clips(clips, config.clip_filter, held_out_share=0)
    model = learn_from(
        clips,
        lambda row: phonemes_of(clips[row]),
        split.trained,
        config.clips,
        symbols,
        console,
    )
    if model is None:
        raise InputError(f"{config.dataset} has no clip in which anything is said")
    model.write(config.output)
    sha256 = checksum_of(local_path(config.output)).sha256
    console.print(f"{config.output}, SHA-256 {sha256}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(run_app(TrainAlignerConfig, "train_aligner", main))
