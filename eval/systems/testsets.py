"""What the systems are asked to say: lists of the project and of the field, read into one form."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from eval.dataset.duplicates import text_key
from speech import storage
from speech.errors import InputError, Refused
from speech.storage import Location
from speech.text.lines import numbered_lines
from speech.text.normalize import check_speakable, normalize

FORMATS = ".txt, .jsonl, .lst (Seed-TTS-eval or LibriSpeech-PC)"


@dataclass(frozen=True)
class Reference:
    """A voice that a list brings along: audio anywhere, and what it says."""

    audio: str
    transcript: str
    place: str = field(default="", compare=False)
    """file and line, for people"""


@dataclass(frozen=True)
class Sentence:
    """A line of a test set; its place `number` is its seed.

    `voice` is the one asked for, by the name of a bank's voice or of a `Reference` in the list;
    None leaves it open. `recording` is a person saying it, where the list has one.
    """

    number: int
    id: str
    text: str
    text_normalized: str
    voice: str | None = None
    recording: str | None = None


@dataclass(frozen=True)
class TestSet:
    """Sentences that can be spoken, and how many lines were left out, by reason, and which."""

    __test__ = False  # pytest takes it for a class of tests

    location: str
    sentences: Sequence[Sentence]
    references: dict[str, Reference]
    left_out: dict[str, int]
    left_out_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Line:
    id: str
    text: str
    voice: str | None = None
    reference: Reference | None = None
    recording: str | None = None


def read_testset(location: Location, language: str, limit: int | None) -> TestSet:
    """The first `limit` lines of a list (local, gs:// or package://).

    - .txt: a sentence a line.
    - .jsonl: objects with `text` and, where wanted, `voice`, `id`, `audio` (of a person saying it),
      `prompt_audio` and `prompt_text`.
    - .lst with bars, Seed-TTS-eval: id | prompt text | prompt audio | text [| recording], by default
      wavs/id.wav where that is there.
    - .lst with tabs, LibriSpeech-PC as F5-TTS has it: prompt id, its seconds, its text, id, seconds,
      text; the audio lies below the list's folder as speaker/chapter/id.flac.

    Raises:
        InputError: no such file, not UTF-8, a line that is not in the format, a voice with two
            prompts, or no sentence left.
    """
    location = str(location)
    lines = list(_parse(location))[:limit]
    sentences: list[Sentence] = []
    references: dict[str, Reference] = {}
    left_out: dict[str, int] = {}
    left_out_ids: set[str] = set()
    for number, line in enumerate(lines):
        try:
            said = normalize(line.text, language)
            check_speakable(said, language)
        except Refused as refusal:
            left_out[refusal.reason] = left_out.get(refusal.reason, 0) + 1
            left_out_ids.add(line.id)
            continue
        if line.reference is not None:
            _add(references, str(line.voice), line.reference)
        sentences.append(Sentence(number, line.id, line.text, said, line.voice, line.recording))
    if not sentences:
        raise InputError(f"{location} holds no sentence in {language}")
    return TestSet(location, sentences, references, left_out, frozenset(left_out_ids))


def _add(references: dict[str, Reference], voice: str, reference: Reference) -> None:
    known = references.setdefault(voice, reference)
    if known != reference:
        raise InputError(
            f"{reference.place}: voice {voice!r:.80} has another prompt than in {known.place}; "
            "allowed is one a voice (without `voice`, each prompt_audio is a voice of its own)"
        )


def read_kind(kind: str, location: Location, language: str, limit: int | None) -> TestSet:
    """A list beside the main test set, whose ids begin with its kind; raises as `read_testset`."""
    try:
        found = read_testset(location, language, limit)
    except InputError as error:
        raise InputError(f"kinds.{kind}: {error}; kinds=null is without such lists") from error
    named = [replace(sentence, id=f"{kind}-{sentence.id}") for sentence in found.sentences]
    return replace(found, sentences=named)


def without_trained(testset: TestSet, trained: Iterable[int]) -> TestSet:
    """The test set less the sentences whose `text_key` is one of a dataset's."""
    known = set(trained)
    kept = [s for s in testset.sentences if text_key(s.text_normalized) not in known]
    excluded = len(testset.sentences) - len(kept)
    if not excluded:
        return testset
    return replace(
        testset,
        sentences=kept,
        left_out={**testset.left_out, "in_the_dataset": excluded},
        left_out_ids=testset.left_out_ids
        | ({s.id for s in testset.sentences} - {s.id for s in kept}),
    )


def _parse(location: str) -> Iterator[_Line]:
    suffix = PurePosixPath(location).suffix.lower()
    parsers = {".txt": _plain, ".jsonl": _object, ".lst": _listed}
    if suffix not in parsers:
        raise InputError(f"cannot read {location!r} as a test set; allowed: {FORMATS}")
    lines = numbered_lines(storage.read_bytes(location), location)
    folder = location.rpartition("/")[0] or "."
    for number, line in lines:
        try:
            found = parsers[suffix](line, f"{number:05d}", folder)
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"{location}:{number}: {error!s:.120}") from error
        if found.reference is not None:
            placed = replace(found.reference, place=f"{location}:{number}")
            found = replace(found, reference=placed)
        yield found


def _plain(line: str, number: str, folder: str) -> _Line:
    return _Line(number, line.strip())


def _object(line: str, number: str, folder: str) -> _Line:
    row: Any = json.loads(line)
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError("needs an object with a text")
    allowed = ("text", "voice", "id", "audio", "prompt_audio", "prompt_text")
    strings = {key: str(row[key]) for key in allowed if row.get(key) is not None}
    reference, voice = None, strings.get("voice")
    if "prompt_audio" in strings:
        if "prompt_text" not in strings:
            raise ValueError("prompt_audio needs prompt_text")
        voice = voice or strings["prompt_audio"]
        reference = Reference(_beside(folder, strings["prompt_audio"]), strings["prompt_text"])
    recording = _beside(folder, strings["audio"]) if "audio" in strings else None
    return _Line(strings.get("id", number), strings["text"], voice, reference, recording)


def _listed(line: str, number: str, folder: str) -> _Line:
    return _seed_tts(line, folder) if "|" in line else _librispeech(line, folder)


def _seed_tts(line: str, folder: str) -> _Line:
    parts = line.split("|")
    if len(parts) not in (4, 5):
        raise ValueError("needs id|prompt text|prompt audio|text, and maybe a recording")
    name, prompt_text, prompt_audio, text = parts[:4]
    reference = Reference(_beside(folder, prompt_audio), prompt_text)
    recording: str | None = storage.join(folder, "wavs", f"{name}.wav")
    if len(parts) == 5:
        recording = _beside(folder, parts[4])
    elif not storage.exists(str(recording)):
        recording = None
    return _Line(name, text, prompt_audio, reference, recording)


def _librispeech(line: str, folder: str) -> _Line:
    parts = line.split("\t")
    if len(parts) != 6:
        raise ValueError("needs six columns between tabs: prompt id, s, text, id, s, text")
    prompt, _, prompt_text, name, _, text = parts
    reference = Reference(_librispeech_audio(folder, prompt), prompt_text)
    return _Line(name, text, prompt, reference, _librispeech_audio(folder, name))


def _librispeech_audio(folder: str, name: str) -> str:
    speaker, chapter, *_ = name.split("-")
    return storage.join(folder, speaker, chapter, f"{name}.flac")


def _beside(folder: str, path: str) -> str:
    """A relative path starts at the list's folder."""
    is_absolute = path.startswith("/") or "://" in path
    return path if is_absolute else storage.join(folder, path)
