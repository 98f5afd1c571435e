"""Banks of voices: what is refused and why."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from blocks import block

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, encode_flac
from speech.config import load_group
from speech.errors import InputError
from speech.judges.asr import Asr
from speech.judges.judges import JudgesConfig
from speech.storage import read_bytes
from teacher import voices as voices_module
from teacher.voice_checks import VoiceReason
from teacher.voices import (
    HEARD,
    VoiceBank,
    VoicesConfig,
    inspect_bank,
    is_heard,
    load_bank,
)

MINI = "package://teacher/mini/voices"
Change = dict[str, Any]


def voices_config(manifest: str) -> VoicesConfig:
    return block(VoicesConfig, "voices", "f5_mini", manifest=manifest)


@pytest.fixture(scope="module")
def mini() -> VoiceBank:
    return load_bank(voices_config(f"{MINI}/voices.jsonl"))


@pytest.fixture(scope="module")
def asr() -> Asr:
    return Asr(block(JudgesConfig, "judges", "offline").asr)


GOOD = "A bona fide manuscript. It was a policy of retribution."
SPEECH, RATE = soundfile.read(io.BytesIO(read_bytes(f"{MINI}/speaker08.flac")), dtype="float32")


def sound(samples: np.ndarray, rate: int = RATE, container: str = "WAV", **kind: str) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=container, **kind)
    return buffer.getvalue()


def write_bank(folder: Path, *voices: tuple[bytes | None, Change]) -> VoicesConfig:
    """A manifest of good entries, each with its audio and with the changes that are asked for."""
    lines = []
    for i, (data, change) in enumerate(voices):
        entry = {
            "id": f"voice{i}",
            "audio": f"voice{i}.wav",
            "transcript": GOOD,
            "speaker": "somebody",
            "language": "en",
            "license": "CC0-1.0",
            "consent": "given in writing",
            "sha256": hashlib.sha256(data or b"").hexdigest(),
        }
        if data is not None:
            (folder / f"voice{i}.wav").write_bytes(data)
        lines.append(json.dumps({**entry, **change}))
    (folder / "voices.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return voices_config(str(folder / "voices.jsonl"))


def poisoned(value: float) -> Wave:
    wave = SPEECH.copy()
    wave[100] = value
    return wave


FLAC, WAV = encode_flac(SPEECH, RATE), sound(SPEECH)
BAD_AUDIO: dict[str, tuple[bytes, str]] = {
    "empty file": (b"", "undecodable"),
    "text renamed": (GOOD.encode() * 100, "undecodable"),
    "random bytes": (np.random.default_rng(0).bytes(50_000), "undecodable"),
    "truncated FLAC": (FLAC[: len(FLAC) // 2], "undecodable"),
    "cut header": (WAV[:30], "undecodable"),
    "header only": (WAV[:44], "undecodable"),
    "truncated MP3": (sound(SPEECH, container="MP3")[:6_000], "truncated"),
    "hour of silence": (
        sound(np.zeros(3600 * RATE, np.int16), container="FLAC"),
        "too_long",
    ),
    "8 kHz": (sound(SPEECH[::3], 8_000), "sample_rate"),
    "400 kHz": (sound(SPEECH, 400_000), "sample_rate"),
    "64 channels": (sound(np.tile(SPEECH[:, None], 64)), "too_many_channels"),
    "0.3 s": (sound(SPEECH[: int(0.3 * RATE)]), "too_short"),
    "20 s": (sound(np.tile(SPEECH, 7)), "too_long"),
    "digital silence": (sound(np.zeros(2 * RATE)), "silent"),
    "near silence": (sound(SPEECH * 0.01), "silent"),
    "opposite channels": (sound(np.stack([SPEECH, -SPEECH], axis=1)), "silent"),
    "clipped": (sound(np.clip(SPEECH * 30, -1, 1)), "clipped"),
    "clipped, then attenuated": (sound(0.4 * np.clip(SPEECH * 30, -1, 1)), "clipped"),
    "NaN": (sound(poisoned(np.nan), subtype="FLOAT"), "nan"),
    "infinity": (sound(poisoned(np.inf), subtype="FLOAT"), "nan"),
}
BAD_FIELDS: dict[str, tuple[Change, str]] = {
    "no id": ({"id": ""}, "no_id"),
    "no audio": ({"audio": None}, "no_audio"),
    "no transcript": ({"transcript": "  "}, "no_transcript"),
    "no speaker": ({"speaker": ""}, "no_speaker"),
    "no language": ({"language": ""}, "no_language"),
    "no license": ({"license": ""}, "no_license"),
    "no consent": ({"consent": None}, "no_consent"),
    "no hash": ({"sha256": ""}, "no_sha256"),
    "another hash": ({"sha256": "0" * 64}, "hash_mismatch"),
    "traversal id": ({"id": "../../etc/passwd"}, "invalid_id"),
    "hidden id": ({"id": ".ssh"}, "invalid_id"),
    "script id": ({"id": "<script>"}, "invalid_id"),
    "endless id": ({"id": "a" * 65}, "invalid_id"),
    "traversal path": ({"audio": "../voice0.wav"}, "invalid_path"),
    "absolute path": ({"audio": "/etc/passwd"}, "invalid_path"),
    "drive": ({"audio": "C:\\voice.wav"}, "invalid_path"),
    "web address": ({"audio": "https://example.com/voice.wav"}, "invalid_path"),
    "NUL in path": ({"audio": "voice\0.wav"}, "invalid_path"),
    "missing file": ({"audio": "nobody.wav"}, "missing_file"),
    "unknown language": ({"language": "tlh"}, "unsupported_language"),
    "unknown field": ({"gender": "?"}, "malformed_line"),
    "number for text": ({"transcript": 7}, "malformed_line"),
    "ends without phonemes": ({"phoneme_ends_s": [0.1]}, "alignment"),
    "falling ends": ({"phonemes": "ab", "phoneme_ends_s": [0.5, 0.4]}, "alignment"),
    "ends beyond the clip": ({"phonemes": "ab", "phoneme_ends_s": [0.5, 99]}, "alignment"),
    "NaN ends": ({"phonemes": "ab", "phoneme_ends_s": [float("nan"), 1]}, "alignment"),
}


def reasons(config: VoicesConfig, transcribe: Callable | None = None) -> dict[str, str]:
    _, refusals = inspect_bank(config, transcribe)
    return {name: refusal.reason for name, refusal in refusals.items()}


@pytest.mark.parametrize("name", BAD_AUDIO)
def test_bad_audio(name: str, tmp_path: Path) -> None:
    data, reason = BAD_AUDIO[name]
    assert reasons(write_bank(tmp_path, (data, {}))) == {"voice0": reason}
    assert reason in list(VoiceReason)


@pytest.mark.parametrize("name", BAD_FIELDS)
def test_bad_fields(name: str, tmp_path: Path) -> None:
    change, reason = BAD_FIELDS[name]
    assert list(reasons(write_bank(tmp_path, (WAV, change))).values()) == [reason]
    assert reason in list(VoiceReason)


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b"null", b"7", b"\xff\xfe{}", b"[" * 100_000, b'{"id": "a"} {}']
)
def test_malformed_lines(line: bytes, tmp_path: Path) -> None:
    config = write_bank(tmp_path, (WAV, {}))
    manifest = tmp_path / "voices.jsonl"
    manifest.write_bytes(manifest.read_bytes() + b"\n\n" + line)
    assert reasons(config) == {"line 3": "malformed_line"}


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    config = write_bank(tmp_path, (WAV, {}))
    limits = config.limits.model_copy(update={"max_bytes": len(WAV) - 1})
    assert reasons(config.model_copy(update={"limits": limits})) == {"voice0": "too_large"}


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    config = write_bank(tmp_path, (WAV, {}), (WAV, {"id": "voice0"}))
    assert reasons(config) == {"line 2": "duplicate_id"}


@pytest.mark.parametrize(
    ("transcript", "reason"),
    [
        ("Something else was said here altogether, I am afraid.", "transcript_mismatch"),
        ("...", "no_transcript"),
    ],
)
def test_a_wrong_transcript_is_heard(
    transcript: str, reason: str, tmp_path: Path, asr: Asr
) -> None:
    config = write_bank(tmp_path, (WAV, {}), (WAV, {"transcript": transcript}))
    assert reasons(config, asr.transcribe_one) == {"voice1": reason}


def test_all_bad_voices_are_named_in_one_line(tmp_path: Path) -> None:
    config = write_bank(tmp_path, (b"", {}), (WAV, {}), (WAV, {"license": ""}))
    with pytest.raises(InputError) as caught:
        load_bank(config)
    message = str(caught.value)
    assert "2 of 3 voices refused: voice0: undecodable" in message
    assert "line 3: no_license" in message
    assert "\n" not in message


def test_stereo_at_44_kHz_becomes_mono_at_24(tmp_path: Path) -> None:  # noqa: N802
    stereo = sound(np.stack([SPEECH, SPEECH], axis=1), 44_100)
    voice = load_bank(write_bank(tmp_path, (stereo, {})))["voice0"]
    assert voice.wave.dtype == np.float32
    assert len(voice.wave) == pytest.approx(len(SPEECH) / 44_100 * SAMPLE_RATE, abs=1)


def test_include_chooses_and_must_exist(tmp_path: Path) -> None:
    config = write_bank(tmp_path, (WAV, {}), (b"broken", {}))
    assert list(load_bank(config.model_copy(update={"include": ("voice0",)}))) == ["voice0"]
    with pytest.raises(InputError, match="nobody: unknown_voice"):
        load_bank(config.model_copy(update={"include": ("voice0", "nobody")}))


def test_voices_of_other_languages_are_left_out(tmp_path: Path) -> None:
    config = write_bank(tmp_path, (WAV, {}), (WAV, {"language": "zh"}))
    assert list(load_bank(config, languages=["en"])) == ["voice0"]
    assert load_bank(config).ids_for("zh") == ["voice1"]
    with pytest.raises(InputError, match="no voice speaks de"):
        load_bank(config, languages=["de"])


def test_a_bank_in_a_bucket(gcs_bucket: str, tmp_path: Path) -> None:
    from speech.storage import join, write_bytes

    write_bank(tmp_path, (WAV, {}))
    for name in ("voices.jsonl", "voice0.wav"):
        write_bytes(join(gcs_bucket, "bank", name), (tmp_path / name).read_bytes())
    config = voices_config(f"{gcs_bucket}/bank/voices.jsonl")
    assert list(load_bank(config)) == ["voice0"]


def test_the_embedded_bank_is_sound_and_distinct(mini: VoiceBank, asr: Asr) -> None:
    from speech.judges.speaker import SpeakerEncoder, similarity

    assert len(mini) == 12
    assert load_bank(voices_config(f"{MINI}/voices.jsonl"), asr.transcribe_one)
    for voice in mini.values():
        assert voice.phoneme_ends_s is not None
        assert len(voice.phoneme_ends_s) == len(voice.phonemes or "")
        assert voice.license in {"Apache-2.0", "CC0-1.0"}
    embeddings = SpeakerEncoder().embed([voice.wave for voice in mini.values()])
    pairs = [similarity(a, b) for i, a in enumerate(embeddings) for b in embeddings[:i]]
    assert max(pairs) < 0.85  # two clips of one voice are at 0.91 to 0.95
    assert sum(pairs) / len(pairs) < 0.7


@pytest.mark.parametrize("bank", ["f5_mini", "f5_base"])
def test_configured_banks_pass_their_checks(bank: str, asr: Asr) -> None:
    config = load_group(VoicesConfig, "voices", bank)
    voices = load_bank(config, asr.transcribe_one, ["en"])
    assert len(voices) >= 4
    assert load_bank(config).keys() >= voices.keys()


def test_the_embedded_bank_need_not_be_heard_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asr: Asr
) -> None:
    embedded = voices_config(f"{MINI}/voices.jsonl")
    _, wer = HEARD[embedded.manifest]
    heard, stricter = (
        embedded.model_copy(
            update={"limits": embedded.limits.model_copy(update={"max_wer": bound})}
        )
        for bound in (wer, wer / 2)
    )
    assert is_heard(embedded)
    assert is_heard(heard)
    assert load_bank(heard, asr.transcribe_one)
    assert not is_heard(stricter)
    assert not is_heard(write_bank(tmp_path, (sound(SPEECH), {})))
    monkeypatch.setattr(voices_module.storage, "read_bytes", lambda _: b"edited")
    assert not is_heard(embedded)
