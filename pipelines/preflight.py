"""What can be said of a run in a second, before corpus and voices are read."""

import os

from pipelines.config import DirectConfig, SynthConfig
from pipelines.corpus_checks import check_language
from speech import storage
from speech.errors import InputError
from speech.judges.cublas import load_cublas
from speech.judges.judges import JudgesConfig
from speech.machine import pick_device
from speech.storage.outputs import Kind, check_folder

DATASET = Kind("dataset of make synth", ("_shards",))
WORKERS_A_CORE = 2


def check_run(config: SynthConfig) -> None:
    """Raises InputError: the output, a language, the workers, a device or weights cannot be had."""
    check_request(config)
    if isinstance(config.runner, DirectConfig):
        if config.teacher.device == "cuda":  # what needs no answer does not wait for torch
            pick_device("teacher.device", config.teacher.device)
        check_judges(config.gate.judges)
        if config.teacher.license in config.license.allow:  # else nothing of it is wanted
            config.teacher.fetch()


def check_judges(config: JudgesConfig) -> None:
    """Raises InputError: a judge is to run on a GPU, and there is none or not all that it takes."""
    for name, device in config.devices.items():
        key = f"gate.judges.{name}.device"
        if device != "cpu" and pick_device(key, device).type == "cuda" and name == "asr":
            load_cublas(key)


def check_request(config: SynthConfig) -> None:
    """What needs neither weights nor a device, and so concerns a plan as well."""
    check_folder(config.output, DATASET)
    check_language(config)
    if isinstance(config.runner, DirectConfig):
        check_workers(config.runner)
    elif config.runner.template_location is None:  # else nothing runs
        check_reachable(config)


def check_workers(runner: DirectConfig) -> None:
    cores = os.cpu_count() or 1
    most = max(4, WORKERS_A_CORE * cores)
    if (runner.workers or 1) > most:
        raise InputError(
            f"runner.workers={runner.workers}: each has models of its own, and this machine has "
            f"{cores} cores; allowed: 1 to {most}, or null"
        )


def check_reachable(config: SynthConfig) -> None:
    """Dataflow's workers are other machines."""
    if not storage.is_gcs(config.output):
        raise InputError(
            f"runner=dataflow writes from other machines: output={config.output} must be "
            "gs://bucket/path"
        )
    for path in (*config.corpus.paths, config.voices.manifest):
        if not path.startswith(("gs://", "package://", "hf://")):
            raise InputError(
                f"runner=dataflow reads from other machines: {path} must be on gs:// or hf://"
            )
