"""Whatever a client sends: a status of the 4xx and one clear line in OpenAI's form."""

from typing import Any

import httpx
import pytest

GOOD = {"model": "mini", "voice": "speaker00", "input": "Hello.", "response_format": "pcm"}


def error_of(response: httpx.Response) -> dict[str, Any]:
    """After a look at its form."""
    assert 400 <= response.status_code < 500, response.text[:200]
    told = response.json()
    assert told.keys() == {"error"}
    error: dict[str, Any] = told["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert 5 < len(error["message"]) < 1000
    assert "\n" not in error["message"]
    return error


@pytest.mark.parametrize(
    ("change", "status", "code", "param", "told"),
    [
        ({"input": "Hello. " * 14_286}, 400, "string_above_max_length", "input", "allowed: 4096"),
        ({"input": ""}, 400, "empty_input", "input", "no text"),
        ({"input": " \t\n\u00a0"}, 400, "empty_input", "input", "no text"),
        ({"input": "?!... --- ,"}, 400, "nothing_to_speak", "input", "nothing_to_speak"),
        ({"input": "Привет, мир."}, 400, "unsupported_script", "input", "CYRILLIC"),
        ({"input": "今天天气很好。"}, 400, "unsupported_script", "input", "CJK"),
        ({"input": "Hello\0there"}, 400, "invalid_text", "input", "U+0000"),
        ({"input": "x" * 4000}, 400, "too_long", "input", "one word"),
        ({"input": 7}, 400, "string_type", "input", "string"),
        ({"input": None}, 400, "string_type", "input", "string"),
        ({"model": "gpt-9"}, 404, "model_not_found", "model", "allowed: mini, tts-1"),
        ({"voice": "nobody"}, 400, "voice_not_found", "voice", "allowed: speaker00"),
        ({"voice": {"id": "nobody"}}, 400, "voice_not_found", "voice", "allowed: speaker00"),
        ({"voice": "speaker00(2)+nobody"}, 400, "voice_not_found", "voice", "'nobody'"),
        ({"voice": "speaker00(2"}, 400, "voice_not_found", "voice", "allowed"),
        ({"voice": "speaker00(x)+speaker04"}, 400, "invalid_voice", "voice", "a(2)+b(1)"),
        ({"voice": "speaker00+" * 9000 + "x"}, 400, "invalid_voice", "voice", "allowed: 1000"),
        ({"voice": ""}, 400, "voice_not_found", "voice", "allowed: speaker00"),
        ({"speed": 0.1}, 400, "greater_than_equal", "speed", "0.25, not 0.1"),
        ({"speed": 5}, 400, "less_than_equal", "speed", "4, not 5"),
        ({"speed": "fast"}, 400, "float_parsing", "speed", "fast"),
        ({"response_format": "midi"}, 400, "literal_error", "response_format", "'mp3', 'opus'"),
        ({"stream_format": "video"}, 400, "literal_error", "stream_format", "'audio' or 'sse'"),
    ],
)
def test_a_wrong_value_is_named(
    address: str, change: dict[str, Any], status: int, code: str, param: str, told: str
) -> None:
    response = httpx.post(f"{address}/v1/audio/speech", json=GOOD | change)
    error = error_of(response)
    assert (response.status_code, error["code"], error["param"]) == (status, code, param)
    assert told in error["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_body"),
        (b"{", "invalid_json"),
        (b"[]", "invalid_body"),
        (b'{"model": "mini"}', "missing"),
        (b"\xff", "bad_request"),
        (b'{"model":"mini","voice":"speaker00","input":"a\\ud800b"}', "invalid_text"),
        (b'{"model":"mini","voice":"\\udfff","input":"a"}', "voice_not_found"),
        (b'{"model":"mini","voice":"speaker00","input":"a","speed":NaN}', "finite_number"),
        (b"[" * 100_000, "bad_request"),
        (b'{"speed":' + b"9" * 5000 + b"}", "bad_request"),
    ],
)
def test_a_wrong_body_is_told(address: str, body: bytes, code: str) -> None:
    headers = {"content-type": "application/json"}
    response = httpx.post(f"{address}/v1/audio/speech", content=body, headers=headers)
    error = error_of(response)
    assert (response.status_code, error["code"]) == (400, code)
    if code == "bad_request":
        assert error["message"].startswith("the body is not JSON: not UTF-8, nested too deep")


def test_a_form_is_told_to_be_json(address: str) -> None:
    error = error_of(httpx.post(f"{address}/v1/audio/speech", data=GOOD))
    assert "Content-Type: application/json" in error["message"]


def test_other_paths_and_methods(address: str) -> None:
    nowhere = httpx.get(f"{address}/v1/audio/music")
    assert (nowhere.status_code, error_of(nowhere)["code"]) == (404, "not_found")
    wrong = httpx.get(f"{address}/v1/audio/speech")
    assert (wrong.status_code, error_of(wrong)["code"]) == (405, "method_not_allowed")


def test_the_documentation_describes_what_is_asked(address: str) -> None:
    schema = httpx.get(f"{address}/openapi.json").json()
    post = schema["paths"]["/v1/audio/speech"]["post"]
    assert "to the sample" in post["description"]
    assert "429" in post["responses"]
    assert schema["components"]["schemas"]["SpeechBody"]["examples"]
    assert httpx.get(f"{address}/docs").status_code == 200
