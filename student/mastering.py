"""How a student's speech begins, ends and how loud it is: the same by torch and by onnxruntime.

Everything here is done sample by sample, or known before the first one: so pieces of any length
add up to the same wave.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.audio.limiter import limited
from speech.audio.waveform import Wave

TARGET_LUFS = -23.0
"""loudness by ITU-R BS.1770 that each voice is brought to: EBU R 128's"""
FADE_IN_S, FADE_OUT_S = 0.003, 0.01
"""of each part of a text: as long as what students leave before and after a sound"""
END_S = 0.08
"""of silence after the last part"""


def mastered(parts: Iterable[tuple[float, Iterable[Wave]]], gain: float) -> Iterator[Wave]:
    """The parts of a text as one stream: at their level, faded, with pauses and an end.

    Args:
        parts: the silence before each, in seconds, and its wave in pieces.
        gain: what the voice's samples are multiplied by.
    """
    tail = silence(0)
    for pause_s, pieces in parts:
        if len(tail) or pause_s > 0:
            yield np.concatenate((tail, silence(pause_s)))
        for piece, last in faded(pieces):
            if len(piece):
                yield limited(piece * np.float32(gain))
            tail = limited(last * np.float32(gain))
    yield np.concatenate((tail, silence(END_S)))


def silence(duration_s: float) -> Wave:
    return np.zeros(round(duration_s * SAMPLE_RATE), np.float32)


def faded(pieces: Iterable[Wave]) -> Iterator[tuple[Wave, Wave]]:
    """One wave's pieces, its first samples ramped by half a cosine; beside each what is held back of
    it, ramped down, since it may turn out to be the last."""
    rise, fall = _ramp(FADE_IN_S), _ramp(FADE_OUT_S)[::-1]
    begun, held = 0, silence(0)
    for piece in pieces:
        head = rise[begun : begun + len(piece)]
        begun += len(piece)
        known = np.concatenate((held, piece[: len(head)] * head, piece[len(head) :]))
        ready = max(0, len(known) - len(fall))
        held = known[ready:]
        yield known[:ready], held * fall[len(fall) - len(held) :]


def _ramp(duration_s: float) -> Wave:
    samples = round(duration_s * SAMPLE_RATE)
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(samples) + 0.5) / samples)).astype(np.float32)
