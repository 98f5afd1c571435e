"""`runner=dataflow` as Google would get it: the jobs' JSON and graph, built with no network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from fakes import fake_config, write_corpus

import pipelines.run_plan
from pipelines import synth
from pipelines.runners.base import Stage
from pipelines.runners.dataflow import DataflowConfig
from speech.errors import InputError

IMAGE = "europe-docker.pkg.dev/project/repository/worker:1"
GIVEN = ("runner.project=project", "runner.temp_location=gs://bucket/tmp", f"runner.image={IMAGE}")
SERVICE = "runner.service_account=worker@project.iam.gserviceaccount.com"
PLACE = (
    "runner.region=europe-west4",
    "runner.zone=europe-west4-a",
    "runner.network=speech",
    "runner.subnetwork=regions/europe-west4/subnetworks/speech",
    "runner.use_public_ips=false",
    SERVICE,
)
Pipeline = beam_runner_api_pb2.Pipeline
GROUPING = "beam:transform:group_by_key:v1"
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


def options_of(profile: str, stage: Stage, *overrides: str) -> dict[str, Any]:
    """What differs from Beam's own defaults."""
    return runner_of(profile, *overrides).options(stage).get_all_options(drop_default=True)


def job_of(folder: Path, profile: str, stage: Stage, *overrides: str) -> dict[str, Any]:
    """The JSON of a job of one step."""
    runner = runner_of(profile, f"runner.template_folder={folder}", *overrides)
    runner.run(lambda pipeline: pipeline | beam.Create(["ids"]), stage)
    return json.loads((folder / stage / "job.json").read_text())


@pytest.fixture(scope="module", autouse=True)
def _nobody_asks_for_credentials(tmp_path_factory):
    """Looking for them takes 21 s; these cannot be read."""
    with pytest.MonkeyPatch.context() as patch:
        missing = tmp_path_factory.mktemp("credentials") / "missing.json"
        patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(missing))
        yield


# what each profile asks for


def test_every_profile_is_known_here():
    files = Path(__file__).parents[2] / "conf" / "runner"
    assert {path.stem for path in files.glob("dataflow*.yaml")} == PROFILES.keys()


@pytest.mark.parametrize("profile", PROFILES)
def test_speech_has_the_machine_and_accelerator_of_its_profile(profile):
    machine, accelerator = PROFILES[profile]
    asked = options_of(profile, "speak")
    assert asked["machine_type"] == machine
    assert asked["dataflow_service_options"] == [f"worker_accelerator={accelerator}"]
    assert asked["experiments"] == ["no_use_multiple_sdk_containers"]  # one model a machine
    assert asked["number_of_worker_harness_threads"] == 1  # and one unit at a time in it
    assert asked["element_processing_timeout_minutes"] == 60
    assert asked["job_name"] == "tts-distill-speak"
    assert asked["max_num_workers"] == 4
    assert asked["autoscaling_algorithm"] == "THROUGHPUT_BASED"
    assert (asked["sdk_container_image"], asked["sdk_location"]) == (IMAGE, "container")


@pytest.mark.parametrize("profile", PROFILES)
def test_text_is_planned_without_an_accelerator(profile):
    asked = options_of(profile, "plan")
    assert asked["machine_type"] == "n2-standard-4"
    assert asked["job_name"] == "tts-distill-plan"
    assert (asked["sdk_container_image"], asked["max_num_workers"]) == (IMAGE, 4)
    of_speech = {
        "dataflow_service_options",
        "experiments",
        "number_of_worker_harness_threads",
        "element_processing_timeout_minutes",
        "num_workers",
    }
    assert of_speech & asked.keys() == set()


def test_text_may_have_an_image_and_workers_of_its_own():
    own = ("runner.plan_image=small:1", "runner.plan_machine_type=n2-highcpu-8")
    asked = options_of("dataflow", "plan", *own, "runner.plan_max_workers=9")
    assert (asked["sdk_container_image"], asked["machine_type"]) == ("small:1", "n2-highcpu-8")
    assert asked["max_num_workers"] == 9
    assert options_of("dataflow", "speak", *own)["sdk_container_image"] == IMAGE


@pytest.mark.parametrize(
    ("driver", "installed"),
    [
        ("null", ""),
        ("default", ";install-nvidia-driver"),
        ("latest", ";install-nvidia-driver:latest"),
        ("5xx", ";install-nvidia-driver:5xx"),
    ],
)
def test_the_driver_is_chosen(driver, installed):
    runner = runner_of("dataflow", f"runner.driver={driver}", "runner.accelerator_count=2")
    assert runner.worker_accelerator == f"type:nvidia-l4;count:2{installed}"


