"""English text to phonemes, by hibari-tts's port of misaki (Apache-2.0, no espeak).

Around it: the user's own words, readings by context (see `heteronyms`), letters for words that
nobody could pronounce, the full stop after "P.M.", and bounds: hibari's search for the words of an
unbroken run is cubic in its parts, and what it does not know it may hand on as it is.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import pairwise

import sentencex
from hibari.g2p import PUNCT_TAGS, Context
from hibari.g2p.lexicon import VOWELS
from hibari.g2p.oov import OOV
from hibari.g2p.token import Tok

from speech.errors import Refused
from speech.reasons import Reason
from speech.text.dictionaries import Phonemizer
from speech.text.heteronyms import choose_readings
from speech.text.inline_phonemes import pieces, plain
from speech.text.lexicon import ALPHABET, NO_WORDS, Lexicon, has_sound
from speech.text.unbroken import bounded, bounded_text

__all__ = ["ALPHABET", "phonemes_given", "phonemize"]

Given = tuple[int, int, str]
"""from where to where in the text, and its phonemes"""

_LONGEST_UNKNOWN = 24  # letters that the network for unknown words reads
_POSSESSIVE = ("'s", "'S", "’s", "’S")
SHORT_WORDS = (
    "ad ah am an as at be by do eh ex go ha he hi hm ho if in is it lo me mm my no of oh on or ow "
    "ox so to uh um up us we ya ye yo"
)
_PLAIN = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "ı": "i"}
)
AFTER_A_TIME = (  # "at five P.M. Eastern": no sentence ends
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June "
    "July August September October November December Eastern Central Mountain Pacific "
    "EST EDT CST CDT MST MDT PST PDT GMT UTC BST CET CEST IST JST ET PT"
)
CLASSES = (  # "Plan A", "hepatitis A"
    "apartment appendix block building case category class column company diagram division door "
    "exhibit figure form gate grade group hall hepatitis influenza item letter level list mister model "
    "option paper part party person phase plan player point product question room row schedule section "
    "series side student table team terminal type unit variant version vitamin wing zone the an"
)
ALSO_VERBS = "grade list plan point schedule type"  # "Plan A Trip" in capitals has an article
AFTER_A_LETTER = (  # "the Airbus A three eighty", "Sonata in A major"
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety zero plus minus "
    "minor major flat sharp"
)


def phonemize(text_normalized: str, language: str, lexicon: Lexicon = NO_WORDS) -> str:
    """Phonemes in misaki's alphabet, a space between words, punctuation kept.

    Words of `lexicon` and those marked in the text, `[Kokoro](/kˈOkəɹO/)`, sound as they say.

    Raises:
        Refused: `unsupported_language`, or `nothing_to_speak` where no phoneme comes out.
    """
    if language != "en":
        raise Refused(Reason.UNSUPPORTED_LANGUAGE, f"phonemes are for en, not {language}")
    text, given = _with_given(text_normalized, lexicon)
    g2p = _g2p()
    tokens = list(bounded(_with_phonemes(g2p.tokenize(text), given)))
    _part_quotes(tokens)
    _spell_acronyms(tokens)
    _name_letter_a(tokens)
    choose_readings(tokens, g2p.tagger, g2p.lexicon)
    said = _joined(_with_stops(g2p.phonemize_tokens(tokens)))
    if not has_sound(said):
        raise Refused(Reason.NOTHING_TO_SPEAK, "no phonemes")
    return said


def phonemes_given(marked: str, language: str, lexicon: Lexicon) -> str | None:
    """The phonemes of a text of which some word's are given, in it or in the lexicon; else None."""
    if plain(marked) == marked and not any(lexicon.find(marked)):
        return None
    return phonemize(marked, language, lexicon)


@lru_cache(maxsize=1)
def _g2p() -> Phonemizer:
    return Phonemizer(_unknown)


@lru_cache(maxsize=1)
def _network() -> OOV:
    return OOV()


def _with_given(text: str, lexicon: Lexicon) -> tuple[str, list[Given]]:
    """What hibari is asked, and what it is not to decide: marked words, then the user's lexicon."""
    said, given = "", []
    for piece, phonemes in pieces(text):
        start, said = len(said), said + (piece if phonemes else bounded_text(piece))
        if phonemes:
            given.append((start, len(said), phonemes))
    taken = {place for start, end, _ in given for place in range(start, end)}
    for start, end, phonemes in lexicon.find(said):
        if taken.isdisjoint(range(start, end)):
            given.append((start, end, phonemes))
    return said, sorted(given)


def _with_phonemes(tokens: Iterable[Tok], given: Sequence[Given]) -> Iterator[Tok]:
    """The tokens that a given word consists of as one; a possessive after it follows its sound."""
    waiting, inside, said, place = list(given), list[Tok](), "", 0
    for token in _cut(tokens, {edge for start, end, _ in given for edge in (start, end)}):
        if said and token.text in _POSSESSIVE:
            token.phonemes = _g2p().lexicon._s(said)[len(said) :]
        said, end = "", place + len(token.text)
        place = end + len(token.whitespace)
        if not waiting or end <= waiting[0][0]:
            yield token
            continue
        inside.append(token)
        if end >= waiting[0][1]:
            phonemes = waiting.pop(0)[2]
            yield _whole(inside, phonemes)
            inside, said = [], "" if token.whitespace else phonemes


