"""What the frontend in the browser looks words up in: the dictionaries of `speech.text`, as one file.

gold, silver        phonemes by word, by part of speech where there are several (hibari, Apache-2.0);
                    in gold the project's own too
tagdict, vocab,     the tagger's
weights, tags
special             words that the tokenizer cuts in its own way
letters, sounds     of the network for unknown words
heteronyms          the project's readings by context: word -> rows
abbreviations       what is to be written out as words: abbreviation -> when
"""

import gzip
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from speech.text.dictionaries import GOLD, SILVER, TAGGER
from speech.text.english.patterns import table as english_table
from speech.text.heteronyms import table as heteronyms
from speech.text.lexicon import ALPHABET
from speech.text.own_words import mended, with_own_words

NETWORK = "oov.onnx"
"""hibari's, for words that no dictionary has"""


def frontend_tables() -> bytes:
    """JSON, gzipped; the same bytes each time."""
    learned, network = _asset(TAGGER), _asset("oov.json")
    tables: dict[str, Any] = {
        "alphabet": ALPHABET,
        "gold": with_own_words(_asset(GOLD)),
        "silver": mended(_asset(SILVER)),
        **{name: learned[name] for name in ("tagdict", "vocab", "weights", "tags")},
        "special": _asset("tokenizer_exceptions.json"),
        "letters": network["in"],
        "sounds": network["out"],
        "longest": network["maxlen"],
        "heteronyms": {word: [_row(row) for row in rows] for word, rows in heteronyms().items()},
        "abbreviations": {short: kind for short, _, kind in english_table("abbreviations.tsv")},
    }
    large = ("gold", "silver", "tagdict", "weights")
    tables |= {name: _lines(tables[name]) for name in large}
    return gzip.compress(_json(tables).encode(), mtime=0)


def _lines(table: Mapping[str, Any]) -> str:
    """key TAB value, the value as JSON where it is no string: browsers read a hundred thousand objects
    in seconds, and one text in no time."""
    rows = ((key, said if isinstance(said, str) else _json(said)) for key, said in table.items())
    return "\n".join(f"{key}\t{said}" for key, said in rows if not {"\t", "\n"} & set(key))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def network() -> bytes:
    """The ONNX graph of `NETWORK`."""
    return _bytes(NETWORK)


def _row(row: Any) -> list[Any]:
    """Its phonemes, and what must hold: tag, before, after, near."""
    conditions = (row.tag, row.before, row.after, row.near)
    return [row.phonemes, *(sorted(wanted) for wanted in conditions)]


def _asset(name: str) -> Any:
    data = _bytes(name)
    return json.loads(gzip.decompress(data) if name.endswith(".gz") else data)


def _bytes(name: str) -> bytes:
    return files("hibari").joinpath("assets", name).read_bytes()
