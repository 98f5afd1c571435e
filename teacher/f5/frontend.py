"""From (reference, text) to (token ids, frames): what F5-TTS is told to say, and how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from speech.alignment.gaussian_hmm import GaussianHmmAligner, features_of, load_aligner
from speech.audio.mel import FRAME_RATE, HOP_LENGTH, log_mel
from speech.errors import Refused
from speech.reasons import Reason
from speech.seeds import stable_hash
from speech.text.phonemes import phonemize
from teacher.checkpoint import weights_file
from teacher.f5.config import AlignedConfig, CharactersConfig
from teacher.f5.contours import contours_of, draw
from teacher.f5.durations import load_durations
from teacher.f5.prosody import ProsodyFlow, load_prosody
from teacher.voices import Voice

MAX_FRAMES = 8192
"""F5-TTS's text positions end here, at 87 s."""


@dataclass(frozen=True)
class Encoded:
    """Token ids (N_tokens,) of reference and text, and the frames of both together."""

    tokens: Tensor
    frames: int
    phonemes: str | None = None
    """of the text alone, where the frontend decides when each is said"""
    phoneme_ends_s: tuple[float, ...] | None = None
    """from where the text begins, one for each character of `phonemes`"""
    contours: Tensor | None = None
    """(frames, 2) pitch and energy of reference and text (`teacher.f5.contours`)"""


@dataclass(frozen=True)
class Take:
    """Which reading of a text: `key` is what it is drawn by; `pitch` the mean and deviation of the
    speaker's in octaves; `reference` the mel (R, mels) that leads it, of a wave that was made `gain`
    times as loud for the network."""

    key: str
    pitch: tuple[float, float]
    reference: Tensor
    gain: float


@dataclass(frozen=True)
class Lead:
    """A reference as the frontend has it: its frames' ids, how slowly it speaks against the model's
    own rate, and the ids and ends of its phonemes."""

    tokens: Tensor
    rate: float
    ends_s: Tensor


@dataclass(frozen=True)
class Said:
    """What a clip says, and when, where that is known: one end for each character of `phonemes`."""

    text: str
    language: str
    phonemes: str | None = None
    phoneme_ends_s: Sequence[float] | None = None
    mel: Tensor | None = None
    """(frames, mels), where the ends may have to be found"""


class Frontend(Protocol):
    @property
    def draws(self) -> bool:
        """Whether takes of a text differ in how it is read."""
        ...

    def encode(
        self,
        voice: Voice,
        text_normalized: str,
        language: str,
        phonemes: str | None = None,
        take: Take | None = None,
    ) -> Encoded:
        """`phonemes`: what the text is to sound like, where that is not the frontend's to decide.
        The frames are the same for all takes, and without one."""
        ...

    def clip_tokens(self, said: Said, frames: int) -> Tensor:
        """Token ids (N_tokens,) of one whole clip, as training takes them."""
        ...


def reference_frames(voice: Voice) -> int:
    return len(voice.wave) // HOP_LENGTH


