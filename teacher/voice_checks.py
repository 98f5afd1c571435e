"""What a reference voice must be before anything is spent on it; each refusal has a name."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from enum import Enum
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
from pydantic import ConfigDict, Field, ValidationError

from speech import storage
from speech.audio.waveform import Wave, clipped_share, decode, rms_db
from speech.config import Config
from speech.errors import InputError, Refused
from speech.judges.wer import LANGUAGES, score
from speech.text.normalize import base_language

Transcribe = Callable[[Wave, str], str]
"""(a 24 kHz wave, its language) -> what was heard"""

REQUIRED = ("id", "audio", "transcript", "speaker", "language", "license", "consent", "sha256")
LEGAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ALIGNMENT_SLACK_S = 0.05


class VoiceReason(str, Enum):
    """Why a reference is refused; of the file itself, those of `speech.audio.waveform`."""

    __str__ = str.__str__  # as StrEnum's of Python 3.11

    MALFORMED_LINE = "malformed_line"
    NO_ID = "no_id"
    NO_AUDIO = "no_audio"
    NO_TRANSCRIPT = "no_transcript"
    NO_SPEAKER = "no_speaker"
    NO_LANGUAGE = "no_language"
    NO_LICENSE = "no_license"
    NO_CONSENT = "no_consent"
    NO_SHA256 = "no_sha256"
    INVALID_ID = "invalid_id"
    DUPLICATE_ID = "duplicate_id"
    UNKNOWN_VOICE = "unknown_voice"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    INVALID_PATH = "invalid_path"
    MISSING_FILE = "missing_file"
    TOO_LARGE = "too_large"
    HASH_MISMATCH = "hash_mismatch"
    UNDECODABLE = "undecodable"
    TRUNCATED = "truncated"
    TOO_MANY_CHANNELS = "too_many_channels"
    SAMPLE_RATE = "sample_rate"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NAN = "nan"
    SILENT = "silent"
    CLIPPED = "clipped"
    ALIGNMENT = "alignment"
    TRANSCRIPT_MISMATCH = "transcript_mismatch"


class VoiceLimits(Config):
    """Between these a reference is accepted (conf/limits)."""

    min_duration_s: float = Field(gt=0)
    max_duration_s: float = Field(gt=0)
    min_sample_rate: int = Field(gt=0)
    min_rms_db: float
    max_clipped_share: float
    max_wer: float
    max_bytes: int = Field(gt=0)


class Entry(Config):
    """One line of a manifest. What is no number in it is told by the check of what it belongs to."""

    model_config = ConfigDict(allow_inf_nan=True)

    id: str
    audio: str
    """relative to the manifest, gs:// or package://"""
    transcript: str
    speaker: str
    language: str
    license: str
    consent: str
    sha256: str
    """of the audio file, hexadecimal"""
    phonemes: str | None = None
    phoneme_ends_s: tuple[float, ...] | None = None
    """the exact end of each phoneme, where it is known"""


