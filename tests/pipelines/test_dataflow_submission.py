"""A run on Dataflow from the launcher's side, against a stand-in for its API and for storage.

The stand-in takes a job, fetches the graph that was staged for it, runs it here and tells how it
ended.
"""

import http.server
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability import common_urns, python_urns
from apache_beam.portability.api import beam_runner_api_pb2
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from fakes import fake_config, open_fake_studio, synth_fake, write_corpus

import pipelines.jobs.worker
import pipelines.run.preparation
from pipelines import synth
from pipelines.config import SynthConfig
from pipelines.runners.base import Stage
from pipelines.runners.dataflow import DataflowConfig
from speech import storage
from speech.errors import InputError

JOBS = "/v1b3/projects/project/locations/us-central1/jobs"
DONE, FAILED = "JOB_STATE_DONE", "JOB_STATE_FAILED"
ASKED = 4
"""times after which a job has ended; its messages are read between"""


class Dataflow(http.server.BaseHTTPRequestHandler):
    """Takes jobs, and runs each before it says that it is done."""

    jobs: ClassVar[dict[str, dict[str, Any]]]
    asked: ClassVar[Counter[str]]
    fails: ClassVar[bool] = False
    refuses: ClassVar[bool] = False

    def do_POST(self) -> None:
        job = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path.partition("?")[0] == JOBS
        if self.refuses:
            return self._answer({"error": {"code": 403, "message": "no permission"}}, 403)
        if job["name"] in self.jobs:  # as a job that is still running is answered
            return self._answer(self.jobs[job["name"]])
        job |= {"id": job["name"], "currentState": "JOB_STATE_PENDING"}
        self.jobs[job["name"]] = job
        return self._answer(job)

    def do_GET(self) -> None:
        name, _, what = self.path.partition("?")[0].removeprefix(f"{JOBS}/").partition("/")
        job = self.jobs[name]
        if what == "messages":
            level = "JOB_MESSAGE_ERROR" if self.fails else "JOB_MESSAGE_BASIC"
            text = "a worker lost contact" if self.fails else "Worker pool stopped."
            message = {"id": "1", "time": "2026-01-01T00:00:00Z", "messageText": text}
            return self._answer({"jobMessages": [{**message, "messageImportance": level}]})
        self.asked[name] += 1
        if self.asked[name] < ASKED:
            job["currentState"] = "JOB_STATE_RUNNING"
        elif job["currentState"] == "JOB_STATE_RUNNING":
            if not self.fails:
                run_staged(job)
            job["currentState"] = FAILED if self.fails else DONE
        return self._answer(job)

    def _answer(self, body: dict[str, Any], status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


def run_staged(job: dict[str, Any]) -> None:
    """Run the graph of a job in this process, in place of its image."""
    staged = job["environment"]["sdkPipelineOptions"]["options"]["pipelineUrl"]
    graph = beam_runner_api_pb2.Pipeline.FromString(storage.read_bytes(staged))
    for environment in graph.components.environments.values():
        assert environment.urn == common_urns.environments.DOCKER.urn
        environment.urn, environment.payload = python_urns.EMBEDDED_PYTHON, b""
        del environment.dependencies[:]
    FnApiRunner().run_via_runner_api(graph, PipelineOptions([])).wait_until_finish()


@pytest.fixture
def dataflow(monkeypatch) -> Iterator[type[Dataflow]]:
    """The API, and a launcher that asks it, without credentials, more often than every 5 s."""

    class Own(Dataflow):
        jobs: ClassVar[dict[str, dict[str, Any]]] = {}
        asked: ClassVar[Counter[str]] = Counter()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Own) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://localhost:{server.server_port}"
        options = DataflowConfig._job

        def asks_here(self: DataflowConfig, stage: Stage) -> dict[str, Any]:
            return {**options(self, stage), "dataflow_endpoint": endpoint, "no_auth": True}

        sleep = time.sleep
        monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.05)))
        monkeypatch.setattr(DataflowConfig, "_job", asks_here)
        monkeypatch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
        monkeypatch.setattr(pipelines.jobs.worker, "load_models", open_fake_studio)
        yield Own
        server.shutdown()


@pytest.fixture
def config(gcs_bucket, tmp_path) -> SynthConfig:
    corpus = f"{gcs_bucket}/corpus.txt"
    storage.write_bytes(corpus, Path(write_corpus(tmp_path / "corpus.txt", 60)).read_bytes())
    given = ("project=project", f"temp_location={gcs_bucket}/tmp", "image=registry/worker:1")
    overrides = ("runner=dataflow", *(f"runner.{key}" for key in given))
    return fake_config(f"{gcs_bucket}/dataset", corpus, *overrides)


def contents(output: str) -> dict[str, bytes]:
    names = [f"data/{name}" for name in storage.list_names(f"{output}/data")]
    return {name: storage.read_bytes(f"{output}/{name}") for name in names}


def test_the_launcher_finishes_what_was_submitted(dataflow, config, tmp_path, capfd):
    assert synth.main(config) == 0
    assert dataflow.jobs
    assert {job["currentState"] for job in dataflow.jobs.values()} == {DONE}
    assert json.loads(storage.read_bytes(f"{config.output}/manifest.json"))["counts"]["lines"] == 60
    told = capfd.readouterr()
    assert "https://console.cloud.google.com/dataflow/jobs/us-central1/tts-distill-" in told.out
    assert "Worker pool stopped." in told.err
    here = fake_config(str(tmp_path / "out"), str(tmp_path / "corpus.txt"))
    assert synth_fake(here) == 0
    assert contents(config.output) == contents(str(tmp_path / "out")) != {}


def test_speech_that_is_not_waited_for_is_described_later(dataflow, config):
    left = config.runner.model_copy(update={"wait": False})
    config = config.model_copy(update={"runner": left})
    assert synth.main(config) == 0
    assert dataflow.jobs["tts-distill-plan"]["currentState"] == DONE  # speech needs it
    assert dataflow.jobs["tts-distill-speak"]["currentState"] == "JOB_STATE_PENDING"
    assert not storage.exists(f"{config.output}/manifest.json")
    run_staged(dataflow.jobs["tts-distill-speak"])
    assert synth.main(config) == 0
    assert storage.exists(f"{config.output}/manifest.json")


def test_a_job_that_fails_is_one_line(dataflow, config):
    dataflow.fails = True
    with pytest.raises(
        InputError, match=r"tts-distill-.*a worker lost contact; run it again"
    ) as told:
        synth.main(config)
    assert "\n" not in str(told.value)


def test_a_job_that_is_not_taken_is_one_line(dataflow, config):
    dataflow.refuses = True
    with pytest.raises(
        InputError, match=r"^tts-distill-.* is not submitted: .*no permission"
    ) as told:
        synth.main(config)
    assert "\n" not in str(told.value)


def test_a_job_that_runs_already_is_not_submitted_again(dataflow, config):
    for name in ("tts-distill-plan", "tts-distill-speak"):
        dataflow.jobs[name] = {"id": name, "name": name, "clientRequestId": "another launcher"}
    with pytest.raises(InputError, match=r"^tts-distill-.* is running already"):
        synth.main(config)
