"""`runner=dataflow`: Google Cloud Dataflow."""

from typing import TYPE_CHECKING

from pydantic import Field

from pipelines.runners.base import Build, RunnerConfig, Stage
from speech import storage
from speech.errors import InputError

if TYPE_CHECKING:
    from apache_beam.options.pipeline_options import PipelineOptions

    from pipelines.config import SynthConfig


class DataflowConfig(RunnerConfig):
    """Google Cloud Dataflow with one model for each worker's GPU."""

    project: str
    region: str
    temp_location: str
    image: str
    plan_machine_type: str
    machine_type: str
    accelerator: str
    accelerator_count: int = Field(ge=1)
    harness_threads: int = Field(ge=1)
    disk_size_gb: int = Field(ge=30)
    max_workers: int = Field(ge=1)
    job_name: str
    wait: bool
    template_location: str | None

    @property
    def is_rehearsal(self) -> bool:
        return self.template_location is not None

    def check(self, config: "SynthConfig") -> None:
        """Its workers are other machines."""
        if self.is_rehearsal:
            return
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

    def run(self, build: Build, stage: Stage) -> str | None:
        """Submit the stage's job, and wait if asked to."""
        import apache_beam as beam

        pipeline = beam.Pipeline(options=self.options(stage))
        build(pipeline)
        result = pipeline.run()
        if self.template_location:
            return f"job written to {self._template(stage)}"
        if self.wait:
            result.wait_until_finish()
        state = f"job {self.job_name}-{stage} in {self.project}: {result.state}"
        return None if self.wait else state

    def options(self, stage: Stage) -> "PipelineOptions":
        """Text is planned without accelerators; speech has one SDK process a machine, so that one
        model has the GPU. The image holds code and weights."""
        from apache_beam.options.pipeline_options import PipelineOptions

        accelerated = {
            "machine_type": self.machine_type,
            "number_of_worker_harness_threads": self.harness_threads,
            "dataflow_service_options": f"worker_accelerator=type:{self.accelerator};"
            f"count:{self.accelerator_count};install-nvidia-driver",
            "experiments": "no_use_multiple_sdk_containers",
        }
        options = {
            "runner": "DataflowRunner",
            "project": self.project,
            "region": self.region,
            "temp_location": self.temp_location,
            "job_name": f"{self.job_name}-{stage}",
            "disk_size_gb": self.disk_size_gb,
            "max_num_workers": self.max_workers,
            "sdk_container_image": self.image,
            "sdk_location": "container",
            **({"machine_type": self.plan_machine_type} if stage == "plan" else accelerated),
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        if self.template_location:
            # with no submission there is nobody to ask: no credentials, no staging bucket
            flags += [
                f"--template_location={self._template(stage)}",
                f"--staging_location={self.template_location.rpartition('/')[0]}",
                "--dataflow_endpoint=http://localhost:1",
                "--no_auth",
            ]
        return PipelineOptions(flags)

    def _template(self, stage: Stage) -> str | None:
        """job.json for the speech, job-plan.json for the text."""
        if self.template_location is None or stage == "speak":
            return self.template_location
        stem, dot, suffix = self.template_location.rpartition(".")
        return f"{stem}-{stage}{dot}{suffix}"
