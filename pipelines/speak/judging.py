"""A batch at the judges: beside a teacher on a GPU, each clip on a thread; else judged at once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.speak.attempts import Attempt
from pipelines.verdict import Verdict
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, encode_flac
from speech.errors import Refused
from speech.judges.judges import JudgesConfig
from speech.machine import cores, on_gpu
from teacher.base import Speech

if TYPE_CHECKING:
    import torch

MAX_THREADS = 8
"""beyond which the judges' own Python holds the teacher up"""

Speeches = Sequence[Speech | Refused]


@dataclass(frozen=True)
class Judged:
    verdict: Verdict
    flac: bytes | None = None
    """of an accepted clip that was judged on a thread: the teacher's is spared the encoding"""


@dataclass(frozen=True)
class Judging:
    """What was spoken, and the verdicts to come of those that the teacher did not refuse."""

    takes: Sequence[Attempt]
    speeches: Speeches
    shown: Mapping[int, "Future[Judged]"]
    """by their place among the takes"""

    def verdicts(self) -> list[Verdict]:
        """One for each take, once all are there. Raises what a judge raised."""
        return [
            self.shown[i].result().verdict
            if not isinstance(speech, Refused)
            else Verdict(reason=speech.reason, detail=speech.detail)
            for i, speech in enumerate(self.speeches)
        ]

    def flac(self, place: int, wave: Wave) -> bytes:
        """The accepted clip at this place, as it is stored."""
        return self.shown[place].result().flac or encode_flac(wave, SAMPLE_RATE)

    def cancel(self) -> None:
        """Nobody wants them any more: those that were not begun are not."""
        for judged in self.shown.values():
            judged.cancel()


def done(verdict: Verdict) -> "Future[Judged]":
    """As if a thread had found it."""
    future: Future[Judged] = Future()
    future.set_result(Judged(verdict))
    return future


def threads_beside(teacher: "torch.device", judges: JudgesConfig) -> int:
    """How many clips are judged at a time beside a teacher on this device.

    None beside one on a CPU, which they would take from it; one with judges on a GPU, whose memory
    was measured with one clip at each.
    """
    if teacher.type == "cpu":
        return 0
    any_on_gpu = any(map(on_gpu, judges.devices.values()))
    return 1 if any_on_gpu else max(1, min(MAX_THREADS, cores() - 1))
