"""Alignments as a picture: mel spectrograms with the boundaries of their phonemes."""

import io
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from speech.alignment.clips import Alignment
from speech.audio.mel import FRAME_RATE

SHOWN_S = 4.0


def draw_alignments(shown: Sequence[tuple[str, Tensor, Alignment]]) -> bytes:
    """A PNG with a row for each (title, (frames, mels) log-mel, alignment), the first seconds of it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 2.6 * max(1, len(shown))), layout="constrained")
    panels = figure.subplots(max(1, len(shown)), 1, squeeze=False)[:, 0]
    for axes, (title, mel, alignment) in zip(panels, shown, strict=False):
        frames = min(len(mel), round(SHOWN_S * FRAME_RATE))
        end_s = frames / FRAME_RATE
        image = mel[:frames].T.numpy()
        axes.imshow(image, origin="lower", aspect="auto", extent=(0, end_s, 0, len(image)))
        ends_s = np.cumsum(alignment.frames) / FRAME_RATE
        middles_s = ends_s - np.array(alignment.frames) / FRAME_RATE / 2
        axes.vlines(ends_s[ends_s < end_s], 0, len(image), color="white", linewidth=0.6)
        for phoneme, middle_s in zip(alignment.phonemes, middles_s, strict=True):
            if middle_s < end_s:
                axes.text(middle_s, len(image), phoneme, ha="center", va="bottom", fontsize=9)
        axes.set_title(title, loc="left", fontsize=9, pad=16)
        axes.set(yticks=[], xlabel="seconds", xlim=(0, end_s))
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=100, metadata={"Software": None})
    return picture.getvalue()
