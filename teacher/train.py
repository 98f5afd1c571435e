"""Train or fine-tune an F5-TTS of any size on a dataset in the project's layout.

  dataset=out/dataset   output=out/teacher   training.steps=10000   batch_frames=8192
  init_from=FILE        fine-tune package://teacher/mini/model.safetensors, hf://OWNER/NAME@COMMIT/FILE
  teacher=f5_base       the published shape
Run it again to continue. Several devices: torchrun --standalone --nproc_per_node 8 -m teacher.train ...
"""

import sys
from collections.abc import Mapping
from functools import partial

from rich.console import Console
from torch import nn

from speech import storage
from speech.audio.mel import FRAME_RATE
from speech.config import run_app
from speech.dataset.clips import Clips, open_clips
from speech.training.run import Training, run
from speech.training.weights import write_weights
from teacher.checkpoint import read_vocabulary
from teacher.f5.durations import DurationModel
from teacher.f5.flow_matching import FlowMatching
from teacher.f5.frontend import AlignedFrontend, build_frontend
from teacher.f5.network import CONTOURS, Network, load_network
from teacher.f5.prosody import ProsodyFlow
from teacher.f5.task import TeacherTask
from teacher.f5.training_config import TrainTeacherConfig

DURATION_DIM, DURATION_LAYERS = 192, 4
PROSODY_DIM, PROSODY_LAYERS = 128, 6


def main(config: TrainTeacherConfig) -> int:
    return run(config, prepare)


def prepare(config: TrainTeacherConfig, console: Console) -> Training:
    if config.init_from:
        storage.check_readable(config.init_from, "init_from")
    clips = open_clips(config.dataset)
    task = build_task(config, clips)
    hours = sum(task.lengths.values()) / FRAME_RATE / 3600
    parameters = sum(p.numel() for p in task.modules["network"].parameters()) / 1e6
    summary = (
        f"{len(task.lengths)} clips, {hours:.2f} h, {len(task.held_out)} more held out; "
        f"{parameters:.1f} M parameters; {len(task.plan(0))} batches an epoch"
    )
    shape = config.teacher.model_dump(mode="json", include={"architecture", "vocabulary"})
    identity = config.identity(clips, exclude={"teacher"}) | shape
    return Training(task, identity, summary, partial(export, config, console))


def build_task(config: TrainTeacherConfig, clips: Clips) -> TeacherTask:
    teacher = config.teacher
    vocabulary = read_vocabulary(teacher.vocabulary)
    frontend = build_frontend(teacher.frontend, vocabulary)
    if config.init_from:
        local = str(storage.local_path(config.init_from))
        network = load_network(
            teacher.architecture, len(vocabulary), local, teacher.contours, new_contours=True
        )
        network.train().requires_grad_(True)
    else:
        network = Network(teacher.architecture, len(vocabulary), teacher.contours)
    beside: dict[str, nn.Module] = {}
    if isinstance(frontend, AlignedFrontend):
        beside["durations"] = DurationModel(len(vocabulary), DURATION_DIM, DURATION_LAYERS)
    if teacher.contours:
        beside["prosody"] = ProsodyFlow(len(vocabulary), PROSODY_DIM, PROSODY_LAYERS)
    return TeacherTask(config, clips, network, beside, frontend)


def export(config: TrainTeacherConfig, console: Console, averages: Mapping[str, nn.Module]) -> None:
    """The averaged weights in f5_tts's format, and how to speak with them."""
    flow = averages["network"]
    assert isinstance(flow, FlowMatching)
    state = {f"transformer.{key}": v for key, v in flow.network.dit.state_dict().items()}
    if flow.network.contours is not None:
        state |= {CONTOURS + key: v for key, v in flow.network.contours.state_dict().items()}
    written = {"weights": write_weights(config.output, "model.safetensors", state)}
    for part in sorted(averages.keys() & {"durations", "prosody"}):
        name, values = f"{part}.safetensors", averages[part].state_dict()
        written[f"frontend.{part}"] = write_weights(config.output, name, values)
    vocabulary = storage.read_bytes(config.teacher.vocabulary)
    storage.write_bytes(storage.join(config.output, "vocabulary.txt"), vocabulary)
    options = " ".join(
        f"teacher.{key}={path} teacher.{key}_sha256={sha256}"
        for key, (path, sha256) in written.items()
    )
    console.print(f'speak with it:  make synth ARGS="{options}"', soft_wrap=True)


if __name__ == "__main__":
    sys.exit(run_app(TrainTeacherConfig, "train_teacher", main))
