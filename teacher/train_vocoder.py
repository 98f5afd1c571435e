"""Train a small vocoder on the clips of a dataset in the project's layout.

  dataset=out/dataset   output=out/vocoder   training.steps=20000   vocoder.dim=512
Run it again to continue.
"""

import sys
from collections.abc import Mapping

import torch
from rich.console import Console
from torch import Tensor, nn

from speech.audio.mel import log_mel
from speech.config import run_app
from speech.dataset.clips import Clips, open_clips
from speech.training.run import Training, run
from speech.training.weights import write_weights
from speech.vocoder.config import VocoderShape, VocoderTrainingConfig
from speech.vocoder.network import PulseVocoder
from speech.vocoder.task import Source, VocoderTask, trained_vocoder


class TrainVocoderConfig(VocoderTrainingConfig):
    vocoder: VocoderShape


def main(config: TrainVocoderConfig) -> int:
    return run(config, prepare)


def prepare(config: TrainVocoderConfig, console: Console) -> Training:
    clips = open_clips(config.dataset)
    task = build_task(config, clips)
    parameters = sum(p.numel() for p in task.modules["generator"].parameters()) / 1e6

    def export(averages: Mapping[str, nn.Module]) -> None:
        state = trained_vocoder(averages).state_dict()
        path, sha256 = write_weights(config.output, "vocoder.safetensors", state)
        console.print(f"{path}, SHA-256 {sha256}")

    summary = f"{len(task.lengths)} clips, {parameters:.1f} M parameters"
    return Training(task, config.identity(clips), summary, export)


def build_task(config: TrainVocoderConfig, clips: Clips) -> VocoderTask:
    shape = config.vocoder
    vocoder = PulseVocoder(shape.dim, shape.intermediate_dim, shape.layers)
    return VocoderTask(config, clips, vocoder, true_mels(clips))


def true_mels(clips: Clips) -> Source:
    def read(row: int) -> tuple[Tensor, Tensor]:
        wave = torch.from_numpy(clips.wave(row))
        return wave.half(), log_mel(wave).half()

    return read


if __name__ == "__main__":
    sys.exit(run_app(TrainVocoderConfig, "train_vocoder", main))
