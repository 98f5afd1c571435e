"""The dictionaries: hibari's lexicon of 184 k words with the project's own over it
(`speech.text.own_words`), and what hibari's tagger has learned of 101 k.

hibari's are packed as JSON, which takes 0.3 s to read. The first run keeps all as tables in the user's
cache, where later ones look words up; where nothing can be kept, each run reads the JSON.
"""

import gzip
import json
import sys
from collections import ChainMap
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from hibari.g2p import G2P
from hibari.g2p.tagger import Tagger
from hibari.g2p.tokenize import Tokenizer

from speech import storage
from speech.errors import InputError
from speech.text.inflections import Inflections
from speech.text.own_words import mended, sources, with_own_words
from speech.text.string_table import StringTable, packed

GOLD, SILVER, TAGGER = "lexicon_us_gold.json.gz", "lexicon_us_silver.json.gz", "tagger.json.gz"
NAMES = ("gold", "silver", "tagdict", "vocab", "weights", "tags")

Dictionaries = Mapping[str, Mapping[str, Any]]
"""By `NAMES`: phonemes of words that were checked by hand, and of others, by part of speech where
they have several; the tag of words that have one, the words that the tagger knows (to 1), the
weights of its features, and its tags (to their place, from 1)."""


class Phonemizer(G2P):
    """hibari's, with the dictionaries of `dictionaries`."""

    def __init__(self, oov: Callable[[str], str | None]) -> None:
        """`oov`: the phonemes of a word that no dictionary has."""
        known = dictionaries()
        self.lexicon = Inflections(known["gold"], known["silver"])
        self.tokenizer = Tokenizer(json.loads(_asset("tokenizer_exceptions.json")))
        tags = sorted(known["tags"], key=known["tags"].__getitem__)
        self.tagger = Tagger(
            {"tags": tags, "tagdict": known["tagdict"], "weights": known["weights"]}
        )
        self.tagger.vocab = known["vocab"]
        self._oov, self.unk, self.british = oov, "", False


@cache
def dictionaries() -> Dictionaries:
    """Of this process."""
    assets = [_asset(name) for name in (GOLD, SILVER, TAGGER)]
    with suppress(OSError, ValueError, RuntimeError):  # RuntimeError: nobody's home
        folder = _folder([*assets, *sources()])
        return {name: StringTable(folder / name) for name in NAMES}
    known = _read(*assets)
    with suppress(OSError, InputError, RuntimeError):
        for name, entries in known.items():
            storage.write_bytes(_folder([*assets, *sources()]) / name, packed(entries))
    return known


@cache
def known_words() -> Container[str]:
    """The words that the phonemiser knows, as it writes them."""
    return ChainMap(dictionaries()["gold"], dictionaries()["silver"])  # type: ignore[arg-type]


def checked_words() -> Container[str]:
    """Those of them that were checked by hand; only here are acronyms in capitals."""
    return dictionaries()["gold"]


def _folder(assets: list[bytes]) -> Path:
    """Another one for other contents, and for another version of Python."""
    key = sha256(b"".join(assets)).hexdigest()[:16]
    return storage.cache_dir() / "dictionaries" / f"{key}-{sys.implementation.cache_tag}"


def _read(gold: bytes, silver: bytes, tagger: bytes) -> Dictionaries:
    learned = _json(tagger)
    return {
        "gold": with_own_words(_json(gold)),
        "silver": mended(_json(silver)),
        "tagdict": learned["tagdict"],
        "vocab": dict.fromkeys(learned["vocab"], 1),
        "weights": learned["weights"],
        "tags": {tag: place for place, tag in enumerate(learned["tags"], 1)},
    }


def _json(packed_json: bytes) -> Any:
    return json.loads(gzip.decompress(packed_json))


def _asset(name: str) -> bytes:
    return files("hibari").joinpath("assets", name).read_bytes()
