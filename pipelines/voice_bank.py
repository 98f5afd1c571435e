"""A bank of reference voices: add a recording to it, list it, check it.

  add me.wav transcript="What I say in it." license=CC0-1.0 consent="my own voice, 2026-11-27"
  list                        the voices of manifest=voices/voices.jsonl
  check                       decode and hear each of them again
Keys may be written --key value as well. A recording is heard before anything is written.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

from rich.console import Console
from rich.table import Table

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample, rms_db
from speech.commands import ASSIGNMENT
from speech.config import Config, run_app
from speech.errors import InputError, Refused
from speech.judges.asr import Asr
from speech.judges.judges import JudgesConfig
from speech.progress import waiting
from speech.storage.outputs import check_file
from teacher.voice_checks import Entry, VoiceLimits, check_transcript, parse_entry, read_recording
from teacher.voices import FORMAT, VoicesConfig, inspect_bank

TOLD = {
    "audio": "a recording, as in: voices add me.wav …",
    "transcript": "what is said in it, word by word",
    "license": "of the recording, an SPDX name such as CC0-1.0",
    "consent": "who agreed to what, and where that is kept",
}
"""what `add` cannot do without"""


class VoiceBankConfig(Config):
    action: Literal["add", "list", "check"]
    manifest: str
    audio: str | None
    transcript: str | None
    license: str | None
    consent: str | None
    id: str | None
    speaker: str | None
    language: str
    allow: tuple[str, ...]
    limits: VoiceLimits
    judges: JudgesConfig


def main(config: VoiceBankConfig) -> int:
    console = Console(highlight=False, soft_wrap=True)
    if config.action == "add":
        return add(config, console)
    if config.audio is not None:
        raise InputError(f"{config.action} takes no recording; a bank is manifest=…")
    return check(config, console) if config.action == "check" else show(config)


def add(config: VoiceBankConfig, console: Console) -> int:
    """Check a recording as a run will, have its words heard, then write it into the manifest.

    Raises:
        InputError: something is missing, not allowed, there already, or does not pass.
    """
    _check_given(config)
    check_file(config.manifest, "manifest")
    there, audio = read_entries(config.manifest), str(config.audio)
    try:
        data, wave, sample_rate = _read(audio, config.limits)
        entry = _entry(config, hashlib.sha256(data).hexdigest())
        _check_new(entry, there, config.manifest)
        with waiting(f"hearing {audio}", console):
            check_transcript(
                entry, wave, Asr(config.judges.asr).transcribe_one, config.limits.max_wer
            )
    except Refused as refusal:
        raise InputError(f"{audio}: {refusal} ({FORMAT})") from refusal
    _write(config.manifest, entry, data)
    length_s = len(wave) / SAMPLE_RATE
    console.print(
        f"voice {entry.id}: {length_s:.1f} s at {sample_rate} Hz, {rms_db(wave):.0f} dB, its words "
        f"heard; {config.manifest} has {len(there) + 1}",
        markup=False,
    )
    console.print(f'to speak with it: make synth ARGS="voices.manifest={config.manifest}"')
    return 0


def read_entries(manifest: str) -> list[Entry]:
    """The voices of a manifest, none where there is no such file; nothing of them is heard.

    Raises:
        InputError: a line that is no voice.
    """
    if not storage.exists(manifest):
        return []
    lines = storage.read_bytes(manifest).removeprefix(b"\xef\xbb\xbf").splitlines()
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entries += [parse_entry(line)] if line.strip() else []
        except Refused as refusal:
            raise InputError(f"{manifest}, line {number}: {refusal} ({FORMAT})") from refusal
    return entries


def show(config: VoiceBankConfig) -> int:
    """Print what the manifest says of each voice."""
    entries = _some_entries(config)
    table = Table("id", "speaker", "language", "license", "consent", title=config.manifest)
    for entry in entries:
        table.add_row(entry.id, entry.speaker, entry.language, entry.license, entry.consent)
    Console().print(table)
    return 0


def check(config: VoiceBankConfig, console: Console) -> int:
    """Decode and hear each voice, as a run does before anything is spent; 1 where one fails."""
    _some_entries(config)
    bank = VoicesConfig(
        manifest=config.manifest, per_text=1, include=None, audition=False, limits=config.limits
    )
    with waiting(f"hearing {config.manifest}", console):
        voices, refusals = inspect_bank(bank, Asr(config.judges.asr).transcribe_one)
    for name, refusal in refusals.items():
        console.print(f"{name}: {refusal}", markup=False)
    console.print(
        f"{len(voices)} of {len(voices) + len(refusals)} voices pass in {config.manifest}"
    )
    return 1 if refusals else 0


def overrides(typed: Sequence[str]) -> list[str]:
    """What was typed as key=value: the action and the recording may stand alone, first, and a key
    may be written as an option with its value behind it."""
    given, alone, words = list[str](), ["action", "audio"], iter(typed)
    for word in words:
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in VoiceBankConfig.model_fields:
            given.append(f"{name}={value if equals else next(words, '')}")
        elif alone and not ASSIGNMENT.match(word):
            given.append(f"{alone.pop(0)}={word}")
        else:
            given.append(word)
    return given


def _check_given(config: VoiceBankConfig) -> None:
    for key, wanted in TOLD.items():
        if not str(getattr(config, key) or "").strip():
            raise InputError(f"{key} is missing: {wanted}")
    if config.license not in config.allow:
        wider = ",".join([*config.allow, str(config.license)])
        raise InputError(
            f"license={config.license} is not allowed: {', '.join(config.allow)}; if you may use it, "
            f"say allow=[{wider}], and license.allow=[…] of make synth"
        )


def _read(audio: str, limits: VoiceLimits) -> tuple[bytes, Wave, int]:
    """The file as it is, its mono 24 kHz wave, and the sample rate that it has."""
    with storage.open_input(audio) as file:
        wave, sample_rate = read_recording(file, limits)
        file.seek(0)
        return file.read(), resample(wave, sample_rate, SAMPLE_RATE), sample_rate


def _entry(config: VoiceBankConfig, sha256: str) -> Entry:
    """The manifest's line; a recording below the manifest is named as it is, any other as its copy."""
    recording, folder = PurePosixPath(str(config.audio)), PurePosixPath(config.manifest).parent
    name = config.id or recording.stem
    below = recording.is_relative_to(folder) and ".." not in recording.parts
    audio = recording.relative_to(folder) if below else f"{name}{recording.suffix.lower()}"
    fields = {
        "id": name,
        "audio": str(audio),
        "transcript": config.transcript,
        "speaker": config.speaker or name,
        "language": config.language,
        "license": config.license,
        "consent": config.consent,
        "sha256": sha256,
    }
    return parse_entry(json.dumps(fields).encode())