@pytest.mark.parametrize("stage", ["plan", "speak"])
def test_free_options_come_after_ours(stage):
    free = (
        "runner.service_options=[enable_preflight_validation=false,x]",
        "runner.experiments=[y]",
    )
    asked = options_of("dataflow", stage, *free, "runner.pause_on_failure=true")
    more = ["pause_on_failure", "enable_preflight_validation=false", "x"]
    ours = [f"worker_accelerator={PROFILES['dataflow'][1]}"] if stage == "speak" else []
    assert asked["dataflow_service_options"] == ours + more
    one = ["no_use_multiple_sdk_containers"] if stage == "speak" else []
    assert asked["experiments"] == [*one, "y"]


# what is refused, in one line


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["service_options=[worker_accelerator=type:nvidia-l4]"], "that is for runner.accelerator"),
        (["service_options=[pause_on_failure]"], "that is for runner.pause_on_failure"),
        (["service_options=[enable_prime]"], "right fitting excludes worker_accelerator"),
        (["experiments=[use_multiple_sdk_containers]"], "one process a machine"),
        (["experiments=[no_use_multiple_sdk_containers]"], "one process a machine"),
        (["topology=1x1"], "GPUs have an accelerator_count and TPUs a topology"),
        (["accelerator_count=null"], "GPUs have an accelerator_count and TPUs a topology"),
        (["accelerator_count=null", "topology=1x1"], "driver and flex_start are for GPUs"),
        (["driver=580.65.06"], "allowed is default or latest or 5xx or null"),
        (["num_workers=5"], "num_workers=5 is above max_workers"),
        (["autoscaling_algorithm=NONE"], "needs num_workers"),
        (["temp_location=/tmp"], "must be gs://bucket/path"),
        (["job_name=Speech_1"], "allowed are a-z, 0-9 and -"),
    ],
)
def test_what_contradicts_itself_is_refused(overrides, told):
    with pytest.raises(InputError) as refusal:
        runner_of("dataflow", *(f"runner.{override}" for override in overrides))
    assert told in str(refusal.value)
    assert str(refusal.value).startswith("runner")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("missing", ["project", "temp_location", "image"])
def test_what_only_the_user_knows_is_asked_for(tmp_path, missing):
    given = [override for override in GIVEN if f"runner.{missing}=" not in override]
    with pytest.raises(InputError, match=missing) as refusal:
        fake_config(str(tmp_path / "out"), "corpus.txt", "runner=dataflow", *given)
    assert "\n" not in str(refusal.value)


def test_what_other_machines_cannot_reach_is_refused(tmp_path):
    for output, corpus in ((str(tmp_path), "gs://b/c.txt"), ("gs://b/out", "c.txt")):
        config = fake_config(output, corpus, "runner=dataflow", *GIVEN)
        with pytest.raises(InputError, match="other machines"):
            config.runner.check(config)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"^runner.template_folder: cannot write"):
        job_of(tmp_path / "file", "dataflow", "speak")


# the JSON that would be sent


def test_a_job_says_where_it_runs_and_for_whom(tmp_path):
    workers = ("runner.num_workers=2", "runner.max_workers=8", "runner.autoscaling_algorithm=NONE")
    disk = ("runner.disk_size_gb=200", "runner.disk_type=pd-ssd")
    labels = "runner.labels=['team=speech','run=7']"
    pause = "runner.pause_on_failure=true"
    job = job_of(tmp_path, "dataflow_h100", "speak", *PLACE, *workers, *disk, labels, pause)
    assert job["name"] == "tts-distill-speak"
    assert job["labels"] == {"team": "speech", "run": "7"}
    environment = job["environment"]
    assert environment["workerZone"] == "europe-west4-a"
    assert environment["serviceAccountEmail"] == SERVICE.partition("=")[2]
    machine, accelerator = PROFILES["dataflow_h100"]
    assert environment["serviceOptions"] == [
        f"worker_accelerator={accelerator}",
        "pause_on_failure",
    ]
    (pool,) = environment["workerPools"]
    assert pool["machineType"] == machine
    assert (pool["diskSizeGb"], pool["diskType"]) == (200, "pd-ssd")
    assert (pool["network"], pool["subnetwork"]) == (
        "speech",
        "regions/europe-west4/subnetworks/speech",
    )
    assert pool["ipConfiguration"] == "WORKER_IP_PRIVATE"
    assert pool["numWorkers"] == 2
    assert pool["autoscalingSettings"] == {
        "algorithm": "AUTOSCALING_ALGORITHM_NONE",
        "maxNumWorkers": 8,
    }
    options = environment["sdkPipelineOptions"]["options"]
    assert options["element_processing_timeout_minutes"] == 60
    assert (options["project"], options["region"]) == ("project", "europe-west4")


