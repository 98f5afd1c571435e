"""Where the pipeline runs: this process, or Dataflow."""

import logging
import os
from collections.abc import Callable

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipelines.config import DataflowConfig, DirectConfig
from speech.errors import InputError

Build = Callable[[beam.Pipeline], object]


def run_direct(build: Build) -> None:
    """Run in this process and thread, and return when it has ended.

    FnApiRunner by name: `DirectRunner` would try to download another engine, and run a different
    one on machines with and without a network. In memory, whatever the number of workers (they are
    `WriteShards`' own threads): Beam's workers over gRPC flush their output each second from a
    thread that may cut an element in two or lose it (Beam 2.77's `data_plane.py`,
    `TimeBasedBufferingClosableOutputStream`), and some runs died of it.
    """
    options = PipelineOptions(direct_num_workers=1, direct_running_mode="in_memory")
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=options)
    build(pipeline)
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)  # it prints what it also raises
    try:
        pipeline.run().wait_until_finish()
    except InputError as error:
        raise InputError(str(error).partition(" [while running ")[0]) from error


def direct_workers(config: DirectConfig) -> int:
    """Shards that are made at a time."""
    return config.workers or default_workers()


def default_workers() -> int:
    import torch

    return 1 if torch.cuda.is_available() else min(os.cpu_count() or 1, 4)


def run_dataflow(build: Build, config: DataflowConfig) -> str:
    """Submit the job, wait if asked to, and return its state (or where its JSON was written)."""
    pipeline = beam.Pipeline(options=dataflow_options(config))
    build(pipeline)
    result = pipeline.run()
    if config.template_location:
        return f"job written to {config.template_location}"
    if config.wait:
        result.wait_until_finish()
    return f"job {config.job_name} in {config.project}: {result.state}"


def dataflow_options(config: DataflowConfig) -> PipelineOptions:
    """One SDK process a machine, so that one model has the GPU; the image holds code and weights."""
    accelerator = (
        f"worker_accelerator=type:{config.accelerator};count:{config.accelerator_count};"
        "install-nvidia-driver"
    )
    options = {
        "runner": "DataflowRunner",
        "project": config.project,
        "region": config.region,
        "temp_location": config.temp_location,
        "job_name": config.job_name,
        "machine_type": config.machine_type,
        "disk_size_gb": config.disk_size_gb,
        "max_num_workers": config.max_workers,
        "number_of_worker_harness_threads": config.harness_threads,
        "sdk_container_image": config.image,
        "sdk_location": "container",
        "dataflow_service_options": accelerator,
        "experiments": "no_use_multiple_sdk_containers",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    if config.template_location:
        # with no submission there is nobody to ask: no credentials, no staging bucket
        flags += [
            f"--template_location={config.template_location}",
            f"--staging_location={config.template_location.rpartition('/')[0]}",
            "--dataflow_endpoint=http://localhost:1",
            "--no_auth",
        ]
    return PipelineOptions(flags)
