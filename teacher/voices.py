"""Banks of reference voices, and which of them speaks a text."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Annotated

from pydantic import Field

from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample
from speech.config import Config
from speech.errors import InputError, Refused
from speech.reasons import Reason
from speech.seeds import rendezvous
from teacher.voice_checks import (
    Entry,
    Transcribe,
    VoiceLimits,
    VoiceReason,
    check_transcript,
    load_audio,
    parse_entry,
)

FORMAT = "the format of a manifest is in docs/voices.md"
HEARD = {
    "package://teacher/mini/voices/voices.jsonl": (
        "106adcc8eec5a1e330fd0bd0aa12cb69a14bdeba87e6e257a8cd4d253c00f429",
        0.01,
    )
}
"""Packaged banks that the embedded ASR has heard: the SHA-256 of the manifest, which has that of every
recording, and the WER that no voice is above."""


class VoicesConfig(Config):
    """A bank: a JSONL manifest beside its audio, one voice a line (`teacher.voice_checks.Entry`)."""

    manifest: str
    per_text: int = Field(ge=1)
    include: Annotated[tuple[str, ...], Field(min_length=1)] | None
    audition: bool
    limits: VoiceLimits


@dataclass(frozen=True)
class Voice:
    """A checked reference: `wave` is float32, mono, 24 kHz, and says `transcript`."""

    id: str
    wave: Wave
    transcript: str
    speaker: str
    language: str
    license: str
    consent: str
    sha256: str
    phonemes: str | None = None
    phoneme_ends_s: tuple[float, ...] | None = None

    @property
    def columns(self) -> dict[str, str]:
        """What a row says of where its voice is from."""
        return {
            "voice_source": self.speaker,
            "voice_sha256": self.sha256,
            "voice_license": self.license,
            "voice_consent": self.consent,
        }


class VoiceBank(Mapping[str, Voice]):
    """Voices by id."""

    def __init__(self, voices: Mapping[str, Voice]) -> None:
        self._voices = dict(voices)

    def __getitem__(self, voice_id: str) -> Voice:
        return self._voices[voice_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._voices)

    def __len__(self) -> int:
        return len(self._voices)

    def ids_for(self, language: str) -> list[str]:
        return [voice.id for voice in self._voices.values() if voice.language == language]


def load_bank(
    config: VoicesConfig,
    transcribe: Transcribe | None = None,
    languages: Collection[str] | None = None,
) -> VoiceBank:
    """Load and check a bank; without `transcribe`, all but whether transcripts are true.

    Voices of other `languages` than the run's are left out, since its ASR could not check them.

    Raises:
        InputError: no manifest, no voice, or a voice that fails; names every such voice and why.
    """
    voices, refusals = inspect_bank(config, transcribe, languages)
    if refusals:
        listed = "; ".join(f"{name}: {refusal}" for name, refusal in refusals.items())
        total = len(voices) + len(refusals)
        raise InputError(
            f"{config.manifest}: {len(refusals)} of {total} voices refused: {listed} ({FORMAT})"
        )
    if not voices:
        raise InputError(f"{config.manifest}: no voice speaks {', '.join(languages or ['at all'])}")
    return VoiceBank(voices)


def is_heard(config: VoicesConfig) -> bool:
    """Whether it is one of `HEARD`, unchanged, and not to be truer than that."""
    sha, wer = HEARD.get(config.manifest, ("", 0.0))
    if not sha or config.limits.max_wer < wer:
        return False
    return sha256(storage.read_bytes(config.manifest)).hexdigest() == sha


def inspect_bank(
    config: VoicesConfig,
    transcribe: Transcribe | None = None,
    languages: Collection[str] | None = None,
) -> tuple[dict[str, Voice], dict[str, Refused]]:
    """The voices that pass and, by id or by line number, why the others do not."""
    voices: dict[str, Voice] = {}
    refusals: dict[str, Refused] = {}
    missing, names = dict.fromkeys(config.include or ()), list[str]()
    base = config.manifest.rpartition("/")[0] or "."
    with storage.open_input(config.manifest) as manifest:
        lines = manifest.read().removeprefix(b"\xef\xbb\xbf").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name = f"line {number}"
        try:
            entry = parse_entry(line)
            names.append(entry.id)
            missing = {name: None for name in missing if not fnmatchcase(entry.id, name)}
            if _left_out(entry, config, languages):
                continue
            if entry.id in voices or entry.id in refusals:
                raise Refused(VoiceReason.DUPLICATE_ID, entry.id)
            name = entry.id
            voices[entry.id] = _load(entry, base, config.limits, transcribe)
        except Refused as refusal:
            refusals[name] = refusal
    for wanted in missing.keys() - refusals.keys():
        refusals[wanted] = Refused(
            VoiceReason.UNKNOWN_VOICE,
            f"included, but not in the manifest; allowed: {', '.join(names):.300}",
        )
    return voices, refusals


def choose_voices(
    bank: VoiceBank,
    text_id: str,
    language: str,
    explicit_voice: str | None,
    per_text: int,
    seed: int,
) -> list[str]:
    """Ids of the voices that speak a text: the one it asks for, or its preferred `per_text`.

    Raises:
        Refused: `unknown_voice`, or `unsupported_language` where no voice speaks it.
    """
    if explicit_voice is not None:
        if explicit_voice not in bank:
            raise Refused(
                Reason.UNKNOWN_VOICE, f"{explicit_voice!r:.80}, allowed {', '.join(bank)}"
            )
        return [explicit_voice]
    candidates = bank.ids_for(language)
    if not candidates:
        raise Refused(Reason.UNSUPPORTED_LANGUAGE, f"no voice speaks {language!r:.20}")
    return rendezvous(text_id, candidates, per_text, seed)


def _left_out(entry: Entry, config: VoicesConfig, languages: Collection[str] | None) -> bool:
    if not any(fnmatchcase(entry.id, name) for name in config.include or "*"):
        return True
    return languages is not None and entry.language not in languages


def _load(entry: Entry, base: str, limits: VoiceLimits, transcribe: Transcribe | None) -> Voice:
    native, sample_rate = load_audio(entry, base, limits)
    wave = resample(native, sample_rate, SAMPLE_RATE)
    if transcribe is not None:
        check_transcript(entry, wave, transcribe, limits.max_wer)
    return Voice(
        id=entry.id,
        wave=wave,
        transcript=entry.transcript,
        speaker=entry.speaker,
        language=entry.language,
        license=entry.license,
        consent=entry.consent,
        sha256=entry.sha256.lower(),
        phonemes=entry.phonemes,
        phoneme_ends_s=entry.phoneme_ends_s,
    )
