"""/metrics counts what was asked, made, kept and given up; the dashboard shows all of it."""

import json
import re
from pathlib import Path

import yaml
from beeps import PIECE, PIECES, Beeps, metric, serving, speech_of
from prometheus_client.parser import text_string_to_metric_families

DOCKER = Path(__file__).resolve().parents[3] / "docker"


def test_requests_are_counted_by_status_and_timed_to_first_and_last_byte() -> None:
    with serving() as client:
        assert speech_of(client)[0] == 200
        assert speech_of(client, " ")[0] == 400
        assert speech_of(client, voice="nobody")[0] == 400
        assert client.get("/nowhere").status_code == 404
        client.get("/healthz")
        of_pcm = 'format="pcm",model="beeps"'
        assert metric(client, f'tts_requests_total{{{of_pcm},status="200"}}') == 1
        assert metric(client, f'tts_requests_total{{{of_pcm},status="400"}}') == 2
        assert metric(client, 'tts_requests_total{format="",model="",status="404"}') == 1
        for name in ("tts_first_byte_seconds", "tts_last_byte_seconds"):
            assert metric(client, f"{name}_count{{{of_pcm}}}") == 1
        assert metric(client, "tts_audio_seconds_total") == PIECES * PIECE / 24_000
        assert metric(client, "tts_compute_seconds_total") > 0
        for name in ("queue_length", "computing", "running_requests", "draining"):
            assert metric(client, f"tts_{name}") == 0
        assert metric(client, "tts_cancelled_requests_total") == 0


def test_two_servers_of_one_process_count_for_themselves() -> None:
    with serving() as one, serving() as other:
        speech_of(one)
        assert metric(other, "tts_audio_seconds_total") == 0


def test_names_that_a_client_makes_up_become_no_labels() -> None:
    with serving() as client:
        for number in range(3):
            assert speech_of(client, model=f"made-up-{number}")[0] == 404
            assert speech_of(client, response_format=f"made-up-{number}")[0] == 400
        assert "made-up" not in client.get("/metrics").text


class Broken(Beeps):
    def stream(self, request):  # type: ignore[no-untyped-def]
        yield from list(super().stream(request))[:2]
        raise RuntimeError("a fault of ours")


def test_what_fails_half_way_is_counted_as_our_failure_and_not_kept() -> None:
    with serving(model=Broken()) as client:
        speech_of(client)
        assert metric(client, 'tts_requests_total{format="pcm",model="beeps",status="500"}') == 1
        assert metric(client, "tts_cancelled_requests_total") == 0
        assert metric(client, "tts_cache_bytes") == 0


def samples(text: str) -> set[str]:
    families = text_string_to_metric_families(text)
    return {sample.name for family in families for sample in family.samples}


def test_every_query_of_the_dashboard_names_a_metric_that_is_there() -> None:
    with serving() as client:
        speech_of(client)
        there = samples(client.get("/metrics").text)
    panels = json.loads((DOCKER / "grafana" / "tts-distill.json").read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    named = {name for query in queries for name in re.findall(r"\b(?:tts|process)_\w+", query)}
    assert len(queries) >= 10
    assert named <= there
    ours = {re.sub("_(bucket|count|sum|created)$", "", name) for name in there if "tts_" in name}
    shown = {name.removesuffix("_bucket") for name in named}
    assert ours - {name.removesuffix("_total") for name in shown} <= shown  # and none is left out


def test_compose_sets_what_the_server_knows_and_prometheus_asks_where_it_answers() -> None:
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    speech = compose["services"]["speech"]
    with serving(*[each for each in speech["command"] if not each.startswith(("cache", "rate"))]):
        pass
    prometheus = yaml.safe_load((DOCKER / "prometheus.yml").read_text())
    [job] = prometheus["scrape_configs"]
    assert job["static_configs"][0]["targets"] == ["speech:8000"]
    assert job.get("metrics_path", "/metrics") == "/metrics"
