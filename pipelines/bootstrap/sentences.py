"""Sentences for a bootstrap corpus: the examples in WordNet's glosses, or a file of lines."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from speech import storage
from speech.errors import InputError

MIN_WORDS, MAX_WORDS = 4, 24
SHORT_SHARE = 0.15
"""of the utterances: one to three words, which a teacher that never heard them speaks badly"""
ENDS = (".",) * 6 + ("?", "!")
"""how those end"""
WORDS_WANTED = (4, 30)
"""an utterance holds sentences until it has as many words as were drawn from this range"""

_QUOTED = re.compile(r'"([^"]+)"')
_PLAIN = re.compile(r"[A-Za-z][A-Za-z ,;:'!?-]*[.]?")


def read_sentences(path: str) -> list[str]:
    """Distinct plain sentences, sorted; letters and common punctuation alone, 1 to 24 words.

    Raises:
        InputError: nothing there, with how to get it, or a file that is not UTF-8.
    """
    source = Path(path).expanduser()
    if source.is_file():
        found = set(_lines(source))
    else:
        found = {text for file in sorted(source.glob("data.*")) for text in _examples(file)}
    kept = sorted({_tidied(text) for text in found if _is_plain(text)})
    if not kept:
        raise InputError(
            f"sentences={path} has no sentence: give a .txt file, or the folder of WordNet's data.* "
            "files (Debian and Ubuntu: apt-get install wordnet-base)"
        )
    return kept


def utterances(sentences: list[str], seed: int) -> Iterator[str]:
    """Short and long ones: a phrase, or one to several sentences, none of them twice."""
    shuffled = list(sentences)
    choices = random.Random(f"{seed} sentences")
    choices.shuffle(shuffled)
    phrases = iter([text for text in shuffled if _words([text]) < MIN_WORDS])
    rest = iter([text for text in shuffled if _words([text]) >= MIN_WORDS])
    for sentence in rest:
        if choices.random() < SHORT_SHARE and (phrase := next(phrases, None)):
            yield phrase.rstrip(".!?") + choices.choice(ENDS)
        taken, wanted = [sentence], choices.randint(*WORDS_WANTED)
        while _words(taken) + MIN_WORDS < wanted and (more := next(rest, None)):
            taken.append(more)
        yield " ".join(taken)


def _lines(file: Path) -> list[str]:
    data = storage.read_bytes(file)
    try:
        return data.decode().splitlines()
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"sentences={file}: line {number} is not UTF-8; write it anew as that: "
            f"iconv -f latin1 -t utf-8 {file.name}"
        ) from error


def _examples(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="latin-1").splitlines():
        if not line.startswith("  "):  # the licence
            yield from _QUOTED.findall(line.partition("|")[2])


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text.strip())) and _words([text]) <= MAX_WORDS


def _tidied(text: str) -> str:
    text = " ".join(text.split()).rstrip(".,;:- ")
    return text[0].upper() + text[1:] + ("" if text[-1] in "!?" else ".")


def _words(sentences: list[str]) -> int:
    return sum(len(sentence.split()) for sentence in sentences)
