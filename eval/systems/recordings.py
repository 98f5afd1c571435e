"""Audio that is there already: a folder of a system's clips, or people's recordings of a list."""

from collections.abc import Callable, Collection, Sequence
from pathlib import PurePosixPath

from eval.systems.testsets import Sentence
from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, resample
from speech.dataset.clips import MAX_CLIP_S
from speech.errors import InputError, Refused
from speech.storage import Location
from speech.synthesizer import AtOnce, Size, Speech, SynthesisRequest

SUFFIXES = (".flac", ".wav", ".ogg", ".mp3")
SHOWN = 5
"""ids that a message lists"""


def read_wave(path: Location) -> Wave:
    """(samples,) at 24 kHz; NaN stays.

    Raises:
        InputError: no such file.
        Refused: nothing that can be decoded.
    """
    wave, sample_rate = decode(storage.read_bytes(path), MAX_CLIP_S)
    return resample(wave, sample_rate, SAMPLE_RATE)


class Recordings(AtOnce):
    """Whatever `find` knows of a request; nothing is computed."""

    revision = license = ""
    voices: Sequence[str] = ()
    languages: Sequence[str] = ()
    size: Size | None = None

    def __init__(
        self, name: str, find: Callable[[SynthesisRequest], Location | None], missing: str
    ) -> None:
        """`missing` is said, behind the request's id, of what is not found."""
        self.name, self._find, self._missing = name, find, missing

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: SynthesisRequest) -> Speech | Refused:
        path = self._find(request)
        if path is None:
            return Refused("missing_file", f"{request.id:.80}{self._missing}")
        try:
            return Speech(read_wave(path))
        except InputError as error:
            return Refused("missing_file", str(error))
        except Refused as refusal:
            return refusal


def open_folder(location: str) -> Recordings:
    """Files named by the sentences' ids, which for a .txt are line numbers: 00001.wav, 1.wav.

    Raises:
        InputError: no folder, or one without audio.
    """
    paths = _audio(location)
    name = PurePosixPath(location.rstrip("/")).name
    return Recordings(
        name, lambda request: paths.get(_key(request.id)), ".flac, .wav, .ogg or .mp3"
    )


def mismatch(location: str, asked: Sequence[str], known: Collection[str] | None) -> str | None:
    """The ids that are asked for and that a folder has no file for, and its files that are for none
    of the ids: signs that it was spoken from another list. None where there are neither.

    Args:
        known: other ids that it may have files for; None: any.

    Raises:
        InputError: as `open_folder`.
    """
    there = _audio(location)
    lacking = [id for id in asked if _key(id) not in there]
    wanted = {_key(id) for id in (*asked, *(known or ()))}
    strange = [] if known is None else sorted(set(there) - wanted)
    told = [f"no file for {len(lacking)} of {len(asked)} sentences ({_some(lacking)})"] * bool(
        lacking
    )
    files = f"{len(strange)} file{'s' * (len(strange) != 1)}"
    told += [f"{files} that no sentence asks for ({_some(strange)})"] * bool(strange)
    return f"audio:{location} has {' and '.join(told)}" if told else None


def _some(ids: Sequence[str]) -> str:
    return ", ".join(f"{id:.40}" for id in ids[:SHOWN]) + ", …" * (len(ids) > SHOWN)


def _audio(location: str) -> dict[str, str]:
    paths = {
        _key(PurePosixPath(name).stem): storage.join(location, name)
        for name in storage.list_files(location)
        if PurePosixPath(name).suffix.lower() in SUFFIXES
    }
    if not paths:
        raise InputError(f"{location} holds no audio ({', '.join(SUFFIXES)})")
    return paths


def people(sentences: Sequence[Sentence]) -> Recordings:
    """What people said, where the test set has it: the ground truth."""
    paths = {(sentence.id, sentence.text): sentence.recording for sentence in sentences}
    return Recordings(
        "recordings",
        lambda request: paths.get((request.id, request.text)),
        " has no recording in the list",
    )


def _key(name: str) -> str:
    """Line numbers are equal with zeros in front and without."""
    return name.lstrip("0") or "0" if name.isdigit() else name