def test_a_tpu_job_installs_no_driver(tmp_path):
    environment = job_of(tmp_path, "dataflow_tpu_v5e", "speak")["environment"]
    machine, accelerator = PROFILES["dataflow_tpu_v5e"]
    assert environment["serviceOptions"] == [f"worker_accelerator={accelerator}"]
    assert environment["workerPools"][0]["machineType"] == machine
    assert "no_use_multiple_sdk_containers" in environment["experiments"]


def test_the_plans_job_has_plain_machines(tmp_path):
    environment = job_of(tmp_path, "dataflow", "plan", *PLACE)["environment"]
    (pool,) = environment["workerPools"]
    assert pool["machineType"] == "n2-standard-4"
    assert pool["ipConfiguration"] == "WORKER_IP_PRIVATE"
    assert environment["serviceAccountEmail"] == SERVICE.partition("=")[2]
    assert "serviceOptions" not in environment
    assert "use_multiple_sdk_containers" in environment["experiments"]  # Beam's own choice
    assert "worker_accelerator" not in json.dumps(environment)


# both jobs, as the pipeline builds them


@pytest.fixture(scope="module")
def jobs(tmp_path_factory) -> Path:
    """The folder with a folder for each job: job.json and, beside it, pipeline.pb."""
    folder = tmp_path_factory.mktemp("dataflow")
    corpus = write_corpus(folder / "corpus.txt", 30)
    template = f"runner.template_folder={folder}/jobs"
    config = fake_config(str(folder / "out"), corpus, "runner=dataflow", *GIVEN, template)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run_plan, "check_voices", lambda *_: None)
        assert synth.main(config) == 0
    return folder / "jobs"


@pytest.fixture(scope="module")
def environment(jobs) -> dict:
    return json.loads((jobs / "speak" / "job.json").read_text())["environment"]


@pytest.fixture(scope="module")
def graph(jobs) -> Pipeline:
    return graph_of(jobs, "speak")


def graph_of(jobs: Path, stage: Stage) -> Pipeline:
    return Pipeline.FromString((jobs / stage / "pipeline.pb").read_bytes())


def test_one_model_has_the_gpu_to_itself(environment):
    """One SDK process a machine, and one bundle at a time in it."""
    assert "no_use_multiple_sdk_containers" in environment["experiments"]
    assert "use_multiple_sdk_containers" not in environment["experiments"]
    (pool,) = environment["workerPools"]
    assert pool["numThreadsPerWorker"] == 1


def test_every_step_runs_in_the_image_as_it_is(environment, graph):
    """Code and weights are in it: nothing is staged that this machine holds."""
    (docker,) = graph.components.environments.values()
    assert IMAGE in docker.payload.decode()
    (pool,) = environment["workerPools"]
    assert [image["containerImage"] for image in pool["sdkHarnessContainerImages"]] == [IMAGE]
    packages = [package["name"] for package in pool["packages"]]
    assert packages == ["submission_environment_dependencies.txt"]


def test_text_is_grouped_by_the_job_without_an_accelerator(jobs):
    environment = json.loads((jobs / "plan" / "job.json").read_text())["environment"]
    assert "serviceOptions" not in environment
    graph = graph_of(jobs, "plan")
    assert any(t.spec.urn == GROUPING for t in upstream(graph, step(graph, "Write text")))


def test_audio_never_crosses_a_shuffle(graph):
    """Markers are what comes out, and nobody waits for them."""
    assert downstream(graph, step(graph, "Speak, judge, write")) == []


def step(graph: Pipeline, name: str) -> Any:
    (found,) = (t for t in graph.components.transforms.values() if t.unique_name == name)
    return found


def downstream(graph: Pipeline, start) -> list:
    """Every transform that something of `start` reaches."""
    return list(_walk(graph, start, "outputs", "inputs"))


def upstream(graph: Pipeline, start) -> list:
    return list(_walk(graph, start, "inputs", "outputs"))


def _walk(graph: Pipeline, start, leaving: str, entering: str) -> Iterator:
    waiting, seen = [start], {start.unique_name}
    while waiting:
        edges = set(getattr(waiting.pop(), leaving).values())
        for transform in graph.components.transforms.values():
            reached = edges & set(getattr(transform, entering).values())
            if reached and transform.unique_name not in seen:
                seen.add(transform.unique_name)
                waiting.append(transform)
                yield transform