def parse_entry(line: bytes) -> Entry:
    """Raises Refused: `malformed_line`, `no_<field>`, `invalid_id` or `unsupported_language`, with
    the voice's id where it can be read."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused(VoiceReason.MALFORMED_LINE, f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise Refused(VoiceReason.MALFORMED_LINE, "not a JSON object")
    try:
        return _entry(fields)
    except Refused as refused:
        voice = f"voice {fields['id']!r:.80}; " if fields.get("id") else ""
        raise Refused(refused.reason, voice + refused.detail) from refused


def _entry(fields: Mapping[str, Any]) -> Entry:
    for name in REQUIRED:
        if not str(fields.get(name) or "").strip():
            raise Refused(VoiceReason(f"no_{name}"), f"required: {', '.join(REQUIRED)}")
    try:
        entry = Entry.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(VoiceReason.MALFORMED_LINE, f"{first['loc'][0]}: {first['msg']}") from error
    if not LEGAL_ID.fullmatch(entry.id):
        raise Refused(VoiceReason.INVALID_ID, "allowed: 64 letters, digits, '.', '_' and '-'")
    language = base_language(entry.language)
    if language not in LANGUAGES:
        raise Refused(
            VoiceReason.UNSUPPORTED_LANGUAGE, f"{entry.language}, allowed {', '.join(LANGUAGES)}"
        )
    return entry.model_copy(update={"language": language})


def load_audio(entry: Entry, base: str, limits: VoiceLimits) -> tuple[Wave, int]:
    """The reference's mono wave and sample rate, once its file and its sound pass.

    Raises:
        Refused: the first `VoiceReason` that applies.
    """
    try:
        with storage.open_input(_location(entry.audio, base)) as file:
            _check_size(file, limits.max_bytes)
            _check_hash(file, entry.sha256)
            wave, sample_rate = read_recording(file, limits)
    except InputError as error:
        raise Refused(VoiceReason.MISSING_FILE, str(error)) from error
    _check_alignment(entry, len(wave) / sample_rate)
    return wave, sample_rate


def read_recording(file: BinaryIO, limits: VoiceLimits) -> tuple[Wave, int]:
    """The mono wave and sample rate of a file, once its size and its sound pass.

    Raises:
        Refused: the first `VoiceReason` that applies.
    """
    _check_size(file, limits.max_bytes)
    wave, sample_rate = decode(file, limits.max_duration_s)
    _check_sound(wave, sample_rate, limits)
    return wave, sample_rate


def check_transcript(entry: Entry, wave: Wave, transcribe: Transcribe, max_wer: float) -> None:
    """Raises Refused: `transcript_mismatch`, or `no_transcript` where it holds no words."""
    heard = transcribe(wave, entry.language)
    try:
        wer = score(entry.transcript, heard, entry.language).wer
    except ValueError as error:
        raise Refused(VoiceReason.NO_TRANSCRIPT, str(error)) from error
    if not wer <= max_wer:
        detail = f"WER {wer:.2f}, allowed {max_wer:g}; heard {heard!r:.80}"
        raise Refused(VoiceReason.TRANSCRIPT_MISMATCH, detail)


def _location(audio: str, base: str) -> str:
    """A manifest names files below it or in a bucket or package, and nothing else on this machine."""
    scheme, separator, rest = audio.rpartition("://")
    parts = rest.replace("\\", "/").split("/")
    if ".." in parts or "\0" in audio or (not separator and (parts[0] == "" or ":" in parts[0])):
        raise Refused(VoiceReason.INVALID_PATH, "allowed: below the manifest, gs:// or package://")
    if separator and scheme not in ("gs", "package"):
        raise Refused(VoiceReason.INVALID_PATH, f"{scheme}://, allowed gs:// and package://")
    return audio if separator else storage.join(base, audio)


def _check_size(file: BinaryIO, max_bytes: int) -> None:
    size = file.seek(0, 2)
    file.seek(0)
    if size > max_bytes:
        raise Refused(VoiceReason.TOO_LARGE, f"{size} bytes, allowed {max_bytes}")


def _check_hash(file: BinaryIO, sha256: str) -> None:
    found = hashlib.sha256(file.read()).hexdigest()
    if found != sha256.lower():
        raise Refused(VoiceReason.HASH_MISMATCH, f"sha256 {found:.12}…, manifest {sha256:.12}…")
    file.seek(0)


def _check_sound(wave: Wave, sample_rate: int, limits: VoiceLimits) -> None:
    duration_s, level_db = len(wave) / sample_rate, rms_db(wave)
    if sample_rate < limits.min_sample_rate:
        raise Refused(
            VoiceReason.SAMPLE_RATE, f"{sample_rate} Hz, allowed from {limits.min_sample_rate}"
        )
    if duration_s < limits.min_duration_s:
        raise Refused(
            VoiceReason.TOO_SHORT, f"{duration_s:.2f} s, allowed from {limits.min_duration_s:g}"
        )
    if not np.isfinite(wave).all():
        raise Refused(VoiceReason.NAN, "samples that are not numbers")
    if level_db < limits.min_rms_db:
        raise Refused(VoiceReason.SILENT, f"{level_db:.0f} dB, allowed from {limits.min_rms_db:g}")
    share = clipped_share(wave)
    if share > limits.max_clipped_share:
        raise Refused(
            VoiceReason.CLIPPED, f"{share:.2%} of samples, allowed {limits.max_clipped_share:.2%}"
        )


def _check_alignment(entry: Entry, duration_s: float) -> None:
    ends = entry.phoneme_ends_s
    if ends is None:
        return
    rising = all(before <= after for before, after in pairwise((0.0, *ends)))
    if len(ends) != len(entry.phonemes or ""):
        raise Refused(
            VoiceReason.ALIGNMENT, f"{len(ends)} ends of {len(entry.phonemes or '')} phonemes"
        )
    if not ends or not rising or not ends[-1] <= duration_s + ALIGNMENT_SLACK_S:
        raise Refused(VoiceReason.ALIGNMENT, f"ends must rise and stay within {duration_s:.2f} s")
