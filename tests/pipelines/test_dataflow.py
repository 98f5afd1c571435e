"""`runner=dataflow` as Google would get it: the job's JSON and graph, built with no network."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from fakes import fake_config, write_corpus

import pipelines.run_plan
from pipelines import synth
from speech.errors import InputError

IMAGE = "europe-docker.pkg.dev/project/repository/worker:1"
DATAFLOW = (
    "runner=dataflow",
    "runner.project=project",
    "runner.temp_location=gs://bucket/tmp",
    f"runner.image={IMAGE}",
)
Pipeline = beam_runner_api_pb2.Pipeline
GROUPING = "beam:transform:group_by_key:v1"


@pytest.fixture(scope="module")
def job(tmp_path_factory) -> Path:
    """The folder with job.json and, beside it, pipeline.pb."""
    folder = tmp_path_factory.mktemp("dataflow")
    corpus = write_corpus(folder / "corpus.txt", 30)
    template = f"runner.template_location={folder}/job/job.json"
    (folder / "job").mkdir()
    config = fake_config(str(folder / "out"), corpus, *DATAFLOW, template)
    started = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run_plan, "check_voices", lambda *_: None)
        patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(folder / "missing.json"))  # if asked
        assert synth.main(config) == 0
    assert time.monotonic() - started < 20  # looking for credentials alone takes 21 s
    return folder / "job"


@pytest.fixture(scope="module")
def environment(job) -> dict:
    return json.loads((job / "job.json").read_text())["environment"]


@pytest.fixture(scope="module")
def graph(job) -> Pipeline:
    return Pipeline.FromString((job / "pipeline.pb").read_bytes())


def test_the_job_asks_for_machine_image_and_accelerator(environment):
    (pool,) = environment["workerPools"]
    assert pool["machineType"] == "g2-standard-8"
    assert pool["diskSizeGb"] == 100
    assert pool["autoscalingSettings"] == {"maxNumWorkers": 4}
    assert [image["containerImage"] for image in pool["sdkHarnessContainerImages"]] == [IMAGE]
    options = environment["sdkPipelineOptions"]["options"]
    accelerator = "worker_accelerator=type:nvidia-l4;count:1;install-nvidia-driver"
    assert options["dataflow_service_options"] == [accelerator]
    assert (options["project"], options["region"]) == ("project", "us-central1")


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
    packages = [package["name"] for package in environment["workerPools"][0]["packages"]]
    assert packages == ["submission_environment_dependencies.txt"]


def test_audio_never_crosses_a_shuffle(graph):
    transforms = graph.components.transforms.values()
    (speaks,) = (t for t in transforms if t.unique_name == "Speak, judge, write")
    assert any(t.spec.urn == GROUPING for t in upstream(graph, speaks))
    after = downstream(graph, speaks)
    assert [
        t.unique_name for t in after if "reshuffle" in t.spec.urn or t.spec.urn == GROUPING
    ] == []
    assert after == []  # markers are what comes out, and nobody waits for them


@pytest.mark.parametrize("missing", ["project", "temp_location", "image"])
def test_what_only_the_user_knows_is_asked_for(tmp_path, missing):
    given = [override for override in DATAFLOW if f"runner.{missing}=" not in override]
    with pytest.raises(InputError, match=missing) as refusal:
        fake_config(str(tmp_path / "out"), "corpus.txt", *given)
    assert "\n" not in str(refusal.value)


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
