"""Audio that is there already: a folder of a system's clips, or people's recordings of a list."""

from pathlib import PurePosixPath

from eval.systems.systems import Kind, Spoken
from eval.systems.testsets import Sentence
from speech import storage
from speech.audio.waveform import Wave, decode, resample
from speech.dataset.clips import MAX_CLIP_S
from speech.dataset.schema import SAMPLE_RATE
from speech.errors import InputError, Refused
from speech.storage import Location
from speech.synthesizer import Size

SUFFIXES = (".flac", ".wav", ".ogg", ".mp3")


def read_wave(path: Location) -> Wave:
    """(samples,) at 24 kHz; NaN stays.

    Raises:
        InputError: no such file.
        Refused: nothing that can be decoded.
    """
    wave, sample_rate = decode(storage.read_bytes(path), MAX_CLIP_S)
    return resample(wave, sample_rate, SAMPLE_RATE)


class AudioFolder:
    """Files named by the sentences' ids, which for a .txt are line numbers: 00001.wav, 1.wav."""

    kind: Kind = "audio"
    revision = ""
    size: Size | None = None
    voices = None

    def __init__(self, location: str) -> None:
        """Raises InputError: no folder, or one without audio."""
        self.name = PurePosixPath(location.rstrip("/")).name
        names = storage.list_files(location)
        self._paths = {
            _key(PurePosixPath(name).stem): storage.join(location, name)
            for name in names
            if PurePosixPath(name).suffix.lower() in SUFFIXES
        }
        if not self._paths:
            raise InputError(f"{location} holds no audio ({', '.join(SUFFIXES)})")

    def warm_up(self, sentence: Sentence, voice: str | None) -> None:
        """Nothing is computed."""

    def speak(self, sentence: Sentence, voice: str | None, seed: int) -> Spoken:
        path = self._paths.get(_key(sentence.id))
        if path is None:
            raise Refused("missing_file", f"{sentence.id:.80}.flac, .wav, .ogg or .mp3")
        return Spoken(read_wave(path))


class Recordings:
    """What people said, where the test set has it: the ground truth."""

    kind: Kind = "recordings"
    name = "recordings"
    revision = ""
    size: Size | None = None
    voices = None

    def warm_up(self, sentence: Sentence, voice: str | None) -> None:
        """Nothing is computed."""

    def speak(self, sentence: Sentence, voice: str | None, seed: int) -> Spoken:
        if sentence.recording is None:
            raise Refused("missing_file", "the list has no recording of this sentence")
        return Spoken(read_wave(sentence.recording))


def _key(name: str) -> str:
    """Line numbers are equal with zeros in front and without."""
    return name.lstrip("0") or "0" if name.isdigit() else name
