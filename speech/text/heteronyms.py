"""Words that are written alike and sound differently: by part of speech, then by company.

hibari's lexicon holds a reading for each part of speech of 790 words. Its tagger takes some of those
words for what they mostly are without looking around; here it looks. What grammar does not tell,
the bass of a choir from the bass in a lake, the table beside this file does.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from hibari.g2p.lexicon import Lexicon as Readings
from hibari.g2p.tagger import START, Tagger, context, features
from hibari.g2p.token import Tok

START_OF_TEXT, END = "^", "$"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_JOINS = ("-", "/", "–")
_CLASSES = _words("NOUN VERB ADJ VBD")
_MODALS = _words(
    "will would can could shall should may might must do does did 'll 'd ca wo let please"
)
_PRONOUNS = _words("i you we they he she it who")
_HAVE = _words("have has had having 've")
_BE = _words("be been being is are was were am 's 're 'm get gets got")
_LEAVES_BASE = _words(  # "help him read", "watched her read"
    "let lets make makes made help helps helped hear hears heard see sees saw watch watched"
)
_BETWEEN = _words(  # adverbs that may stand between a verb and what it follows
    "not n't never always often just also ever still only even seldom then now first both yet once "
    "well much"
)
_NO_SUBJECTS = _words(  # plurals that stand before a noun: "a sales contract"
    "sales sports savings arms goods news customs earnings operations systems communications jobs "
    "peoples veterans rights securities futures awards parts series species"
)
_NOW = _words(
    "every often always sometimes each rarely seldom never now usually weekends mondays tuesdays "
    "wednesdays thursdays fridays saturdays sundays"
)
_THEN = _words("yesterday last ago once when earlier")


@dataclass(frozen=True)
class Row:
    """One line of the table; an empty set holds always."""

    word: str
    phonemes: str
    tag: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    near: frozenset[str]

    def holds(self, tag: str, before: Set[str], after: Set[str], near: Set[str]) -> bool:
        conditions = (
            (self.tag, {tag}),
            (self.before, before),
            (self.after, after),
            (self.near, near),
        )
        return all(not wanted or wanted & there for wanted, there in conditions)


@lru_cache(maxsize=1)
def table() -> Mapping[str, Sequence[Row]]:
    """The rows of each word, in their order."""
    rows: dict[str, list[Row]] = {}
    text = files("speech.text").joinpath("heteronyms.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            word, phonemes, *conditions = line.split("\t")
            sets = (frozenset(() if c == "-" else c.split("|")) for c in conditions)
            rows.setdefault(word, []).append(Row(word, phonemes, *sets))
    return rows


def choose_readings(tokens: Sequence[Tok], tagger: Tagger, readings: Readings) -> None:
    """Give words with several readings their part of speech and, where the table knows, phonemes."""
    words = [token.text.lower() for token in tokens]
    places = [i for i, token in enumerate(tokens) if _has_several(token, words[i], readings)]
    for i in places:
        tokens[i].tag = _tense(tokens, words, i) if words[i] == "read" else _tag(tokens, i, tagger)
    near = frozenset(words)
    for i in places:
        if not _is_joined(tokens, i):
            tokens[i].phonemes = _from_table(tokens, words, i, near)


def _has_several(token: Tok, word: str, readings: Readings) -> bool:
    if token.phonemes is not None:
        return False
    known = readings.golds.get(word)
    by_class = isinstance(known, dict) and not _CLASSES.isdisjoint(known)
    return by_class or not {word, token.text}.isdisjoint(table())


def _tag(tokens: Sequence[Tok], i: int, tagger: Tagger) -> str:
    """A modal makes a verb of what follows, and so does a plural, or "to" where an object comes. What
    the tagger holds for a noun without looking around may be a verb after all."""
    token = tokens[i]
    before, _ = _verb_before(tokens, i)
    if before in _MODALS:
        return token.tag if token.tag.startswith("VB") else "VB"
    if token.tag == "NN" and (_has_plural_subject(tokens, i) or _has_object_after_to(tokens, i)):
        return "VB"
    if tagger.tagdict.get(token.text) not in ("NN", "NNS"):
        return token.tag
    around = context([token.text for token in tokens], tagger.vocab)
    tags = [*START, *(token.tag for token in tokens[max(0, i - 2) : i])]
    looked = tagger.predict(features(i, token.text, around, tags[-1], tags[-2]))
    return looked if looked.startswith("VB") else token.tag


def _has_plural_subject(tokens: Sequence[Tok], i: int) -> bool:
    """ "Metals contract when they cool", and not "the sales contract was signed"."""
    after = tokens[i + 1].tag if i + 1 < len(tokens) else END
    is_plural = i > 0 and tokens[i - 1].tag == "NNS"
    is_subject = is_plural and tokens[i - 1].text.lower() not in _NO_SUBJECTS
    return is_subject and not after.startswith(("VBZ", "VBD", "MD", "NN"))


def _has_object_after_to(tokens: Sequence[Tok], i: int) -> bool:
    """ "Made to house offices", and not "according to house rules"."""
    if i < 2 or tokens[i - 1].tag != "TO" or i + 1 == len(tokens):
        return False
    after, asked = tokens[i + 1].tag, tokens[i - 2].tag
    return after in ("DT", "PRP", "PRP$") or (after == "NNS" and asked in ("VBN", "VBD", "JJ"))


def _verb_before(tokens: Sequence[Tok], i: int) -> tuple[str, int]:
    """The word before that is no adverb, and its place; "^" and -1 at the beginning."""
    for j in range(i - 1, -1, -1):
        word = tokens[j].text.lower()
        if word not in _BETWEEN and not word.endswith("ly"):
            return word, j
    return START_OF_TEXT, -1


def _tense(tokens: Sequence[Tok], words: Sequence[str], i: int) -> str:
    """Of "read": by its auxiliary, its subject, what other verbs say, then adverbs of time."""
    before, j = _verb_before(tokens, i)
    after = words[i + 1] if i + 1 < len(words) else END
    if before in _HAVE | _BE or after == "by":
        return "VBN"
    if before in _MODALS or before in ("to", START_OF_TEXT, '"'):
        return "VB"
    if before == "and" and any(token.tag == "TO" for token in tokens[:j]):
        return "VB"
    if tokens[j].tag in ("DT", "JJ", "PRP$"):
        return "NN"
    asked, _ = _verb_before(tokens, j)
    if asked in _HAVE and before in _PRONOUNS:
        return "VBN"
    if asked in _MODALS | _LEAVES_BASE:
        return "VB"
    if before in ("he", "she", "it") or tokens[j].tag in ("NN", "NNP"):
        return "VBD"
    if not _NOW.isdisjoint(words):
        return "VBP"
    others = {token.tag for k, token in enumerate(tokens) if k != i}
    return "VBD" if "VBD" in others or not _THEN.isdisjoint(words) else _by_object(tokens, i)


def _by_object(tokens: Sequence[Tok], i: int) -> str:
    """ "I read that book" is mostly told of the past, "I read books" of habit."""
    after = tokens[i + 1].tag if i + 1 < len(tokens) else END
    return "VBD" if after in ("DT", "PRP", "PRP$", "IN") else "VBP"


def _is_joined(tokens: Sequence[Tok], i: int) -> bool:
    """Part of a compound that is written as one."""
    is_after = i > 0 and tokens[i - 1].text in _JOINS and not tokens[i - 1].whitespace
    is_before = i + 1 < len(tokens) and tokens[i + 1].text in _JOINS and not tokens[i].whitespace
    return is_after or is_before


def _from_table(
    tokens: Sequence[Tok], words: Sequence[str], i: int, near: frozenset[str]
) -> str | None:
    before = {words[i - 1], tokens[i - 1].tag} if i else {START_OF_TEXT}
    after = {END}
    if i + 1 < len(words) and words[i + 1][0].isalpha():
        after = {words[i + 1], tokens[i + 1].tag}
    for name in dict.fromkeys((tokens[i].text, words[i])):
        for row in table().get(name, ()):
            if row.holds(tokens[i].tag, before, after, near):
                return row.phonemes
    return None
