"""The teacher of a benchmark with what it needs, its weights drawn where its own are on a hub."""

from eval.bench.config import Race
from eval.bench.random_weights import wants_random_weights, with_random_weights
from pipelines.worker_context import WorkerContext, load_models
from speech.errors import InputError
from teacher.base import TeacherConfig
from teacher.f5.config import F5Config
from teacher.f5.teacher import F5Teacher


def load_for_race(config: Race, folder: str) -> tuple[Race, WorkerContext, F5Teacher, bool]:
    """The configuration as it is run, what is loaded, and whether weights were drawn, to `folder`.

    Raises:
        InputError: the teacher is no F5-TTS.
    """
    teacher, drawn = f5_config(config.teacher), wants_random_weights(config)
    if drawn:
        teacher = with_random_weights(teacher, folder)
        config = config.model_copy(update={"teacher": teacher})
    context = load_models(config)
    assert isinstance(context.teacher, F5Teacher)
    return config, context, context.teacher, drawn


def f5_config(config: TeacherConfig) -> F5Config:
    """Raises InputError: it is of another teacher."""
    if not isinstance(config, F5Config):
        raise InputError(f"teacher={config.name}: benchmarks compare F5-TTS alone")
    return config
