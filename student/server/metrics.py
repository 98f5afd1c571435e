"""/metrics: counts and times as Prometheus reads them."""

from collections.abc import Iterator

from fastapi import Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from student.server.cache import SpeechCache
from student.server.engine import Engine
from student.server.readiness import Readiness

FIRST_BYTE_S = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10)
LAST_BYTE_S = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60)


class Metrics:
    """In a registry of its own: nothing of the process beside it shows here."""

    def __init__(self, engine: Engine, cache: SpeechCache, readiness: Readiness) -> None:
        self.registry = registry = CollectorRegistry()
        of_speech = ("model", "format")
        self.requests = Counter(
            "tts_requests",
            "Answered requests of the API",
            (*of_speech, "status"),
            registry=registry,
        )
        self.cancelled = Counter(
            "tts_cancelled_requests",
            "Requests whose client left before the last byte",
            registry=registry,
        )
        self.first_byte = Histogram(
            "tts_first_byte_seconds",
            "From a speech request's arrival to the first byte of its sound",
            of_speech,
            registry=registry,
            buckets=FIRST_BYTE_S,
        )
        self.last_byte = Histogram(
            "tts_last_byte_seconds",
            "From a speech request's arrival to the last byte of its sound",
            of_speech,
            registry=registry,
            buckets=LAST_BYTE_S,
        )
        registry.register(_State(engine, cache, readiness))
        ProcessCollector(registry=registry)

    def page(self) -> Response:
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


class _State(Collector):
    """What the parts of the server count themselves, read when it is asked for."""

    def __init__(self, engine: Engine, cache: SpeechCache, readiness: Readiness) -> None:
        self.engine, self.cache, self.readiness = engine, cache, readiness

    def collect(self) -> Iterator[Metric]:
        engine, cache = self.engine, self.cache
        yield _gauge("queue_length", "Requests that wait for a thread", engine.waiting)
        yield _gauge("computing", "Requests that a thread computes", engine.running)
        yield _gauge("running_requests", "Requests that are being answered", self.readiness.running)
        yield _gauge("draining", "1: the server is about to end", self.readiness.draining)
        yield _gauge("cache_bytes", "Speech kept in this process", cache.store.held_bytes)
        yield _counter("audio_seconds", "Seconds of sound made", engine.sound_s)
        yield _counter("compute_seconds", "Seconds that threads made it in", engine.busy_s)
        answers = CounterMetricFamily(
            "tts_cache_requests", "Speech that was kept, being made or made", labels=("answer",)
        )
        for answer, number in cache.requests.items():
            answers.add_metric([answer], number)
        yield answers


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"tts_{name}", about, value)


def _counter(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(f"tts_{name}", about, value)
