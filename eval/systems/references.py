"""The voices that systems are asked for: a bank's, those that a list brings, a dataset's speakers."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from eval.systems.dataset_voices import dataset_bank
from eval.systems.recordings import read_wave
from eval.systems.testsets import Reference, Sentence
from speech.errors import InputError, Refused
from teacher.voices import Voice, VoicesConfig, load_bank

KEPT = 16
"""references of a list that are held in memory at a time"""


class References(Mapping[str, Voice]):
    """Voices by name; those of a list are read when they are asked for."""

    def __init__(
        self, bank: Mapping[str, Voice], listed: Mapping[str, Reference], language: str
    ) -> None:
        self._bank, self._listed, self._language = dict(bank), dict(listed), language
        self._read = lru_cache(maxsize=KEPT)(self._read_listed)

    def __getitem__(self, name: str) -> Voice:
        """Raises Refused: `missing_file`, or audio that cannot be decoded."""
        return self._read(name) if name in self._listed else self._bank[name]

    def __contains__(self, name: object) -> bool:
        return name in self._listed or name in self._bank

    def __iter__(self) -> Iterator[str]:
        yield from self._bank
        yield from self._listed

    def __len__(self) -> int:
        return len(self._bank) + len(self._listed)

    @property
    def bank(self) -> list[str]:
        """The voices that any sentence may be given."""
        return list(self._bank)

    def extended(self, voices: Mapping[str, Voice]) -> "References":
        return References({**self._bank, **voices}, self._listed, self._language)

    def _read_listed(self, name: str) -> Voice:
        reference = self._listed[name]
        try:
            wave = read_wave(reference.audio)
        except InputError as error:
            raise Refused("missing_file", str(error)) from error
        return Voice(
            id=name,
            wave=wave,
            transcript=reference.transcript,
            speaker=name,
            language=self._language,
            license="the list's",
            consent="the list's",
            sha256=hashlib.sha256(wave.tobytes()).hexdigest(),
        )


def open_references(
    banks: Sequence[VoicesConfig], listed: Mapping[str, Reference], language: str
) -> References:
    """The banks' voices of `language`, the first bank's where names are equal, and the list's."""
    voices: dict[str, Voice] = {}
    for config in banks:
        voices = {**load_bank(config, languages=(language,)), **voices}
    return References(voices, listed, language)


def with_speakers(
    references: References, names: Sequence[str], dataset: str | None, language: str
) -> References:
    """Voices of a student that no bank has, from clips of the dataset that it was trained on."""
    missing = [name for name in names if name not in references]
    if not missing or dataset is None:
        return references
    speakers = dataset_bank(dataset, language)
    return references.extended({name: speakers[name] for name in missing if name in speakers})


def choose_voice(
    sentence: Sentence, own: Sequence[str] | None, shared: Sequence[str], bank: Sequence[str]
) -> str | None:
    """The voice that the list asks for; else, in turn, one that all systems share or its own."""
    if sentence.voice is not None:
        return sentence.voice
    voices = shared or own or bank
    return voices[sentence.number % len(voices)] if voices else None