def _check_new(entry: Entry, there: Sequence[Entry], manifest: str) -> None:
    """Raises InputError: the bank has a voice of that id, or that recording, or a file of its name."""
    for other in there:
        if other.id == entry.id:
            raise InputError(f"{manifest} has a voice {entry.id} already; give another id=…")
        if other.sha256.lower() == entry.sha256:
            raise InputError(f"{manifest} has this recording already: it is the voice {other.id}")
    copy = _copy(manifest, entry)
    if storage.exists(copy) and _sha256(copy) != entry.sha256:
        raise InputError(f"{copy} is another recording; give another id=…")


def _write(manifest: str, entry: Entry, data: bytes) -> None:
    """The recording first, so that no line names what is not there."""
    copy = _copy(manifest, entry)
    if not storage.exists(copy):
        storage.write_bytes(copy, data)
    before = storage.read_bytes(manifest) if storage.exists(manifest) else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    line = json.dumps(entry.model_dump(exclude_none=True), ensure_ascii=False)
    storage.write_bytes(manifest, before + line.encode() + b"\n")


def _copy(manifest: str, entry: Entry) -> str:
    return storage.join(manifest.rpartition("/")[0] or ".", entry.audio)


def _sha256(path: str) -> str:
    return hashlib.sha256(storage.read_bytes(path)).hexdigest()


def _some_entries(config: VoiceBankConfig) -> list[Entry]:
    entries = read_entries(config.manifest)
    if not entries:
        raise InputError(f"manifest={config.manifest}: no voice is there; voices add makes one")
    return entries


if __name__ == "__main__":
    sys.exit(
        run_app(
            VoiceBankConfig,
            "voice_bank",
            main,
            overrides(sys.argv[1:]),
            free_text=("transcript", "consent", "speaker"),
        )
    )
