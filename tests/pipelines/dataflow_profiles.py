"""The profiles of `runner=dataflow`, and a runner of one of them, which its tests share."""

from fakes import fake_config

from pipelines.runners.dataflow import DataflowConfig

IMAGE = "europe-docker.pkg.dev/project/repository/worker:1"
GIVEN = ("runner.project=project", "runner.temp_location=gs://bucket/tmp", f"runner.image={IMAGE}")
PROFILES = {
    "dataflow": ("g2-standard-8", "type:nvidia-l4;count:1;install-nvidia-driver"),
    "dataflow_a100_40": ("a2-highgpu-1g", "type:nvidia-tesla-a100;count:1;install-nvidia-driver"),
    "dataflow_a100_80": ("a2-ultragpu-1g", "type:nvidia-a100-80gb;count:1;install-nvidia-driver"),
    "dataflow_h100": (
        "a3-highgpu-1g",
        "type:nvidia-h100-80gb;count:1;install-nvidia-driver;provisioning_model:FLEX_START",
    ),
    "dataflow_tpu_v5e": ("ct5lp-hightpu-1t", "type:tpu-v5-lite-podslice;topology:1x1"),
    "dataflow_tpu_v6e": ("ct6e-standard-1t", "type:tpu-v6e-slice;topology:1x1"),
}


def runner_of(profile: str, *overrides: str) -> DataflowConfig:
    config = fake_config("gs://bucket/out", "c.txt", f"runner={profile}", *GIVEN, *overrides)
    assert isinstance(config.runner, DataflowConfig)
    return config.runner
