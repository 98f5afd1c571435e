"""The jobs of `runner=dataflow` as Google would get them: JSON and graphs, built with no network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from dataflow_profiles import GIVEN, IMAGE, PROFILES, runner_of
from fakes import fake_config, write_corpus

import pipelines.run.preparation
from pipelines import synth
from pipelines.runners.base import Stage
from speech.errors import InputError

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


@pytest.fixture(scope="module", autouse=True)
def _nobody_asks_for_credentials(tmp_path_factory):
    """Looking for them takes 21 s; these cannot be read."""
    with pytest.MonkeyPatch.context() as patch:
        missing = tmp_path_factory.mktemp("credentials") / "missing.json"
        patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(missing))
        yield


def job_of(folder: Path, profile: str, stage: Stage, *overrides: str) -> dict[str, Any]:
    """The JSON of a job of one step."""
    runner = runner_of(profile, f"runner.template_folder={folder}", *overrides)
    runner.run(lambda pipeline: pipeline | beam.Create(["ids"]), stage)
    return json.loads((folder / stage / "job.json").read_text())


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
        patch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
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
