"""What a plan says of machines, money and places: the dated table, and what is not in it."""

import io
import json
from dataclasses import replace

import pytest
import yaml
from fakes import FakeGate, FakeTeacher, fake_config, open_fake_studio, write_corpus
from google.cloud.storage import Blob, Client
from rich.console import Console

from pipelines import synth
from pipelines.planning import speaking
from pipelines.planning.cautions import cautions
from pipelines.planning.config import PlanConfig
from pipelines.planning.estimate import Estimate, estimate
from pipelines.planning.machines import cost_of
from pipelines.planning.requests import count_requests, storage_cost
from pipelines.planning.speaking import Heard
from pipelines.planning.table import as_json
from pipelines.verdict import Verdict
from speech.config import CONF_DIR, load_config
from speech.dataset.markers import finished, summarize
from speech.errors import InputError
from teacher.voices import load_bank

BASE = ("teacher=f5_base", "license.allow=[CC-BY-NC-4.0,MIT]")
DATAFLOW = (
    *BASE,
    "runner=dataflow",
    "runner.project=p",
    "runner.temp_location=gs://b/tmp",
    "runner.image=i",
    "output=gs://b/dataset",
)
ANCHORS = {
    "dataflow_t4": 0.42,
    "dataflow_l4": 0.672,
    "dataflow_a100_40": 3.72,
    "dataflow_a100_80": 4.7137,
    "gcp_h100_spot": 6.571,
    "gcp_h100": 10.979,
    "runpod_h100_low": 2.69,
    "runpod_h100_high": 3.99,
    "aws_h100": 6.88,
    "azure_h100": 12.29,
}


def config_of(*overrides: str) -> PlanConfig:
    return load_config(PlanConfig, "plan", overrides)


def warned(*overrides: str, units: int = 100) -> list[str]:
    config = config_of(*overrides)
    return list(cautions(config, load_bank(config.voices), units))


def cost(name: str, *overrides: str, units: int = 100):
    return cost_of(config_of(*overrides), name, Heard(times_real_time=5.0), 1000.0, units)


def test_prices_are_those_that_were_read_and_no_others():
    prices = config_of().prices
    assert {n: p.usd_an_hour for n, p in prices.profiles.items() if p.usd_an_hour} == ANCHORS
    rates = prices.dataflow
    assert (rates.usd_a_vcpu_hour, rates.usd_a_memory_gb_hour) == (0.056, 0.003557)
    assert rates.usd_a_disk_gb_hour == 0.000054
    by_class = {name: one.usd_a_gib_month for name, one in prices.storage.classes.items()}
    assert by_class == {"standard": 0.020, "nearline": 0.010, "coldline": 0.004, "archive": 0.0012}
    table = yaml.safe_load((CONF_DIR / "prices/gcp_2026.yaml").read_text())
    for entry in (table["dataflow"], table["storage"], *table["profiles"].values()):
        assert entry["source"]
        assert entry["read"].year == 2026


def test_a_worker_of_dataflow_costs_its_parts():
    parts = 0.672 + 8 * 0.056 + 32 * 0.003557 + 100 * 0.000054
    found = cost("dataflow_l4", *BASE)
    assert found.usd_an_hour == pytest.approx(parts)
    assert (found.times_real_time, found.basis) == (13, "estimate")
    assert found.device_h == pytest.approx(1000 / 13)
    assert found.usd == pytest.approx(1000 / 13 * parts)


def test_steps_scale_an_estimate_and_another_teacher_has_none():
    assert cost("gcp_h100", *BASE, "teacher.sampler.steps=8").times_real_time == 105 * 32 / 8
    assert cost("gcp_h100").times_real_time is None
    assert cost("gcp_h100").usd is None
    assert (cost("this_machine").times_real_time, cost("this_machine").basis) == (5.0, "measured")


def test_the_users_own_figure_goes_before_estimates_and_measurements():
    own = "prices.profiles.dataflow_l4.times_real_time=20"
    assert (cost("dataflow_l4", *BASE, own).times_real_time) == 20
    of_all = "plan.times_real_time=7"
    assert cost("this_machine", of_all).basis == cost("dataflow_l4", *BASE, of_all).basis == "given"
    assert cost("dataflow_l4", *BASE, own, of_all).times_real_time == 20


