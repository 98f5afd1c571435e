"""A real Redis keeps speech and counts requests for several servers, and nobody waits for it."""

import logging
from collections.abc import Iterator

import pytest
import redis
from beeps import PIECES, Beeps, metric, serving, speech_of
from redis_process import free_port, redis_at

from student.server import outage


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[redis.Redis, str]]:
    port = free_port()
    with redis_at(port) as client:
        yield client, f"redis://127.0.0.1:{port}/0"


def test_what_one_server_made_another_finds(shared: tuple[redis.Redis, str]) -> None:
    client, url = shared
    client.flushall()
    first, second = Beeps(), Beeps()
    with serving(f"cache.redis={url}", "cache.ttl_s=100", model=first) as http:
        made = speech_of(http, "A secret.")
    with serving(f"cache.redis={url}", model=second) as http:
        assert speech_of(http, "A secret.") == made
        assert metric(http, "tts_cache_bytes") == 0
    assert (first.made, second.made) == (PIECES, 0)
    [key] = client.keys()
    assert b"secret" not in key
    assert 90 < client.ttl(key) <= 100
    assert client.get(key) == made[1]


def test_several_servers_count_one_keys_requests_together(shared: tuple[redis.Redis, str]) -> None:
    client, url = shared
    client.flushall()
    limit = "rate_limit.per_key=2/hour", f"rate_limit.redis={url}"
    with serving(*limit) as here, serving(*limit) as there:
        assert [speech_of(http)[0] for http in (here, there, here, there)] == [200, 200, 429, 429]


def test_a_redis_that_is_away_costs_a_line_and_no_request(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, model = free_port(), Beeps()
    url = f"redis://127.0.0.1:{port}/0"
    both = f"cache.redis={url}", f"rate_limit.redis={url}", "rate_limit.per_key=4/hour"
    monkeypatch.setattr(outage, "RETRY_S", 0.0)
    with caplog.at_level(logging.WARNING), serving(*both, model=model) as http:
        assert [speech_of(http)[0] for _ in range(3)] == 3 * [200]
        assert model.made == 3 * PIECES
        lines = [record.getMessage() for record in caplog.records if "is away" in record.message]
        assert sorted(line.partition(" is")[0] for line in lines) == [
            "the cache's Redis",
            "the rate limit's Redis",
        ]
        with redis_at(port) as client:  # it comes back
            speech_of(http)
            model.made = 0
            assert speech_of(http)[0] == 200
            assert model.made == 0
            assert client.dbsize() == 2
        assert [speech_of(http)[0] for _ in range(2)] == [200, 429]  # and goes; 3 were counted here
