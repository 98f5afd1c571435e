"""What several files ask for: voices that are not heard, a clip that the gate accepts, and a hub."""

from collections.abc import Iterator

import pytest
from configs import voices_config
from fake_hub import TOKEN, FakeHub
from gates import TEXT

from pipelines.verdict import Candidate
from teacher.voices import VoiceBank, load_bank


@pytest.fixture
def voices_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded bank is checked against the ASR elsewhere."""
    monkeypatch.setattr("pipelines.run.preparation.check_voices", lambda *_: None)


@pytest.fixture(scope="module")
def bank() -> VoiceBank:
    return load_bank(voices_config())


@pytest.fixture
def good(bank: VoiceBank) -> Candidate:
    return Candidate(bank["speaker08"].wave, TEXT, TEXT, "en", "speaker08")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """It takes the token that this machine has."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    with FakeHub() as server:
        server.tokens = {TOKEN}
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.url)
        yield server