def test_a_price_that_is_not_public_is_asked_for_in_one_line(tmp_path):
    config = config_of("plan.profiles=[dataflow_h100]", f"output={tmp_path}/out")
    with pytest.raises(InputError) as told:
        estimate(config, Console(file=io.StringIO()))
    key = "prices.profiles.dataflow_h100.usd_an_hour"
    assert str(told.value) == f"{key} has no public price in gcp_2026; give {key}=..."
    assert cost("dataflow_h100", f"{key}=9.5").usd_an_hour == 9.5


def test_unknown_profiles_and_storage_classes_name_what_is_allowed():
    with pytest.raises(InputError, match="no profile 'tpu'; allowed: this_machine, dataflow_t4"):
        config_of().prices.profile("tpu")
    with pytest.raises(InputError, match="allowed: standard, nearline, coldline, archive"):
        config_of().prices.storage_class("cold")


def test_the_label_changes_with_any_price():
    names = ("dataflow_l4", "runpod_h100_low")
    label = config_of().prices.label(names)
    assert label.startswith("gcp_2026, read 2026-09-20 to 2026-11-27, sha256 ")
    other = config_of("prices.profiles.azure_h100.usd_an_hour=12.30").prices.label(names)
    assert other != label


def test_workers_wait_for_whole_units():
    assert cost("this_machine", "plan.workers=10", units=100).wall_h == pytest.approx(20)
    assert cost("this_machine", "plan.workers=64", units=100).wall_h == pytest.approx(4)
    assert cost("this_machine", "plan.workers=64", units=100).usd == 0


def test_requests_are_those_of_a_run(gcs_bucket, tmp_path, monkeypatch):
    written = []

    def counted(owner, name):
        real = getattr(owner, name)

        def call(*args, **kwargs):
            written.append(name)
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, call)

    counted(Blob, "upload_from_file")
    counted(Client, "list_blobs")
    monkeypatch.setattr("pipelines.run.preparation.check_voices", lambda *_: None)
    corpus = write_corpus(tmp_path / "corpus.txt", 200)
    rows = ("dataset.shards=2", "dataset.rows_per_unit=10")
    assert synth.main(fake_config(gcs_bucket, corpus, *rows), open_fake_studio) == 0
    batches = summarize(finished(gcs_bucket, 2)).stats["batches"]
    assert count_requests(2, 20, batches).class_a == pytest.approx(len(written), rel=0.1)


def test_requests_and_storage_by_hand():
    prices = config_of().prices
    requests = count_requests(shards=10, units=320, batches=1000, worker_h=2)
    assert requests.class_a == (3 + 1) * 320 + 1000 + (4 + 2) * 10 + 10 + 30 + 2 * 240
    leased = count_requests(10, 320, 1000, worker_h=2, lease_s=60)
    assert leased.class_a - requests.class_a == 2 * 320 + 2 * 3600 * 3 / 60
    one_shard = count_requests(shards=1, units=8000, batches=0)
    assert one_shard.class_a == 3 * 8000 + 4 + 10 + 8000 * (24 + 1) // 2 + 2 * 24 + 30
    found = storage_cost(prices, "nearline", requests, 1.073741824, is_replicated=True)
    assert found.requests_usd == pytest.approx(requests.class_a * 5e-6 + requests.class_b * 4e-7)
    assert found.month_usd == pytest.approx(0.010)
    assert found.download_usd == pytest.approx(0.12 + 0.01)
    assert found.replication_usd is None
    known = config_of("prices.storage.replication_usd_a_gib=0.02").prices
    assert storage_cost(known, "standard", requests, 1.073741824, True).replication_usd == 0.04


