"""What a reference voice must be before anything is spent on it; each refusal has a name."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
from pydantic import Field, ValidationError

from speech import storage
from speech.audio.waveform import Wave, clipped_share, decode, rms_db
from speech.config import Config
from speech.errors import InputError, Refused
from speech.judges.wer import LANGUAGES, score
from speech.text.normalize import base_language

Transcribe = Callable[[Wave, str], str]
"""(a 24 kHz wave, its language) -> what was heard"""

REQUIRED = ("id", "audio", "transcript", "speaker", "language", "license", "consent", "sha256")
REASONS = (
    "malformed_line",
    *(f"no_{name}" for name in REQUIRED),
    "invalid_id",
    "duplicate_id",
    "unknown_voice",
    "unsupported_language",
    "invalid_path",
    "missing_file",
    "too_large",
    "hash_mismatch",
    "undecodable",
    "truncated",
    "too_many_channels",
    "sample_rate",
    "too_short",
    "too_long",
    "nan",
    "silent",
    "clipped",
    "alignment",
    "transcript_mismatch",
)
LEGAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ALIGNMENT_SLACK_S = 0.05


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
    """One line of a manifest."""

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
        raise Refused("malformed_line", f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise Refused("malformed_line", "not a JSON object")
    try:
        return _entry(fields)
    except Refused as refused:
        voice = f"voice {fields['id']!r:.80}; " if fields.get("id") else ""
        raise Refused(refused.reason, voice + refused.detail) from refused


def _entry(fields: Mapping[str, Any]) -> Entry:
    for name in REQUIRED:
        if not str(fields.get(name) or "").strip():
            raise Refused(f"no_{name}", f"required: {', '.join(REQUIRED)}")
    try:
        entry = Entry.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused("malformed_line", f"{first['loc'][0]}: {first['msg']}") from error
    if not LEGAL_ID.fullmatch(entry.id):
        raise Refused("invalid_id", "allowed: 64 letters, digits, '.', '_' and '-'")
    language = base_language(entry.language)
    if language not in LANGUAGES:
        raise Refused("unsupported_language", f"{entry.language}, allowed {', '.join(LANGUAGES)}")
    return entry.model_copy(update={"language": language})


def load_audio(entry: Entry, base: str, limits: VoiceLimits) -> tuple[Wave, int]:
    """The reference's mono wave and sample rate, once its file and its sound pass.

    Raises:
        Refused: the first of `REASONS` that applies.
    """
    try:
        with storage.open_input(_location(entry.audio, base)) as file:
            _check_file(file, entry.sha256, limits.max_bytes)
            wave, sample_rate = decode(file, limits.max_duration_s)
    except InputError as error:
        raise Refused("missing_file", str(error)) from error
    _check_sound(wave, sample_rate, limits)
    _check_alignment(entry, len(wave) / sample_rate)
    return wave, sample_rate


def check_transcript(entry: Entry, wave: Wave, transcribe: Transcribe, max_wer: float) -> None:
    """Raises Refused: `transcript_mismatch`, or `no_transcript` where it holds no words."""
    heard = transcribe(wave, entry.language)
    try:
        wer = score(entry.transcript, heard, entry.language).wer
    except ValueError as error:
        raise Refused("no_transcript", str(error)) from error
    if not wer <= max_wer:
        detail = f"WER {wer:.2f}, allowed {max_wer:g}; heard {heard!r:.80}"
        raise Refused("transcript_mismatch", detail)


def _location(audio: str, base: str) -> str:
    """A manifest names files below it or in a bucket or package, and nothing else on this machine."""
    scheme, separator, rest = audio.rpartition("://")
    parts = rest.replace("\\", "/").split("/")
    if ".." in parts or "\0" in audio or (not separator and (parts[0] == "" or ":" in parts[0])):
        raise Refused("invalid_path", "allowed: below the manifest, gs:// or package://")
    if separator and scheme not in ("gs", "package"):
        raise Refused("invalid_path", f"{scheme}://, allowed gs:// and package://")
    return audio if separator else storage.join(base, audio)


def _check_file(file: BinaryIO, sha256: str, max_bytes: int) -> None:
    size = file.seek(0, 2)
    if size > max_bytes:
        raise Refused("too_large", f"{size} bytes, allowed {max_bytes}")
    file.seek(0)
    found = hashlib.sha256(file.read()).hexdigest()
    if found != sha256.lower():
        raise Refused("hash_mismatch", f"sha256 {found:.12}…, manifest {sha256:.12}…")
    file.seek(0)


def _check_sound(wave: Wave, sample_rate: int, limits: VoiceLimits) -> None:
    duration_s, level_db = len(wave) / sample_rate, rms_db(wave)
    if sample_rate < limits.min_sample_rate:
        raise Refused("sample_rate", f"{sample_rate} Hz, allowed from {limits.min_sample_rate}")
    if duration_s < limits.min_duration_s:
        raise Refused("too_short", f"{duration_s:.2f} s, allowed from {limits.min_duration_s:g}")
    if not np.isfinite(wave).all():
        raise Refused("nan", "samples that are not numbers")
    if level_db < limits.min_rms_db:
        raise Refused("silent", f"{level_db:.0f} dB, allowed from {limits.min_rms_db:g}")
    share = clipped_share(wave)
    if share > limits.max_clipped_share:
        raise Refused("clipped", f"{share:.2%} of samples, allowed {limits.max_clipped_share:.2%}")


def _check_alignment(entry: Entry, duration_s: float) -> None:
    ends = entry.phoneme_ends_s
    if ends is None:
        return
    rising = all(before <= after for before, after in pairwise((0.0, *ends)))
    if len(ends) != len(entry.phonemes or ""):
        raise Refused("alignment", f"{len(ends)} ends of {len(entry.phonemes or '')} phonemes")
    if not ends or not rising or not ends[-1] <= duration_s + ALIGNMENT_SLACK_S:
        raise Refused("alignment", f"ends must rise and stay within {duration_s:.2f} s")
