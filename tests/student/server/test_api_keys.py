"""Who has a key may speak; who has none is told so as OpenAI tells it."""

from pathlib import Path

import openai
import pytest
from beeps import config_of, serving, speech_of

from speech.errors import InputError
from student import serve
from student.server.keys import KeysConfig, make_key, open_door, read_keys

HELLO = {"model": "beeps", "input": "Hello.", "voice": "high", "response_format": "pcm"}


def keys_in(text: str, tmp_path: Path, environment: str = "") -> object:
    file = tmp_path / "keys"
    file.write_text(text)
    config = KeysConfig(file=str(file), variable="KEYS")
    return read_keys(config, {"KEYS": environment})


def test_each_of_several_keys_opens_the_server_to_the_openai_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alice, alices), (bob, bobs), (carol, carols) = map(make_key, ("alice", "bob", "carol"))
    (tmp_path / "keys").write_text(f"# of the office\n{alices}\n\n{bobs}  # until May\n")
    monkeypatch.setenv("TTS_DISTILL_KEYS", f"{carols},")
    with serving(f"keys.file={tmp_path / 'keys'}") as http:
        for key in (alice, bob, carol):
            client = openai.OpenAI(api_key=key, base_url="http://testserver/v1", http_client=http)
            assert client.audio.speech.create(**HELLO).content


def test_a_wrong_key_is_an_authentication_error_of_the_openai_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TTS_DISTILL_KEYS", make_key("alice")[1])
    with serving() as http:
        client = openai.OpenAI(
            api_key="tts-wrong", base_url="http://testserver/v1", http_client=http
        )
        with pytest.raises(openai.AuthenticationError) as raised:
            client.audio.speech.create(**HELLO)
        assert raised.value.code == "invalid_api_key"
        assert raised.value.type == "invalid_request_error"
        assert http.get("/v1/models").status_code == 401
        assert http.get("/anything").status_code == 401


def test_health_needs_no_key_and_metrics_are_as_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    key, line = make_key("monitor")
    monkeypatch.setenv("TTS_DISTILL_KEYS", line)
    for metrics, without, having in (("open", 200, 200), ("keys", 401, 200), ("off", 401, 404)):
        with serving(f"metrics={metrics}") as http:
            assert http.get("/healthz").status_code == http.get("/readyz").status_code == 200
            assert http.get("/metrics").status_code == without
            headers = {"Authorization": f"Bearer {key}"}
            assert http.get("/metrics", headers=headers).status_code == having


def test_the_key_is_in_none_of_what_is_stored() -> None:
    key, line = make_key("alice")
    assert key not in line
    assert key.removeprefix("tts-") not in line
    assert len(key) > 40
    assert make_key("alice")[0] != key


def test_a_new_key_is_printed_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    serve.main(config_of("new_key=alice"))
    key, line = capsys.readouterr().out.splitlines()
    ring = read_keys(KeysConfig(file=None, variable="KEYS"), {"KEYS": line})
    assert ring.holder(key) == "alice"
    with pytest.raises(InputError, match="allowed: up to 64"):
        serve.main(config_of("new_key='alice and bob'"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alice tts-secret", "line 1 is no hashed key"),
        ("alice sha256:abc", "line 1 is no hashed key"),
        (f"{make_key('a')[1]}\n{make_key('a')[1]}", "line 2: a second key of a"),
        ("# nobody yet", "has no key"),
    ],
)
def test_a_file_of_another_form_is_told_in_one_line_without_what_stands_there(
    text: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=told) as raised:
        keys_in(text, tmp_path)
    assert "secret" not in str(raised.value)


def test_a_file_that_is_not_in_utf_8_is_told_in_one_line(tmp_path: Path) -> None:
    """As PowerShell's > writes one; the mark that its Out-File puts before UTF-8 does not matter."""
    line, path = make_key("alice")[1], tmp_path / "keys"
    path.write_text(line, "utf-16")
    with pytest.raises(InputError, match="is not in UTF-8; a line of it is NAME sha256:HEX"):
        read_keys(KeysConfig(file=str(path), variable="UNSET"), {})
    path.write_text(line, "utf-8-sig")
    assert read_keys(KeysConfig(file=str(path), variable="UNSET"), {}).digests.keys() == {"alice"}


def test_a_door_that_is_open_to_strangers_is_told() -> None:
    nobody = read_keys(KeysConfig(file=None, variable="KEYS"), {})
    locked = read_keys(KeysConfig(file=None, variable="KEYS"), {"KEYS": make_key("a")[1]})
    for host in ("127.0.0.1", "::1", "localhost"):
        assert open_door(host, nobody, 10200) is None
    for host in ("0.0.0.0", "::", "192.168.1.5", "speech.example"):
        assert "keys.file" in str(open_door(host, nobody, None))
        assert open_door(host, locked, None) is None
        assert "wyoming_port=10200" in str(open_door(host, locked, 10200))


def test_without_keys_nobody_is_asked() -> None:
    with serving() as http:
        assert speech_of(http)[0] == 200
