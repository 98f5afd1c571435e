"""What can be said of a run in a second, before corpus and voices are read."""

from pipelines.config import SynthConfig
from pipelines.text.corpus_checks import check_language
from speech.judges.cublas import load_cublas
from speech.judges.judges import Judges, JudgesConfig
from speech.machine import pick_device
from speech.storage.outputs import DATASET, check_folder


def check_run(config: SynthConfig) -> None:
    """Raises InputError: the output, a language, the workers, a device or weights cannot be had."""
    check_request(config)
    if config.runner.is_this_machine:
        if config.teacher.device in ("cuda", "xla"):  # what needs no answer does not wait for torch
            pick_device("teacher.device", config.teacher.device)
        check_judges(config.gate.judges)
        Judges(config.gate.judges).fetch()
        config.watermark.check()
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
    config.runner.check(config)
