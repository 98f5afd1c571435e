"""How good it sounds to people asked as ITU-T P.808 has it: DNSMOS P.808 (Reddy et al., 2021).

Of the networks that speechmos carries it is the one that ranks a voice, its teacher and its student
as DistillMOS does (docs/report.md); P.835's OVRL puts a student above its teacher.
"""

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from speech.judges.dnsmos import DNSMOS_RATE, SpeechMos

if TYPE_CHECKING:
    from torch import Tensor

WINDOW, HOP, MELS = 321, 160, 120
FLOOR_DB = -80.0
"""below the loudest, as librosa's `power_to_db` has it"""


class P808Mos(SpeechMos):
    """What speechmos calls `p808_mos`."""

    name = "dnsmos-p808"
    title = "P.808 MOS"
    weights = "package://speechmos/dnsmos_models/model_v8.onnx"
    sha256 = "9246480c58567bc6affd4200938e77eef49468c8bc7ed3776d109c07456f6e91"

    def _score(self, window: npt.NDArray[np.float32]) -> float:
        mels = mel_db(window[:-HOP])
        score: float = self._session.run(None, {"input_1": mels[None]})[0][0, 0].item()
        return score


def mel_db(heard: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(samples,) at 16 kHz -> (frames, 120) of `librosa.feature.melspectrogram`, in dB and scaled."""
    import torch

    spectrum = torch.stft(
        torch.from_numpy(heard),
        *(WINDOW, HOP),
        window=torch.hann_window(WINDOW),
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    power = _filters().T @ spectrum.abs().square()
    decibels = 10 * power.clamp(min=1e-10).log10()
    relative = (decibels - decibels.max()).clamp(min=FLOOR_DB)
    return ((relative + 40) / 40).T.contiguous().numpy()


@lru_cache(maxsize=1)
def _filters() -> "Tensor":
    """(161 bins, 120 mels), as librosa's defaults have them; the lowest hold no bin, there too.

    The bins of an odd window end below half the rate; torchaudio's grid has one at its end, so that
    it is asked for twice as many, up to the rate.
    """
    from torchaudio.functional import melscale_fbanks

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        filters = melscale_fbanks(
            *(WINDOW + 1, 0.0, DNSMOS_RATE / 2, MELS, 2 * DNSMOS_RATE),
            norm="slaney",
            mel_scale="slaney",
        )
    return filters[: WINDOW // 2 + 1]
