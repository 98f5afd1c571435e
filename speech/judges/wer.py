"""Word and character error rates after the field's normaliser, for the gate and the voice checks."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

import jiwer

from speech.readings.chinese import chinese_tokens
from speech.readings.english import english_tokens
from speech.readings.quantities import marked
from speech.readings.spoken_forms import basic, chinese_form, english_form
from speech.readings.tokens import Token
from speech.readings.written_forms import BY_PLACE

MAX_TRIES = 400
"""readings compared for one utterance; a line of fractions alone has thousands"""
_MARKS = ".,;:!?…\"'()"
_BRACKETS = re.compile(r"[()\[\]]")  # what stands in them, the normaliser would drop
LANGUAGES = ("en", "zh")
"""that can be compared"""


@dataclass(frozen=True)
class ErrorRates:
    """Fractions of the reference's words and characters; over 1 where much was inserted."""

    wer: float
    cer: float
    words: int
    """of the reference, as compared: what `wer` is a fraction of; characters for Chinese"""

    @property
    def errors(self) -> int:
        """Words, or characters, inserted, left out or exchanged."""
        return round(self.wer * self.words)


def score(reference: str, hypothesis: str, language: str, spoken: str | None = None) -> ErrorRates:
    """Errors of one utterance, by the acceptable reading that is nearest to what was heard.

    For Chinese both rates are of characters. `reference` is the text as it was written; `spoken`,
    what a frontend made of it, adds readings where the text alone does not tell.

    Raises:
        ValueError: another language, or a reference without anything that can be compared.
    """
    expected, heard = comparable(reference, hypothesis, language, spoken)
    cer = jiwer.cer(expected, heard)
    if language == "en":
        return ErrorRates(jiwer.wer(expected, heard), cer, len(expected.split()))
    return ErrorRates(cer, cer, len(expected))


def is_misread(text: str, spoken: str, heard: str, language: str) -> bool:
    """Whether what was heard follows a frontend's reading that is none of the text's.

    One "slash" in a long sentence is no large error rate; but the clip says what is not written.

    Raises:
        ValueError: as `score`.
    """
    errors = score(text, heard, language, spoken).errors
    if not errors or score(spoken, heard, language).errors >= errors:
        return False
    return score(text, spoken, language, spoken).errors > 0


def phoneme_error_rate(expected: str, heard: str) -> float:
    """Errors as a fraction of the expected phonemes; stress, spaces and punctuation do not count.

    Raises:
        ValueError: no phoneme is expected.
    """
    return float(jiwer.cer(_sounds(expected), _sounds(heard)))


def _sounds(phonemes: str) -> str:
    return "".join(symbol for symbol in phonemes if symbol.isalpha() and symbol not in "ˈˌ")


