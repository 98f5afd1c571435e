"""Train a small vocoder on the clips of a dataset in the project's layout.

  dataset=out/dataset   output=out/vocoder   training.steps=20000   vocoder.dim=512
Run it again to continue.
"""

import sys

from rich.console import Console

from speech.clips import open_clips
from speech.config import run_app
from speech.seeds import short_id
from speech.training.trainer import Trainer
from speech.weights import write_weights
from teacher.training_config import TrainVocoderConfig
from teacher.vocoder_task import Generator, VocoderTask


def main(config: TrainVocoderConfig) -> int:
    import torch

    console = Console()
    torch.manual_seed(config.training.seed)
    clips = open_clips(config.dataset)
    task = VocoderTask(config, clips)
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


if __name__ == "__main__":
    sys.exit(run_app(TrainVocoderConfig, "train_vocoder", main))