class AlignedFrontend:
    """Each phoneme's id stands once for every mel frame it lasts.

    At this size F5-TTS does not learn to align characters padded with fillers; with durations
    given it was intelligible after 1,000 steps. The reference's own alignment is used where the
    bank has it; otherwise it is searched for, or predicted durations are stretched over the clip.
    """

    def __init__(self, config: AlignedConfig, vocabulary: Sequence[str]) -> None:
        self.index = {symbol: i for i, symbol in enumerate(vocabulary)}
        weights = weights_file(config.durations, config.durations_sha256)
        self.durations = load_durations(str(weights))
        self.aligner = reference_aligner(config)
        self.config = config
        self.prosody: ProsodyFlow | None = None
        if config.prosody is not None:
            self.prosody = load_prosody(str(weights_file(config.prosody, config.prosody_sha256)))
        self._leads: dict[str, tuple[Voice, Lead]] = {}
        self._lead_contours: dict[str, tuple[Voice, Tensor]] = {}

    @property
    def draws(self) -> bool:
        return self.prosody is not None

    def encode(
        self,
        voice: Voice,
        text_normalized: str,
        language: str,
        phonemes: str | None = None,
        take: Take | None = None,
    ) -> Encoded:
        """Raises Refused where the text has no phoneme, or more than `MAX_FRAMES` frames."""
        lead = self._lead(voice)
        phonemes, _ = self._known(phonemes or phonemize(text_normalized, language), None)
        target = self._ids(phonemes)
        seconds = self.durations.seconds(target) * lead.rate / self.config.speed
        reading = None
        if take is not None and self.prosody is not None:
            reading = self._draw(self.prosody, target, take)
            lasts = reading[:, 0].exp()
            seconds = lasts * (seconds.sum() / lasts.sum())
        ends_s = seconds.cumsum(0)
        spoken = _repeat(target, ends_s * FRAME_RATE, round(ends_s[-1].item() * FRAME_RATE))
        tokens = torch.cat((lead.tokens, spoken))
        contours = None
        if take is not None and reading is not None:
            drawn = draw(reading[:, 1:], ends_s, len(spoken))
            contours = torch.cat((self._contours(voice, lead, take), drawn))
        return Encoded(
            tokens, checked_frames(len(tokens)), phonemes, tuple(ends_s.tolist()), contours
        )

    def _draw(self, prosody: ProsodyFlow, target: Tensor, take: Take) -> Tensor:
        config, seed = self.config, stable_hash("prosody", take.key) % 2**63
        return prosody.draw(target, take.pitch, config.temperature, config.expressiveness, seed)

    def _contours(self, voice: Voice, lead: Lead, take: Take) -> Tensor:
        """(R, 2), of what leads, as loud as the network hears it; found once for a voice."""
        known, found = self._lead_contours.get(voice.id, (None, None))
        if known is not voice or found is None:
            wave = torch.from_numpy(voice.wave) * take.gain
            _, found = contours_of(wave, take.reference, lead.ends_s)
            self._lead_contours[voice.id] = voice, found
        return found

    def clip_tokens(self, said: Said, frames: int) -> Tensor:
        """(frames,) ids."""
        ids, ends_s = self.aligned(said, frames)
        return _repeat(ids, ends_s * FRAME_RATE, frames)

    def aligned(self, said: Said, frames: int) -> tuple[Tensor, Tensor]:
        """(P,) ids of the clip's phonemes, and (P,) the second at which each of them ends."""
        phonemes = said.phonemes or phonemize(said.text, said.language)
        phonemes, ends = self._known(phonemes, said.phoneme_ends_s)
        ids = self._ids(phonemes)
        if ends is not None:
            return ids, torch.tensor(ends)
        if self.aligner is not None and said.mel is not None and len(said.mel) >= len(ids):
            lasts = self.aligner.align(features_of(said.mel), phonemes)
            return ids, torch.from_numpy(lasts).cumsum(0).float() / FRAME_RATE
        predicted_s = self.durations.seconds(ids).cumsum(0)
        return ids, predicted_s * (frames / FRAME_RATE / predicted_s[-1])

    def _known(
        self, phonemes: str, ends_s: Sequence[float] | None
    ) -> tuple[str, list[float] | None]:
        """What the teacher has symbols for, and the ends of that, if there is one for each."""
        places = [i for i, symbol in enumerate(phonemes) if symbol in self.index]
        known = "".join(phonemes[i] for i in places)
        if ends_s is None or len(ends_s) != len(phonemes):
            return known, None
        return known, [ends_s[i] for i in places]

    def _lead(self, voice: Voice) -> Lead:
        """Found once for a voice, however many texts it speaks."""
        known, found = self._leads.get(voice.id, (None, None))
        if known is not voice or found is None:
            found = self._align_reference(voice)
            self._leads[voice.id] = voice, found
        return found

    def _align_reference(self, voice: Voice) -> Lead:
        frames = reference_frames(voice)
        mel = log_mel(torch.from_numpy(voice.wave))
        said = Said(
            voice.transcript, voice.language, voice.phonemes, voice.phoneme_ends_s, mel[:frames]
        )
        ids, ends_s = self.aligned(said, frames)
        predicted_s = self.durations.seconds(ids).sum().item()
        rate = min(max(frames / FRAME_RATE / predicted_s, 0.7), 1.5)
        return Lead(_repeat(ids, ends_s * FRAME_RATE, frames), rate, ends_s)

    def _ids(self, phonemes: str) -> Tensor:
        ids = [self.index[symbol] for symbol in phonemes if symbol in self.index]
        if not ids:
            raise Refused(Reason.NOTHING_TO_SPEAK, "no phoneme that the teacher knows")
        return torch.tensor(ids)