def comparable(
    reference: str, hypothesis: str, language: str, spoken: str | None = None
) -> tuple[str, str]:
    """Both as they are compared: words between spaces; for Chinese, characters without any.

    Of all readings of either side, the pair with the lowest error. A line of fillers alone
    ("Hmm."), which ASRs leave out, equals silence and any other filler.

    Raises:
        ValueError: another language, or a reference without anything that can be compared.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r:.20}, allowed {', '.join(LANGUAGES)}")
    compare = _ENGLISH if language == "en" else _CHINESE
    if _as_typed(reference) == _as_typed(hypothesis) and (
        form := compare.normalize(_BRACKETS.sub(" ", reference))
    ):
        return form, form
    if language == "en":
        hypothesis = marked(reference, hypothesis)
    expected, heard = compare(reference, hypothesis, spoken)
    if not expected:
        expected = basic()(reference).strip()
        heard = basic()(hypothesis).strip() if heard else expected
    if not expected:
        raise ValueError(f"no words to compare in {reference!r:.80}")
    return expected, heard


@dataclass(frozen=True)
class _Comparison:
    """How the texts of one language are read, put into one form, and joined."""

    read: Callable[[str, str | None], list[Token]]
    normalize: Callable[[str], str]
    between: str
    plain: re.Pattern[str]
    """texts that need no reading"""

    def __call__(self, written: str, heard: str, spoken: str | None) -> tuple[str, str]:
        """Readings of both that differ least: each token's choice in turn, given the others."""
        if self.plain.fullmatch(written):
            expected, said = self.normalize(written), self.normalize(heard)
            if expected == said:
                return expected, said
        text = self.read(written, spoken)
        sides = [text, self._as_heard(heard, text)]
        chosen = [[token.readings[0] for token in side] for side in sides]
        texts = [self._text(side) for side in chosen]
        best = self._joined(texts)
        errors = _errors(*best)
        for side, place, reading in islice(_alternatives(sides), MAX_TRIES):
            if not any(errors):
                break
            tried = [*chosen[side][:place], reading, *chosen[side][place + 1 :]]
            tried_texts = [*texts]
            tried_texts[side] = self._text(tried)
            found = self._joined(tried_texts)
            if _errors(*found) < errors:
                chosen[side], texts, best, errors = tried, tried_texts, found, _errors(*found)
        return best

    def _as_heard(self, heard: str, text: Sequence[Token]) -> list[Token]:
        """What an ASR wrote, as the text is read where it has the same, as it stands, or in
        another reading of it."""
        same = {_bare(token.text): token.readings[0] for token in text}
        return [
            Token(token.text, tuple(dict.fromkeys((first, token.text, *token.readings))))
            for token in self.read(heard, None)
            for first in [same.get(_bare(token.text), token.text)]
        ]

    def _text(self, readings: Sequence[str]) -> str:
        return self.normalize(self.between.join(readings))

    def _joined(self, texts: Sequence[str]) -> tuple[str, str]:
        return _compounds_joined(*texts) if self.between else (texts[0], texts[1])


def _as_typed(text: str) -> str:
    """By which an ASR has written just what stands in the text, signs and all."""
    return " ".join(text.casefold().split()).strip(_MARKS)


def _bare(written: str) -> str:
    return written.lower().strip(_MARKS) or written


def _alternatives(sides: Sequence[Sequence[Token]]) -> Iterator[tuple[int, int, str]]:
    """Twice, for a choice of one side may make another right on the other."""
    for first in (1, 0):
        for side, tokens in enumerate(sides):
            for place, token in enumerate(tokens):
                for reading in token.readings[first:] if len(token.readings) > 1 else ():
                    yield side, place, reading


def _errors(expected: str, heard: str) -> tuple[int, int]:
    """Counts of words and of characters: by rates, a longer reading would hide an error."""
    if not expected or expected == heard:
        return (0, 0) if expected == heard else (len(heard.split()), len(heard))
    words = jiwer.wer(expected, heard) * len(expected.split())
    return round(words), round(jiwer.cer(expected, heard) * len(expected))


def _compounds_joined(expected: str, heard: str) -> tuple[str, str]:
    """Words written apart on one side and together on the other ("good bye") are made equal.

    Letters are not joined: who spells a word does not say it.
    """
    ours, theirs = expected.split(), heard.split()
    if ours == theirs:
        return expected, heard
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for kind, i, j, k, m in reversed(matcher.get_opcodes()):
        if kind == "replace":
            mine, other = ours[i:j], theirs[k:m]
            ours[i:j], theirs[k:m] = _closed(mine, other), _closed(other, mine)
    return " ".join(ours), " ".join(theirs)


def _closed(words: list[str], others: list[str]) -> list[str]:
    """Neighbours as one word, where the others write them so."""
    closed: list[str] = []
    for word in words:
        whole = closed[-1] + word if closed else ""
        if whole in others and whole.isalpha() and max(len(closed[-1]), len(word)) > 1:
            closed[-1] = whole
        else:
            closed.append(word)
    return closed


_SIGNED = rf"(?i:\b(?:{'|'.join(BY_PLACE)})\b)|\b(?:[A-DF]-(?!\w)|[NSEW]\. [A-Z])"
_PLAIN_ENGLISH = re.compile(rf"(?!.*(?:{_SIGNED}))[A-Za-z\s.,;:!?'’-]*")
_ENGLISH = _Comparison(english_tokens, english_form, " ", _PLAIN_ENGLISH)
_CHINESE = _Comparison(chinese_tokens, chinese_form, "", re.compile(r"[\u4e00-\u9fff，。！？、]*"))
