"""Train a small vocoder on the clips of a dataset in the project's layout.

  dataset=out/dataset   output=out/vocoder   training.steps=20000   vocoder.dim=512
Run it again to continue.
"""

import sys

import torch
from torch import Tensor

from speech.audio.mel import log_mel
from speech.config import run_app
from speech.dataset.clips import Clips, open_clips
from speech.machine import pick_device
from speech.seeds import short_id
from speech.storage.outputs import TRAINING, check_folder
from speech.training.logger import main_console
from speech.training.trainer import Trainer
from speech.training.weights import write_weights
from speech.vocoder.network import PulseVocoder
from speech.vocoder.task import Generator, Source, VocoderTask
from teacher.f5.training_config import TrainVocoderConfig


def main(config: TrainVocoderConfig) -> int:
    console = main_console()
    check_folder(config.output, TRAINING)
    pick_device("training.device", config.training.device)
    torch.manual_seed(config.training.seed)
    clips = open_clips(config.dataset)
    task = build_task(config, clips)
    parameters = sum(p.numel() for p in task.modules["generator"].parameters()) / 1e6
    console.print(f"{len(task.lengths)} clips, {parameters:.1f} M parameters")
    identity = config.model_dump(mode="json", exclude={"output", "training", "cache_mb"})
    identity["clips"] = short_id(*(clip.id for clip in clips))
    trainer = Trainer(task, config.training, config.output, identity, console)
    if not trainer.run():
        return 1
    if trainer.accelerator.is_main_process:
        generator = trainer.averages["generator"].module
        assert isinstance(generator, Generator)
        state = generator.vocoder.state_dict()
        path, sha256 = write_weights(config.output, "vocoder.safetensors", state)
        console.print(f"{path}, SHA-256 {sha256}")
    return 0


def build_task(config: TrainVocoderConfig, clips: Clips) -> VocoderTask:
    shape = config.vocoder
    vocoder = PulseVocoder(shape.dim, shape.intermediate_dim, shape.layers)
    return VocoderTask(config, clips, range(len(clips)), vocoder, true_mels(clips))


def true_mels(clips: Clips) -> Source:
    def read(row: int) -> tuple[Tensor, Tensor]:
        wave = torch.from_numpy(clips.wave(row))
        return wave.half(), log_mel(wave).half()

    return read


if __name__ == "__main__":
    sys.exit(run_app(TrainVocoderConfig, "train_vocoder", main))
