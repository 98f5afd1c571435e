"""A key may ask so often, so much, from so many pages, and is told where that ends."""

import asyncio

import openai
import pytest
from beeps import config_of, serving, speech_of
from starlette.datastructures import Headers
from starlette.types import Message

from speech.errors import InputError
from student.server.body_limit import bounded
from student.server.errors import ApiError
from student.server.keys import make_key
from student.server.rate_limit import RateLimit


def test_each_key_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    (alice, alices), (bob, bobs) = make_key("alice"), make_key("bob")
    monkeypatch.setenv("TTS_DISTILL_KEYS", f"{alices},{bobs}")
    with serving("rate_limit.per_key=2/minute") as http:

        def client(key: str) -> openai.OpenAI:
            url = "http://testserver/v1"
            return openai.OpenAI(api_key=key, base_url=url, http_client=http, max_retries=0)

        client(alice).models.list()
        client(alice).models.list()
        with pytest.raises(openai.RateLimitError) as raised:
            client(alice).models.list()
        assert raised.value.code == "rate_limit_exceeded"
        assert 1 <= int(raised.value.response.headers["Retry-After"]) <= 60
        client(bob).models.list()
        assert http.get("/healthz").status_code == 200


def test_without_keys_an_address_has_the_limit() -> None:
    with serving("rate_limit.per_key='1/hour;5/day'") as http:
        assert speech_of(http)[0] == 200
        assert speech_of(http)[0] == 429


def test_who_waits_as_long_as_told_is_let_in() -> None:
    with serving("rate_limit.per_key=1/second") as http:
        assert speech_of(http)[0] == 200
        url = "http://testserver/v1"
        client = openai.OpenAI(api_key="-", base_url=url, http_client=http, max_retries=1)
        client.models.list()


@pytest.mark.parametrize("per_key", ["sixty", "60", "60/fortnight", "-1/second"])
def test_what_is_no_limit_is_told_with_what_is(per_key: str) -> None:
    with pytest.raises(InputError, match="60/minute"):
        RateLimit(config_of(f"rate_limit.per_key={per_key}").rate_limit)


def test_a_body_that_is_too_large_is_refused_before_it_is_parsed() -> None:
    with serving("max_body_bytes=1000") as http:
        answer = http.post("/v1/audio/speech", content=b"{" * 1001)
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "request_too_large"
        assert speech_of(http)[0] == 200


def test_of_a_body_that_is_told_to_be_too_large_nothing_is_read() -> None:
    async def receive() -> Message:
        raise AssertionError("it is read")

    with pytest.raises(ApiError, match="more than 1000 bytes"):
        asyncio.run(bounded(receive, Headers({"content-length": "1001"}), most_bytes=1000))


def test_a_body_of_a_length_that_nobody_told_is_read_no_further_than_is_allowed() -> None:
    chunks = iter([b"{" * 600] * 1000)

    async def receive() -> Message:
        return {"type": "http.request", "body": next(chunks), "more_body": True}

    with pytest.raises(ApiError, match="more than 1000 bytes"):
        asyncio.run(bounded(receive, Headers(), most_bytes=1000))
    assert len(list(chunks)) == 998


def test_pages_of_other_origins_are_let_in_by_configuration_alone() -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    with serving() as http:
        answer = http.options("/v1/audio/speech", headers=asked)
        assert "access-control-allow-origin" not in answer.headers
    with serving("cors_origins=[https://app.example]", "rate_limit.per_key=1/hour") as http:
        answer = http.options("/v1/audio/speech", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        refused = [http.get("/v1/models", headers=asked) for _ in range(2)][-1]
        assert refused.status_code == 429
        assert refused.headers["access-control-allow-origin"] == "https://app.example"