class CharactersFrontend:
    """What `f5_tts.infer.utils_infer.infer_batch_process` does with text and length."""

    def __init__(self, config: CharactersConfig, vocabulary: Sequence[str]) -> None:
        self.index = {symbol: i for i, symbol in enumerate(vocabulary)}
        self.speed = config.speed

    draws = False

    def encode(
        self,
        voice: Voice,
        text_normalized: str,
        language: str,
        phonemes: str | None = None,
        take: Take | None = None,
    ) -> Encoded:
        """Raises Refused for phonemes, which it has no symbols for, and over `MAX_FRAMES` frames;
        unknown characters are spaces, as upstream."""
        if phonemes is not None:
            raise Refused(
                Reason.UNSUPPORTED_PHONEMES, "this teacher reads letters: give a spelling"
            )
        spoken = with_stop(voice.transcript)
        frames = reference_frames(voice)
        target_bytes = len(text_normalized.encode())
        speed = 0.3 if target_bytes < 10 else self.speed
        generated = int(frames / len(spoken.encode()) * target_bytes / speed)
        tokens = self._ids(spoken + text_normalized)
        return Encoded(
            tokens, checked_frames(max(frames + generated, max(len(tokens), frames) + 1))
        )

    def clip_tokens(self, said: Said, frames: int) -> Tensor:
        return self._ids(said.text)

    def _ids(self, text: str) -> Tensor:
        from f5_tts.model.utils import convert_char_to_pinyin

        characters = convert_char_to_pinyin([text])[0]
        return torch.tensor([self.index.get(character, 0) for character in characters])


def reference_aligner(config: AlignedConfig | CharactersConfig) -> GaussianHmmAligner | None:
    """What finds the phonemes of a reference."""
    if config.aligner is None:
        return None
    return load_aligner(str(weights_file(config.aligner, config.aligner_sha256)))


def build_frontend(config: AlignedConfig | CharactersConfig, vocabulary: Sequence[str]) -> Frontend:
    if isinstance(config, AlignedConfig):
        return AlignedFrontend(config, vocabulary)
    return CharactersFrontend(config, vocabulary)


def with_stop(transcript: str) -> str:
    text = transcript.strip()
    if not text.endswith((".", "。")):
        text += "."
    return text + " " if text.endswith(".") else text


def _repeat(ids: Tensor, ends: Tensor, frames: int) -> Tensor:
    """(P,) ids and their end frames -> (frames,) ids; rounding never adds up to a drift."""
    edges = ends.round().long().clamp(max=frames)
    edges[-1] = frames
    return ids.repeat_interleave(edges.diff(prepend=edges.new_zeros(1)).clamp(min=0))[:frames]


def checked_frames(frames: int) -> int:
    if frames > MAX_FRAMES:
        raise Refused(Reason.TOO_LONG, f"{frames} frames with its reference, allowed {MAX_FRAMES}")
    return frames