def test_places_that_do_not_fit_are_warned_of():
    told = warned(*DATAFLOW, "plan.bucket_region=europe-west4")
    assert told == [
        "plan.bucket_region=europe-west4 and runner.region=us-central1: each byte between regions "
        "is billed"
    ]
    assert warned(*DATAFLOW, "plan.bucket_region=us-central1") == []
    (told,) = warned(*DATAFLOW, "plan.bucket_region=us")
    assert told.startswith(
        "a multi-region bucket (us) bills the replication of every write; not in"
    )
    (told,) = warned(*DATAFLOW)
    assert told.startswith("plan.bucket_region is not given, where gs://b/dataset is: if it is in")
    told = warned(*DATAFLOW, "runner.region=europe-west4", "plan.bucket_region=eu")
    assert told[0] == "prices of Dataflow are of us-central1; runner.region=europe-west4"
    assert len(told) == 2
    told = warned(
        *DATAFLOW,
        "plan.bucket_region=us-central1",
        "corpus.paths=[gs://c/t.txt]",
        "plan.corpus_region=asia",
    )
    assert told == [
        "plan.corpus_region=asia and runner.region=us-central1: each byte between regions is billed"
    ]


def test_workers_with_nothing_to_do_are_warned_of():
    assert warned("plan.workers=8", units=64) == []
    assert warned("plan.workers=8", units=5) == [
        "8 workers and 5 units of work: 3 have nothing to do"
    ]
    assert warned("plan.workers=64", units=65) == [
        "64 workers and 65 units of work: they wait 49% of the time"
    ]


def test_a_licence_that_will_stop_the_run_is_warned_of():
    (told,) = warned("teacher=f5_base")
    assert told.startswith("make synth will stop here: teacher f5_base is under CC-BY-NC-4.0")


class Speaker(FakeTeacher):
    device = "cpu"


class Never(FakeGate):
    def judge(self, candidates):
        return [Verdict(reason="wer", duration_s=1.0) for _ in candidates]


def piloted(tmp_path, monkeypatch, gate, *overrides: str) -> Estimate:
    def load(config):
        return replace(open_fake_studio(config), teacher=Speaker(), gate=gate)

    monkeypatch.setattr("pipelines.speak.worker_context.load_models", load)
    corpus = write_corpus(tmp_path / "corpus.txt", 60)
    options = (f"corpus.paths=['{corpus}']", f"output={tmp_path}/out", "plan.pilot=40")
    return estimate(config_of(*options, *overrides), Console(file=io.StringIO()))


def test_a_pilot_tells_yield_and_tries(tmp_path, monkeypatch):
    found = piloted(tmp_path, monkeypatch, FakeGate(), "gate.attempts=2")
    pilot = found.heard.pilot
    assert pilot.utterances == 40
    assert 0.8 < pilot.accepted / 40 == pilot.accepted_share.value < 1
    assert pilot.accepted_share.low < pilot.accepted_share.value < pilot.accepted_share.high <= 1
    assert pilot.accepted + sum(pilot.reasons.values()) == 40
    assert 1.1 < pilot.tries_an_utterance < 1.5
    assert found.spoken_h == pytest.approx(found.audio_h.value * pilot.tries_an_utterance)
    accepted_s = found.audio_h.value * 3600 * pilot.accepted / 40
    assert found.storage_gb.value == pytest.approx(accepted_s * 34.5e-6)
    assert found.storage_gb.low < found.storage_gb.value < found.storage_gb.high
    shown = json.loads(json.dumps(as_json(found)))
    assert shown["pilot"]["accepted_share"]["value"] == pilot.accepted / 40


def test_a_pilot_of_which_nothing_passes(tmp_path, monkeypatch):
    pilot = piloted(
        tmp_path, monkeypatch, Never(), "gate.attempts=3", "gate.candidates=2"
    ).heard.pilot
    assert (pilot.accepted, pilot.reasons, pilot.tries_an_utterance) == (0, {"wer": 40}, 6)
    assert pilot.accepted_share.low == 0 < pilot.accepted_share.high < 0.1


def test_without_a_pilot_one_batch_tells_the_speed_alone(tmp_path, monkeypatch):
    found = piloted(tmp_path, monkeypatch, FakeGate(), "plan.pilot=0")
    assert found.heard.pilot is None
    assert found.heard.times_real_time > 0
    assert found.spoken_h == found.audio_h.value
    assert speaking.BATCH < 40


def test_mels_take_a_third_more_room(tmp_path, monkeypatch):
    with_mels, without = (
        piloted(tmp_path, monkeypatch, FakeGate(), f"dataset.keep_mels={kept}").storage_gb.value
        for kept in ("true", "false")
    )
    assert with_mels == pytest.approx(without * 34.5 / 26)
