"""A bank of voices as `make voices` makes it: what is refused, and that a run takes what is not."""

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from blocks import block

from pipelines import voice_bank
from pipelines.config import SynthConfig
from pipelines.voice_bank import VoiceBankConfig, overrides
from speech.config import load_config
from speech.errors import InputError
from speech.storage import read_bytes
from teacher.voices import VoicesConfig, load_bank

RECORDING = read_bytes("package://teacher/mini/voices/speaker08.flac")
SAID = "A bona fide manuscript. It was a policy of retribution."
GIVEN = {"transcript": SAID, "license": "CC0-1.0", "consent": "my own voice, 2026-11-27"}


def add(folder: Path, recording: bytes = RECORDING, name: str = "me.flac", **changes: str) -> int:
    """Add a recording to folder/bank/voices.jsonl, as it would be typed."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(recording)
    typed = ["add", str(path), f"manifest={folder}/bank/voices.jsonl"]
    given = [f"{key}={value}" for key, value in {**GIVEN, **changes}.items()]
    config = load_config(VoiceBankConfig, "voice_bank", overrides([*typed, *given]), GIVEN)
    return voice_bank.main(config)


def flac(wave: np.ndarray, sample_rate: int = 24_000) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, wave, sample_rate, format="FLAC")
    return buffer.getvalue()


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "bank/voices.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose bank has the voice `me`."""
    folder = tmp_path_factory.mktemp("voices")
    assert add(folder) == 0
    return folder


def test_a_run_takes_what_was_added(bank: Path) -> None:
    (line,) = lines(bank)
    assert (line["id"], line["audio"], line["speaker"]) == ("me", "me.flac", "me")
    assert line["sha256"] == hashlib.sha256(RECORDING).hexdigest()
    assert (bank / "bank/me.flac").read_bytes() == RECORDING
    manifest = str(bank / "bank/voices.jsonl")
    voices = load_bank(block(VoicesConfig, "voices", "f5_mini", manifest=manifest))
    assert voices["me"].transcript == SAID


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"consent": "  "}, "consent is missing: who agreed"),
        ({"transcript": ""}, "transcript is missing"),
        ({"license": "CC-BY-NC-4.0"}, "license=CC-BY-NC-4.0 is not allowed: Apache-2.0, "),
        ({"id": "../me"}, "invalid_id"),
        ({"language": "tlh"}, "tlh, allowed en, zh"),
        ({"language": "zh", "id": "another"}, "has this recording already: it is the voice me"),
        ({}, "has a voice me already; give another id=…"),
    ],
)
def test_what_is_refused_is_one_line_and_writes_nothing(
    bank: Path, change: dict[str, str], told: str
) -> None:
    before = sorted(bank.rglob("*")), lines(bank)
    with pytest.raises(InputError) as refused:
        add(bank, **change)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (sorted(bank.rglob("*")), lines(bank)) == before


@pytest.mark.parametrize(
    ("recording", "told"),
    [
        (flac(np.zeros(48_000)), "silent"),
        (flac(np.clip(30 * np.sin(np.arange(48_000) / 9), -1, 1)), "clipped"),
        (flac(0.1 * np.sin(np.arange(4_800) / 9)), "too_short"),
        (flac(0.1 * np.sin(np.arange(24_000 * 13) / 9)), "too_long"),
        (flac(0.1 * np.sin(np.arange(16_000) / 9), 8_000), "sample_rate"),
        (b"What I say, in letters.", "undecodable"),
        (flac(0.1 * np.random.default_rng(0).standard_normal(48_000)), "transcript_mismatch"),
    ],
)
def test_a_recording_is_checked_as_a_run_checks_it(
    recording: bytes, told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=rf"me\.flac: {told}"):
        add(tmp_path, recording)
    assert not (tmp_path / "bank").exists()


def test_a_recording_in_the_banks_folder_stays_where_it_is(tmp_path: Path) -> None:
    assert add(tmp_path, name="bank/studio.flac", id="anna", speaker="Anna B.") == 0
    (line,) = lines(tmp_path)
    assert (line["id"], line["audio"], line["speaker"]) == ("anna", "studio.flac", "Anna B.")
    assert not (tmp_path / "bank/anna.flac").exists()


def test_another_recording_of_that_name_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank/me.flac").write_bytes(b"somebody's")
    with pytest.raises(InputError, match="is another recording; give another id"):
        add(tmp_path)
    assert (tmp_path / "bank/me.flac").read_bytes() == b"somebody's"


def test_check_names_what_a_run_would_refuse(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("voices.jsonl", "me.flac"):
        (tmp_path / name).write_bytes((bank / "bank" / name).read_bytes())
    manifest = tmp_path / "voices.jsonl"
    config = load_config(VoiceBankConfig, "voice_bank", ["action=check", f"manifest={manifest}"])
    assert voice_bank.main(config) == 0
    broken = {**lines(bank)[0], "id": "gone", "audio": "gone.flac"}
    manifest.write_text(manifest.read_text() + json.dumps(broken) + "\n")
    assert voice_bank.main(config) == 1
    told = capsys.readouterr().out
    assert "gone: missing_file" in told
    assert "1 of 2 voices pass" in told


def test_options_and_keys_are_two_spellings() -> None:
    typed = ["add", "me.wav", "--transcript", "It costs a=b.", "--license=CC0-1.0", "language=en"]
    assert overrides(typed) == [
        *("action=add", "audio=me.wav", "transcript=It costs a=b."),
        *("license=CC0-1.0", "language=en"),
    ]
    assert overrides(["list", "--cfg"]) == ["action=list", "--cfg"]


def test_it_allows_the_licences_of_a_run() -> None:
    bank = load_config(VoiceBankConfig, "voice_bank", ["action=list"])
    assert bank.allow == load_config(SynthConfig, "synth").license.allow
