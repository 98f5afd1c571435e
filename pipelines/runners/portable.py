"""`runner=portable`: whatever engine has a job server of Beam's; Flink's and Spark's stand on it."""

import logging
import re
import socket
from abc import abstractmethod
from typing import TYPE_CHECKING, Literal

from pipelines.runners.base import Build, RunnerConfig, Stage
from pipelines.runners.beam_options import check_options
from pipelines.runners.remote_paths import check_remote_paths
from speech.errors import InputError, in_one_line

if TYPE_CHECKING:
    from apache_beam.options.pipeline_options import PipelineOptions

    from pipelines.config import SynthConfig

CONNECT_S = 10.0
FROM_JOB = re.compile(r"InputError: (.*?)(?: \[while running |\n|$)")


class PortableEngineConfig(RunnerConfig):
    """An engine behind Beam's job API; its workers are processes of Beam's Python SDK."""

    environment: Literal["LOOPBACK", "EXTERNAL", "PROCESS", "DOCKER"]
    """who runs the workers: this process (LOOPBACK), worker pools that were started before (EXTERNAL),
    or the engine, as processes or as containers"""
    environment_config: str | None
    """EXTERNAL: host:port of a pool; PROCESS: {"command": "/opt/apache/beam/boot"}; DOCKER: an image"""
    options: tuple[str, ...]
    """Beam's own, as `--name=value`"""

    @abstractmethod
    def engine_options(self) -> dict[str, str]:
        """Which of Beam's runners, and where its engine is."""

    @property
    def is_this_machine(self) -> bool:
        return self.environment == "LOOPBACK"

    def check(self, config: "SynthConfig") -> None:
        """Paths mean the same to all workers, and Beam knows the options."""
        if self.environment != "LOOPBACK":
            if self.environment_config is None:
                raise InputError(
                    f"runner.environment={self.environment} needs runner.environment_config=…: "
                    "host:port of a worker pool for EXTERNAL, an image for DOCKER, "
                    '{"command": "/opt/apache/beam/boot"} for PROCESS; LOOPBACK needs none'
                )
            check_remote_paths(config, f"runner.environment={self.environment}")
        check_options(self.options, taken=self._own_options())

    def _own_options(self) -> dict[str, str]:
        named = {**self.engine_options(), "environment_type": self.environment}
        if self.environment_config is not None:
            named["environment_config"] = self.environment_config
        return named

    def pipeline_options(self) -> "PipelineOptions":
        from apache_beam.options.pipeline_options import PipelineOptions

        own = [f"--{name}={value}" for name, value in self._own_options().items()]
        return PipelineOptions([*own, *self.options])

    def run(self, build: Build, stage: Stage) -> None:
        """Submit the stage's job and wait for its end.

        Raises:
            InputError: the job has failed, with what the workers said.
        """
        import apache_beam as beam

        pipeline = beam.Pipeline(options=self.pipeline_options())
        build(pipeline)
        logging.getLogger("apache_beam").setLevel(logging.CRITICAL)  # it prints what it also raises
        logging.getLogger().addFilter(_is_not_a_job_message)
        try:
            pipeline.run().wait_until_finish()
        except InputError:
            raise
        except Exception as error:  # RuntimeError with a worker's traceback, gRPC's, subprocess'
            raise InputError(f"the {stage} job has failed: {_said(error)}") from error


class PortableConfig(PortableEngineConfig):
    """A job server that is already there."""

    endpoint: str

    def engine_options(self) -> dict[str, str]:
        return {"runner": "PortableRunner", "job_endpoint": self.endpoint}

    def check(self, config: "SynthConfig") -> None:
        host, _, port = self.endpoint.rpartition(":")
        if not (host and port.isdigit()):
            raise InputError(f"runner.endpoint={self.endpoint}: allowed is host:port")
        super().check(config)

    def run(self, build: Build, stage: Stage) -> None:
        """As every engine's; one that does not answer is told at once rather than in a minute."""
        host, _, port = self.endpoint.rpartition(":")
        try:
            socket.create_connection((host, int(port)), CONNECT_S).close()
        except OSError as error:
            raise InputError(
                f"no job server answers at runner.endpoint={self.endpoint} ({error})"
            ) from error
        super().run(build, stage)


def _said(error: Exception) -> str:
    """A worker's InputError, out of the traceback that the engine hands over, or the error itself."""
    found = FROM_JOB.findall(str(error))
    if found:
        return str(found[-1])
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[-1].strip():.300}" if lines else in_one_line(error)


def _is_not_a_job_message(record: logging.LogRecord) -> bool:
    """Beam's portable runner logs what a job server says as if it were the program itself."""
    return record.module != "portable_runner"
