"""What the frontend in the browser looks words up in: the dictionaries of `speech.text`, as one file.

gold, silver        phonemes by word, by part of speech where there are several (hibari, Apache-2.0);
                    in gold the project's own too
tagdict, vocab,     the tagger's
weights, tags
special             words that the tokenizer cuts in its own way
letters, sounds     of the network for unknown words
heteronyms          the project's readings by context: word -> rows
abbreviations       what is to be written out as words: abbreviation -> when
cleaned, unified    characters that the normaliser replaces, before and after they are composed
markup, entities,   rules of `speech.text.markup`, and what it has from Python: HTML's characters by
references          name and, where it is another one, by number
lines               patterns of marks before lines and of words that are broken between two
sentences           words that sentencex knows, which Python cuts with
written             rules by which Python writes out as words what this page does not
tokens              words and bounds of `speech.text.phonemes` and `unbroken`
damaged             patterns of text that was read in a wrong encoding
"""

import gzip
import json
import unicodedata
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from speech.text import phonemes
from speech.text.dictionaries import GOLD, SILVER, TAGGER
from speech.text.english.patterns import table as english_table
from speech.text.english.signs import read_signs, tidy, unified_char
from speech.text.heteronyms import table as heteronyms
from speech.text.lexicon import ALPHABET
from speech.text.normalize import clean_char
from speech.text.own_words import mended, with_own_words
from speech.text.unbroken import LONG_CHUNK, MAX_PARTS
from student.web.line_tables import line_tables
from student.web.patterns import javascript
from student.web.rule_tables import rule_tables
from student.web.sentence_tables import sentence_tables

NETWORK = "oov.onnx"
"""hibari's, for words that no dictionary has"""
DROPPED = "\ue000"
"""stands for marks that are not spoken; of private use, so that no cleaned text has it"""
_DAMAGE = frozenset(("\N{REPLACEMENT CHARACTER}", *map(chr, range(0x80, 0xA0))))
"""signs of a text that was read in a wrong encoding: `speech.text.mojibake` mends or refuses it"""
_PLANES = (range(0x20000), range(0xE0000, 0xE01F0))
"""where characters are, but for Chinese ones"""


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
        "cleaned": _replaced(clean_char),
        "unified": _replaced(_unified),
        **line_tables(),
        "written": rule_tables(),
        "tokens": _tokens(),
    }
    tables["sentences"] = sentence_tables({*tables["gold"], *tables["silver"]})
    large = ("gold", "silver", "tagdict", "weights")
    tables |= {name: _lines(tables[name]) for name in large}
    return gzip.compress(_json(tables).encode(), mtime=0)


def _tokens() -> dict[str, Any]:
    words = {
        "short": phonemes.SHORT_WORDS,
        "classes": phonemes.CLASSES,
        "verbs": phonemes.ALSO_VERBS,
        "afterLetter": phonemes.AFTER_A_LETTER,
        "afterTime": phonemes.AFTER_A_TIME,
    }
    long_chunk, _ = javascript(LONG_CHUNK)
    lists = {name: listed.split() for name, listed in words.items()}
    return {**lists, "longChunk": long_chunk, "mostParts": MAX_PARTS}


def _replaced(by: Callable[[str], str]) -> list[tuple[int, int, str]]:
    """Runs of characters that become the same: first, last, what they become."""
    runs: list[tuple[int, int, str]] = []
    for code in (code for plane in _PLANES for code in plane):
        char = chr(code)
        said = by(char)
        if said == char or char in _DAMAGE:
            continue
        if runs and runs[-1][1:] == (code - 1, said):
            runs[-1] = (runs[-1][0], code, said)
        else:
            runs.append((code, code, said))
    return runs


def _unified(char: str) -> str:
    """`DROPPED` for what no rule reads, which the last clean-up drops."""
    said = unified_char(char)
    is_mark = not said.isascii() and unicodedata.category(said[0])[0] == "P"
    return DROPPED if is_mark and tidy(read_signs(f"a {said} b")) == "a b" else said


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
