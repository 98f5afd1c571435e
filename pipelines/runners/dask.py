"""`runner=dask`: a Dask cluster, or worker processes of this machine."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipelines.runners.base import Build, RunnerConfig, Stage
from pipelines.runners.remote_paths import check_remote_paths
from speech.errors import InputError, in_one_line

if TYPE_CHECKING:
    from pipelines.config import SynthConfig

CONNECT_S = 30


class DaskConfig(RunnerConfig):
    """Beam's DaskRunner.

    It computes the last branch of a graph alone and loses what `finish_bundle` returns (Beam 2.77),
    which our graphs do without; it counts nothing, so that markers and row counts have to tell.
    """

    scheduler: str | None
    """tcp://host:port; None: a cluster of this machine's processes, for this run"""
    workers: int = Field(ge=1)
    """processes of that"""
    threads: int = Field(ge=1)
    """of torch, in each process"""
    partitions: int = Field(ge=1)
    """parts of the work for each thread of the cluster"""

    @property
    def is_this_machine(self) -> bool:
        return self.scheduler is None

    @property
    def bears_branches(self) -> bool:
        return False

    @property
    def torch_threads(self) -> int:
        return self.threads

    def check(self, config: "SynthConfig") -> None:
        """Dask is there, and paths mean the same to its workers."""
        try:
            import distributed  # noqa: F401
        except ImportError as error:
            raise InputError(
                f"runner=dask needs Dask ({error}): pip install 'tts-distill[synth,dask]'"
            ) from error
        if self.scheduler is not None:
            check_remote_paths(config, f"runner.scheduler={self.scheduler}")

    def run(self, build: Build, stage: Stage) -> None:
        """Run on the cluster to the end.

        Raises:
            InputError: no cluster answers, or the job has failed.
        """
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions
        from apache_beam.runners.dask.dask_runner import DaskRunner

        logging.getLogger("distributed").setLevel(logging.ERROR)  # a line for each connection
        with self._cluster() as (address, threads):
            options = PipelineOptions(
                [
                    f"--dask_client_address={address}",
                    f"--dask_connection_timeout={CONNECT_S}",
                    f"--dask_npartitions={threads * self.partitions}",
                ]
            )
            pipeline = beam.Pipeline(runner=DaskRunner(), options=options)
            build(pipeline)
            result: Any = pipeline.run()
            try:
                result.wait_until_finish()
            except InputError as error:
                raise InputError(str(error).partition(" [while running ")[0]) from error
            except Exception as error:  # KilledWorker, or whatever a worker has raised
                raise InputError(f"the {stage} job has failed: {in_one_line(error)}") from error
            finally:
                result.client.close()

    @contextmanager
    def _cluster(self) -> Iterator[tuple[str, int]]:
        """The scheduler's address, and how many threads its workers have now."""
        from distributed import Client, LocalCluster

        if self.scheduler is None:
            with LocalCluster(
                n_workers=self.workers, threads_per_worker=1, dashboard_address=None
            ) as cluster:
                yield cluster.scheduler_address, self.workers
            return
        try:
            with Client(self.scheduler, timeout=CONNECT_S) as client:
                client.wait_for_workers(1, timeout=CONNECT_S)
                threads = sum(client.nthreads().values())
        except OSError as error:  # TimeoutError among them
            raise InputError(
                f"no Dask worker answers at runner.scheduler={self.scheduler} ({error})"
            ) from error
        yield self.scheduler, threads
