"""How near an export comes to its student, where both speak the same lengths and draw the same."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from speech.audio import FEWEST_FRAMES
from speech.audio.mel import log_mels
from student.models.acoustic import token_ids
from student.onnx.frames import NoiseSource
from student.onnx.noise import Noise, Spectra, spectra_of
from student.onnx.runtime import OnnxStudent
from student.onnx.waves import Floats
from student.student import Student

PHONEMES = "ðə ɡɹˈWn mˈæn ɹˈɛd hɪz nˈuz ˈWt lˈWd, jˈɛt nˈObədi ʧˈOz tə hˈɪɹ ɪt."
SEED = 0


@dataclass(frozen=True)
class Apart:
    """Two waves' log-mels: how much they differ, in nepers."""

    mean: float
    largest: float


class TorchNoiseSource(NoiseSource):
    """What torch draws for a student's steps, in the order of `student.models.ar_steps`, and for its
    vocoder's samples, all of them at once."""

    def __init__(self, seed: int, frames: int = FEWEST_FRAMES) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.frames = frames

    def noise(self, n_fft: int, hop: int) -> Noise:
        samples = (self.frames - 1) * hop
        drawn = torch.randn(samples, generator=torch.Generator().manual_seed(0)).numpy()
        spectra, done = spectra_of(np.pad(drawn, n_fft // 2, "reflect"), n_fft, hop), 0

        def following(frames: int) -> Spectra:
            nonlocal done
            done += frames
            return spectra[done - frames : done]

        return following

    def uniform(self, *shape: int) -> Floats:
        return torch.empty(shape).uniform_(generator=self.generator).numpy()

    def normal(self, *shape: int) -> Floats:
        return torch.empty(shape).normal_(generator=self.generator).numpy()

    def reading(self, *shape: int) -> Floats:
        """The first that is drawn."""
        return self.normal(*shape)


def parity(student: Student, exported: OnnxStudent) -> Apart:
    """Of one sentence by the first voice."""
    ours, theirs = spoken_by_both(student, exported, PHONEMES, exported.voices[0])
    differences = (log_mels(ours) - log_mels(theirs)).abs()
    return Apart(differences.mean().item(), differences.max().item())


@torch.inference_mode()
def spoken_by_both(
    student: Student, exported: OnnxStudent, phonemes: str, voice: str
) -> tuple[Tensor, Tensor]:
    """Waves (samples,) by torch and by onnxruntime, not yet mastered, each phoneme as long as torch has
    it."""
    acoustic, vocoder = student.acoustic, student.vocoder
    ids, condition = token_ids(phonemes)[None], student.condition(voice)
    generator = torch.Generator().manual_seed(SEED)
    mel, frames = acoustic.synthesize(ids, condition, generator)
    wave = vocoder.speak(mel)[0]

    chance = TorchNoiseSource(SEED, int(frames.sum()))
    encoded = exported.encode(phonemes, exported.condition(voice), chance)
    pieces = exported.pieces(replace(encoded, frames=frames[0].numpy()), chance)
    return wave, torch.from_numpy(np.concatenate(list(pieces)))
