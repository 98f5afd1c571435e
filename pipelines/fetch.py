"""Bring to this machine what a run wants from a hub or a bucket: the teacher's and the judges' weights.

Overrides are those of make synth, so that what is fetched is what will be used:
  teacher=f5_base gate=hub
An image for workers is built with it (docker/gpu.Dockerfile), and then needs no hub.
"""

import sys

from rich.console import Console

from pipelines.config import SynthConfig
from speech.config import run_app


def main(config: SynthConfig) -> int:
    from speech.judges.judges import Judges

    console = Console()
    console.print(f"teacher: {config.teacher.name}")
    config.teacher.fetch()
    judges = Judges(config.gate.judges)
    console.print(f"judges: {', '.join(judges.revisions)}")
    judges.fetch()
    return 0


if __name__ == "__main__":
    sys.exit(run_app(SynthConfig, "synth", main))
