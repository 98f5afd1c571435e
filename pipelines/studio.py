"""What a worker holds while it lives: the bank, the teacher and the gate, loaded once."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from eval.judges import Judges
from pipelines.config import DirectConfig, SynthConfig
from pipelines.gate import Gate
from pipelines.utterances import spoken_languages
from speech.stopwatch import Stopwatch
from teacher.packing import BatchLimit
from teacher.teacher import Planner, Teacher
from teacher.voices import VoiceBank, load_bank


@dataclass
class Studio:
    bank: VoiceBank
    planner: Planner
    teacher: Teacher
    gate: Gate
    limit: BatchLimit
    watch: Stopwatch


OpenStudio = Callable[[SynthConfig], Studio]


def open_studio(config: SynthConfig) -> Studio:
    """Load everything; the bank was checked against the ASR before the run was started."""
    judges = config.gate.judges
    if isinstance(config.runner, DirectConfig):
        torch.set_num_threads(config.runner.threads)
        asr = judges.asr.model_copy(update={"cpu_threads": config.runner.threads})
        judges = judges.model_copy(update={"asr": asr})
    watch = Stopwatch()
    bank = load_bank(config.voices, languages=spoken_languages(config))
    planner = Planner(config.teacher, bank)
    teacher = Teacher(config.teacher, planner, watch)
    gate = Gate(config.gate, Judges(judges), bank, watch)
    return Studio(bank, planner, teacher, gate, teacher.batch_limit(), watch)
