"""`runner=direct`: this machine, in this process; the workers are threads."""

import logging

from pydantic import Field

from pipelines.runners.base import Build, RunnerConfig, Stage
from speech.errors import InputError
from speech.machine import cores

WORKERS_A_CORE = 2


class DirectConfig(RunnerConfig):
    """Beam's FnApiRunner on this machine, in this process."""

    workers: int | None = Field(ge=1)
    threads: int = Field(ge=1)
    """Several wait for each other at every operation: with one other busy process on two cores that
    made the teacher ten times slower, while workers only share what is left."""

    @property
    def is_this_machine(self) -> bool:
        return True

    @property
    def workers_here(self) -> int:
        import torch

        if self.workers:
            return self.workers
        return 1 if torch.cuda.is_available() else min(cores(), 4)

    @property
    def torch_threads(self) -> int:
        return self.threads

    def check(self, config: object) -> None:
        own = cores()
        most = max(4, WORKERS_A_CORE * own)
        if (self.workers or 1) > most:
            raise InputError(
                f"runner.workers={self.workers}: each has models of its own, and this machine has "
                f"{own} cores; allowed: 1 to {most}, or null"
            )

    def run(self, build: Build, stage: Stage) -> None:
        """Run in this process and thread, whatever the stage, and return when it has ended.

        FnApiRunner by name: `DirectRunner` would try to download another engine, and run a different
        one on machines with and without a network. In memory, whatever the number of workers (they
        are `WriteUnits`' own threads): Beam's workers over gRPC flush their output each second from
        a thread that may cut an element in two or lose it (Beam 2.77's `data_plane.py`,
        `TimeBasedBufferingClosableOutputStream`), and some runs died of it.
        """
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions
        from apache_beam.runners.portability.fn_api_runner import FnApiRunner

        options = PipelineOptions(direct_num_workers=1, direct_running_mode="in_memory")
        pipeline = beam.Pipeline(runner=FnApiRunner(), options=options)
        build(pipeline)
        logging.getLogger("apache_beam").setLevel(logging.CRITICAL)  # it prints what it also raises
        try:
            pipeline.run().wait_until_finish()
        except InputError as error:
            raise InputError(str(error).partition(" [while running ")[0]) from error
