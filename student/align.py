"""Align a dataset's phonemes with its audio once for all trainings, and draw a few to look at.

  dataset=out/dataset   picture=out/alignments.png   trust_known=false
Trainings would do so themselves; what is found is kept in _alignments/ below the dataset.
"""

import sys

import torch
from pydantic import Field
from rich.console import Console

from speech import storage
from speech.alignment.clips import align_dataset
from speech.alignment.picture import draw_alignments
from speech.audio.mel import FRAME_RATE, log_mel
from speech.config import Config, run_app
from speech.dataset.clips import open_clips
from speech.storage.outputs import check_file


class AlignConfig(Config):
    dataset: str
    trust_known: bool
    """use the phoneme ends that the dataset brings, where it does"""
    picture: str
    pictured: int = Field(ge=1, le=20)


def main(config: AlignConfig) -> int:
    console = Console()
    check_file(config.picture, "picture")
    clips = open_clips(config.dataset)
    alignments = align_dataset(config.dataset, clips, console, config.trust_known)
    found = [(i, a) for i, a in enumerate(alignments) if a]
    shown = [
        (
            f"{clips[i].speaker_id}: {clips[i].text_normalized:.90}",
            log_mel(torch.from_numpy(clips.wave(i))),
            alignment,
        )
        for i, alignment in found[:: max(1, len(found) // config.pictured)][: config.pictured]
    ]
    storage.write_bytes(config.picture, draw_alignments(shown))
    symbols = sum(len(a.phonemes) for _, a in found)
    mean_ms = 1e3 * sum(sum(a.frames) for _, a in found) / FRAME_RATE / max(1, symbols)
    console.print(
        f"{len(found)} of {len(clips)} clips aligned, {mean_ms:.0f} ms a symbol; "
        f"picture: {config.picture}",
        soft_wrap=True,
    )
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(run_app(AlignConfig, "align", main))
