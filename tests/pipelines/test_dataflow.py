"""What `runner=dataflow` asks Google for, in each of its profiles, and what it refuses."""

from pathlib import Path
from typing import Any

import pytest
from dataflow_profiles import GIVEN, IMAGE, PROFILES, runner_of
from fakes import fake_config

from pipelines.runners.base import Stage
from speech.errors import InputError


def options_of(profile: str, stage: Stage, *overrides: str) -> dict[str, Any]:
    """What differs from Beam's own defaults."""
    return runner_of(profile, *overrides).options(stage).get_all_options(drop_default=True)


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
        (["driver=580.65.06"], "allowed is default, latest, 5xx or null"),
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


REMOTE = ("output=gs://b/out", "corpus.paths=[gs://b/c.txt]", "voices.manifest=gs://b/v.jsonl")


@pytest.mark.parametrize("path", ["here/file", "/here/file"])
@pytest.mark.parametrize(
    ("key", "allowed"),
    [
        ("output", "must be gs://bucket/path"),
        ("corpus.paths[0]", "allowed: gs:// or hf://"),
        ("corpus.lexicon", "allowed: gs://"),
        ("voices.manifest", "allowed: gs://"),
    ],
)
def test_what_other_machines_cannot_reach_is_refused(tmp_path, key, allowed, path):
    given = f"corpus.paths=[{path}]" if key == "corpus.paths[0]" else f"{key}={path}"
    config = fake_config(str(tmp_path), "c.txt", "runner=dataflow", *GIVEN, *REMOTE, given)
    with pytest.raises(InputError, match="other machines") as refusal:
        config.runner.check(config)
    assert str(refusal.value).endswith(allowed)
    assert f"{key}={path}" in str(refusal.value)


def test_what_other_machines_can_reach_is_not(tmp_path):
    """Weights may be in the image."""
    more = ("corpus.lexicon=package://speech/text/lexicon_en.tsv", "corpus.paths=[hf://a/b]")
    for given in ((), more):
        config = fake_config(str(tmp_path), "c.txt", "runner=dataflow", *GIVEN, *REMOTE, *given)
        config.runner.check(config)
