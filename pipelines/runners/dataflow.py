"""`runner=dataflow`: Google Cloud Dataflow; text is planned on plain machines, speech on accelerators.

A profile is an option in conf/runner, `dataflow_a100_80` for one, that says over dataflow.yaml which
machine and accelerator a worker has.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator
from rich.console import Console

from pipelines.runners.base import Build, RunnerConfig, Stage
from pipelines.runners.dataflow_jobs import (
    failure_in_one_line,
    job_messages,
    submission_in_one_line,
)
from pipelines.runners.remote_paths import check_remote_paths
from speech import storage
from speech.errors import InputError

if TYPE_CHECKING:
    from apache_beam.options.pipeline_options import PipelineOptions

    from pipelines.config import SynthConfig

JOB_NAME = re.compile("[a-z]([-a-z0-9]*[a-z0-9])?")
SAID_BY = {
    "worker_accelerator": "runner.accelerator, accelerator_count, topology, driver and flex_start",
    "pause_on_failure": "runner.pause_on_failure",
    "use_multiple_sdk_containers": "the runner: the job that speaks has one process a machine",
    "enable_prime": "nobody: right fitting excludes worker_accelerator",
}
"""names in `service_options` and `experiments` that would contradict what this runner asks for"""


class DataflowConfig(RunnerConfig):
    """Where the two jobs of a run are submitted, and what their workers are."""

    project: str
    region: str
    zone: str | None
    """null: Dataflow picks one of the region"""
    temp_location: str
    service_account: str | None
    """the e-mail of the workers' identity; null: the project's default for Compute Engine"""
    network: str | None
    subnetwork: str | None
    """regions/REGION/subnetworks/NAME, or a full URL where the network is shared"""
    use_public_ips: bool
    labels: tuple[str, ...]
    """key=value"""
    job_name: str
    """both jobs', before -plan and -speak: of a name one job at a time may run"""
    image: str
    plan_image: str | None
    """the image of the plan's workers; null: that of `image`"""
    plan_machine_type: str
    plan_max_workers: int = Field(ge=1)
    machine_type: str
    accelerator: str
    accelerator_count: int | None = Field(ge=1)
    """of GPUs"""
    topology: str | None
    """of TPU chips on one host, as 2x2"""
    driver: Literal["default", "latest", "5xx"] | None
    """of NVIDIA, that Dataflow installs; null: none"""
    flex_start: bool
    """wait in a queue for GPUs that are scarce; takes preemptible quota"""
    harness_threads: int = Field(ge=1)
    disk_size_gb: int = Field(ge=30)
    disk_type: str | None
    num_workers: int | None = Field(ge=1)
    """at the start"""
    max_workers: int = Field(ge=1)
    autoscaling_algorithm: Literal["THROUGHPUT_BASED", "NONE"]
    element_processing_timeout_minutes: int | None = Field(ge=1)
    """after which a worker's process that is still at one unit of speech ends itself"""
    pause_on_failure: bool
    """a job whose unit failed four times waits for you, instead of failing"""
    service_options: tuple[str, ...]
    experiments: tuple[str, ...]
    wait: bool
    template_folder: str | None

    @field_validator("job_name")
    @classmethod
    def _is_a_job_name(cls, name: str) -> str:
        if not JOB_NAME.fullmatch(name):
            raise ValueError(
                f"{name}: allowed are a-z, 0-9 and -, from a letter to a letter or digit"
            )
        return name

    @field_validator("temp_location")
    @classmethod
    def _is_in_a_bucket(cls, path: str) -> str:
        if not storage.is_gcs(path):
            raise ValueError(f"{path} must be gs://bucket/path")
        return path

    @field_validator("service_options", "experiments")
    @classmethod
    def _does_not_contradict(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        for option in options:
            name = option.partition("=")[0].removeprefix("no_")
            if name in SAID_BY:
                raise ValueError(f"{option}: that is for {SAID_BY[name]}")
        return options

    @model_validator(mode="after")
    def _fits_together(self) -> "DataflowConfig":
        if (self.accelerator_count is None) == (self.topology is None):
            raise ValueError(
                "GPUs have an accelerator_count and TPUs a topology; give one, the other is null"
            )
        if self.topology and (self.driver or self.flex_start):
            raise ValueError("driver and flex_start are for GPUs; TPUs have null and false")
        if self.num_workers is None and self.autoscaling_algorithm == "NONE":
            raise ValueError("autoscaling_algorithm=NONE needs num_workers")
        if (self.num_workers or 1) > self.max_workers:
            raise ValueError(f"num_workers={self.num_workers} is above max_workers")
        return self

    @property
    def is_rehearsal(self) -> bool:
        return self.template_folder is not None

    def check(self, config: "SynthConfig") -> None:
        """Its workers are other machines."""
        if self.is_rehearsal:
            return
        if not storage.is_gcs(config.output):
            raise InputError(
                f"runner=dataflow writes from other machines: output={config.output} must be "
                "gs://bucket/path"
            )
        check_remote_paths(config, "runner=dataflow", mounts=False)

    def run(self, build: Build, stage: Stage) -> str | None:
        """Submit the stage's job and follow it to its end; speech is left alone if `wait` is false.

        Raises:
            InputError: Dataflow refuses the job, or the job fails.
        """
        import apache_beam as beam

        pipeline = beam.Pipeline(options=self.options(stage))
        build(pipeline)
        if self.template_folder:
            with _folder(self._template(stage)):
                pipeline.run()
            return f"the job's description is in {self._template(stage)}"
        name = self._name(stage)
        with submission_in_one_line(name):
            result: Any = pipeline.run()  # its own has a job_id
        page = (
            f"https://console.cloud.google.com/dataflow/jobs/{self.region}/{result.job_id()}"
            f"?project={self.project}"
        )
        Console().print(f"{name}: {page}", soft_wrap=True, highlight=False)
        if stage == "speak" and not self.wait:
            return f"{name} is submitted; run it again once that has ended"
        with failure_in_one_line(name), job_messages():
            result.wait_until_finish()
        return None

    def options(self, stage: Stage) -> "PipelineOptions":
        """Of the stage's job. The image holds code and weights: nothing is staged from here."""
        from apache_beam.options.pipeline_options import PipelineOptions

        of_stage = self._speakers() if stage == "speak" else self._planners()
        given = {**self._job(stage), **of_stage, **self._offline(stage)}
        return PipelineOptions.from_dictionary({k: v for k, v in given.items() if v is not None})

    def _job(self, stage: Stage) -> dict[str, Any]:
        return {
            "runner": "DataflowRunner",
            "project": self.project,
            "region": self.region,
            "worker_zone": self.zone,
            "temp_location": self.temp_location,
            "service_account_email": self.service_account,
            "network": self.network,
            "subnetwork": self.subnetwork,
            "use_public_ips": self.use_public_ips,
            "labels": list(self.labels),
            "job_name": self._name(stage),
            "sdk_location": "container",
            "disk_size_gb": self.disk_size_gb,
            "worker_disk_type": self.disk_type,
        }

    def _planners(self) -> dict[str, Any]:
        """A process a core, as Dataflow does by itself."""
        return {
            "sdk_container_image": self.plan_image or self.image,
            "machine_type": self.plan_machine_type,
            "max_num_workers": self.plan_max_workers,
            "dataflow_service_options": self._service_options(),
            "experiments": list(self.experiments),
        }

    def _speakers(self) -> dict[str, Any]:
        """One process a machine, so that one model has the accelerator."""
        accelerator = f"worker_accelerator={self.worker_accelerator}"
        return {
            "sdk_container_image": self.image,
            "machine_type": self.machine_type,
            "num_workers": self.num_workers,
            "max_num_workers": self.max_workers,
            "autoscaling_algorithm": self.autoscaling_algorithm,
            "number_of_worker_harness_threads": self.harness_threads,
            "element_processing_timeout_minutes": self.element_processing_timeout_minutes,
            "dataflow_service_options": [accelerator, *self._service_options()],
            "experiments": ["no_use_multiple_sdk_containers", *self.experiments],
        }

    def _service_options(self) -> list[str]:
        return [*(["pause_on_failure"] if self.pause_on_failure else []), *self.service_options]

    @property
    def worker_accelerator(self) -> str:
        """As Dataflow's service option of that name spells it."""
        size = f"topology:{self.topology}" if self.topology else f"count:{self.accelerator_count}"
        parts = [f"type:{self.accelerator}", size]
        if self.driver:
            version = "" if self.driver == "default" else f":{self.driver}"
            parts.append(f"install-nvidia-driver{version}")
        if self.flex_start:
            parts.append("provisioning_model:FLEX_START")
        return ";".join(parts)

    def _offline(self, stage: Stage) -> dict[str, Any]:
        """What a description needs in place of credentials and a bucket: nobody is asked."""
        if not self.template_folder:
            return {}
        return {
            "template_location": str(self._template(stage)),
            "staging_location": str(self._template(stage).parent),
            "dataflow_endpoint": "http://localhost:1",
            "no_auth": True,
        }

    def _template(self, stage: Stage) -> Path:
        return Path(self.template_folder or "", stage, "job.json")

    def _name(self, stage: Stage) -> str:
        return f"{self.job_name}-{stage}"


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise InputError(f"runner.template_folder: cannot write {path}: {error}") from error