def _cut(tokens: Iterable[Tok], edges: Set[int]) -> Iterator[Tok]:
    """The tokens, those that go over an edge in two: "Kokoro.com" is one of hibari's."""
    place = 0
    for token in tokens:
        end = place + len(token.text)
        cuts = [place, *sorted(edge for edge in edges if place < edge < end), end]
        for start, stop in pairwise(cuts):
            space = token.whitespace if stop == end else ""
            yield token.copy(text=token.text[start - place : stop - place], whitespace=space)
        place = end + len(token.whitespace)


def _whole(tokens: Sequence[Tok], phonemes: str) -> Tok:
    text = "".join(token.text + token.whitespace for token in tokens).rstrip()
    return tokens[-1].copy(text=text, phonemes=phonemes)


def _part_quotes(tokens: Sequence[Tok]) -> None:
    """hibari takes a quotation mark at `"That` for a part of the word, which it then does not know.

    Such a mark stays mute, as it was.
    """
    for token in tokens:
        if token.text in ('"', "“", "”") and token.tag not in PUNCT_TAGS:
            token.phonemes = ""


def _spell_acronyms(tokens: Sequence[Tok]) -> None:
    """Two capitals that are no everyday word are letters; hibari takes CO for "co"."""
    if all(token.text == token.text.upper() for token in tokens):
        return
    lexicon = _g2p().lexicon
    for token in tokens:
        word = token.text
        is_pair = len(word) == 2 and word.isalpha() and word.isupper()
        if is_pair and word not in lexicon.golds.d and word.lower() not in SHORT_WORDS.split():
            token.phonemes = token.phonemes or lexicon.get_NNP(word)[0]


def _name_letter_a(tokens: Sequence[Tok]) -> None:
    """A capital A within a sentence is the letter, not the article, unless it stands in a title;
    so is that of "A-four" anywhere."""
    for place, token in enumerate(tokens):
        if token.text != "A" or token.phonemes:
            continue
        before, after = tokens[max(0, place - 1)], tokens[place + 1 : place + 3]
        is_joined = [t.text for t in after[:1]] == ["-"] and after[-1].text.islower()
        if (is_joined and not token.whitespace) or (place and _is_letter(before, after)):
            token.phonemes = _g2p().lexicon.get_NNP("A")[0]


def _is_letter(before: Tok, after: Sequence[Tok]) -> bool:
    """Whether an A between these is a letter's name."""
    word, following = before.text.lower(), after[0].text if after else ""
    in_title = following[:1].isupper() and len(following) > 1
    if not before.whitespace or not (word.isalpha() or word == ",") or following in _POSSESSIVE:
        return False
    if following in AFTER_A_LETTER.split():
        return True
    if word == ",":
        return False
    if word in CLASSES.split():
        return not (in_title and before.text.istitle() and word in ALSO_VERBS.split())
    return before.text.islower() and not in_title


def _unknown(word: str) -> str | None:
    """By hibari's network; letter by letter where there is no vowel in the word, or in what the
    network makes of it."""
    plain = unicodedata.normalize("NFD", word.lower())
    if known := _without_accents(word) or _without_g(word):
        return known
    said = None
    if not set(plain).isdisjoint("aeiouyæœøı"):
        cuts = range(0, len(word), _LONGEST_UNKNOWN)
        said = "".join(_network()(word[i : i + _LONGEST_UNKNOWN]) or "" for i in cuts)
    if said and not VOWELS.isdisjoint(said):
        return said
    letters = "".join(letter for letter in plain if "a" <= letter <= "z")
    return _g2p().lexicon.get_NNP(letters)[0] if letters else said


def _without_accents(word: str) -> str | None:
    """Of a name that some dictionary has in plain letters; a final é is spoken, so it stays unknown."""
    letters = unicodedata.normalize("NFD", word.translate(_PLAIN))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if bare == word or not word[0].isupper() or bare.isupper() or word[-1] == "é":
        return None
    stress = _g2p().lexicon.cap_stresses[0]
    return _g2p().lexicon.get_word(bare, "NNP", stress, Context())[0]


def _without_g(word: str) -> str | None:
    """Of "comin": as "coming", with another n."""
    if not word.endswith("in"):
        return None
    said, _ = _g2p().lexicon.get_word(f"{word}g", "VBG", None, Context())
    return f"{said[:-1]}n" if said and said.endswith("ɪŋ") else None


def _with_stops(tokens: Sequence[Tok]) -> Sequence[Tok]:
    """A full stop where an abbreviation's own, which is not spoken, ends a sentence too."""
    swallowed = [token for token in tokens if _swallows_stop(token)]
    if not swallowed:
        return tokens
    text = "".join(token.text + token.whitespace for token in tokens)
    ends, place = set(), 0
    for sentence in sentencex.segment("en", text):
        place += len(sentence)
        ends.add(place - len(sentence) + len(sentence.rstrip(" \"'”’")))
    place = 0
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        place += len(token.text)
        ends_sentence = place in ends and (after is None or after.text not in AFTER_A_TIME.split())
        if ends_sentence and _swallows_stop(token):
            token.phonemes += "."
        place += len(token.whitespace)
    return tokens


def _swallows_stop(token: Tok) -> bool:
    return bool(token.text.endswith(".") and token.phonemes and token.phonemes[-1].isalpha())


def _joined(tokens: Iterable[Tok]) -> str:
    """What the tokens say, of `ALPHABET` alone, with single spaces."""
    said = "".join((token.phonemes or "") + token.whitespace for token in tokens)
    known = "".join(s for s in said.replace("…", ".") if s in ALPHABET)
    return " ".join(known.split())
