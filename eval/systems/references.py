"""The voices that systems are asked for: a bank's, those that a list brings, a dataset's speakers."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from eval.systems.recordings import read_wave
from eval.systems.testsets import Reference, Sentence
from speech.dataset.clips import open_clips
from speech.errors import InputError, Refused
from teacher.clip_voices import MAX_DURATION_S, MIN_DURATION_S, can_lead, clip_voice
from teacher.voices import Voice, VoicesConfig, load_bank

KEPT = 16
"""references of a list that are held in memory at a time"""


class References(Mapping[str, Voice]):
    """Voices by name; those of a list are read when they are asked for."""

    def __init__(
        self,
        bank: Mapping[str, Voice],
        listed: Mapping[str, Reference],
        language: str,
        problem: str | None = None,
    ) -> None:
        """`problem`: why voices that were looked for have no reference."""
        self.problem = problem
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
    def bank(self) -> Sequence[str]:
        """The voices that any sentence may be given."""
        return list(self._bank)

    def extended(self, voices: Mapping[str, Voice]) -> "References":
        return References({**self._bank, **voices}, self._listed, self._language, self.problem)

    def without(self, problem: str) -> "References":
        """The same, with a reason why others are missing."""
        return References(self._bank, self._listed, self._language, problem)

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
    sources: Sequence[VoicesConfig | str], listed: Mapping[str, Reference], language: str
) -> References:
    """The voices of `language` of banks and of datasets, by their place, and the list's own.

    Where names are equal, those of the first source.

    Raises:
        InputError: a source that is not there, or not as it should be; a voice of the list that has
            the name of another.
    """
    voices: dict[str, Voice] = {}
    for source in sources:
        voices = {**_source_voices(source, language), **voices}
    for name in sorted(voices.keys() & listed.keys()):
        raise InputError(
            f"{listed[name].place}: voice {name!r:.80} with a prompt_audio has the name of a voice of "
            "the references; give it another name, or leave its prompt_audio out"
        )
    return References(voices, listed, language)


def _source_voices(source: VoicesConfig | str, language: str) -> Mapping[str, Voice]:
    if isinstance(source, str):
        return dataset_voices(source, language)
    return load_bank(source, languages=(language,))


def dataset_voices(dataset: str, language: str) -> dict[str, Voice]:
    """One voice for each speaker of `language`, in the order in which the dataset has them: the
    speaker's first clip of a fitting length.

    The dataset's own phoneme ends are left out, so that the teacher meets each voice as it would
    meet a user's reference.

    Raises:
        InputError: no dataset there, or no such clip in it.
    """
    clips, chosen = open_clips(dataset), dict[str, int]()
    for i, clip in enumerate(clips):
        if clip.language == language and can_lead(clip):
            chosen.setdefault(clip.speaker_id, i)
    if not chosen:
        span = f"{MIN_DURATION_S:g} to {MAX_DURATION_S:g} s"
        raise InputError(f"{dataset} has no clip of {span} in {language!r:.20}")
    return {
        speaker: replace(clip_voice(clips, i), phonemes=None, phoneme_ends_s=None)
        for speaker, i in chosen.items()
    }


def with_speakers(
    references: References, names: Sequence[str], dataset: str | None, language: str
) -> References:
    """Voices of a student that no bank has, from clips of the dataset that it was trained on.

    A dataset without such clips costs similarities alone: the references' `problem` says so.
    """
    missing = [name for name in names if name not in references]
    if not missing or dataset is None:
        return references
    try:
        speakers = dataset_voices(dataset, language)
    except InputError as error:
        return references.without(str(error))
    return references.extended({name: speakers[name] for name in missing if name in speakers})


def choose_voice(sentence: Sentence, own: Sequence[str], shared: Sequence[str]) -> str | None:
    """The voice that the list asks for; else, in turn, one that all systems share or its own."""
    if sentence.voice is not None:
        return sentence.voice
    voices = shared or own
    return voices[sentence.number % len(voices)] if voices else None
