"""The teacher of a benchmark with what it needs, its weights drawn where its own are on a hub."""

from eval.bench.config import Race
from eval.bench.random_weights import wants_random_weights, with_random_weights
from pipelines.speak.worker_context import WorkerContext, load_models
from teacher.f5.teacher import F5Teacher


def load_for_race(config: Race, folder: str) -> tuple[Race, WorkerContext, F5Teacher, bool]:
    """The configuration as it is run, what is loaded, and whether weights were drawn, to `folder`."""
    if drawn := wants_random_weights(config):
        teacher = with_random_weights(config.teacher, folder)
        config = config.model_copy(update={"teacher": teacher})
    context = load_models(config)
    assert isinstance(context.teacher, F5Teacher)
    return config, context, context.teacher, drawn
