"""Words as their user wants them said: a table of words, each with phonemes or another spelling.

    # a comment; a first line "word TAB phonemes" may name the columns
    Kokoro	/kˈOkəɹO/
    GIF	jiff

A word stands in any case for itself, unless the table has it in just that case. A spelling replaces
the word before the text is normalised; phonemes are said for it afterwards, and the text keeps the
word. Only a teacher or student that is told phonemes can say those.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from speech import storage
from speech.errors import InputError, Refused
from speech.reasons import Reason
from speech.text.lines import utf8_text

ALPHABET = " !,.:;?AIOTWYbdfhijklmnpstuvwzæðŋɐɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌθᵊᵻ—“”"
"""misaki's symbols for English, with its punctuation"""

_WORD = re.compile(r"\w+(?:['’.&+#/-]\w+)*[+#]*")
_SOUNDS_ALONE = frozenset("ɐɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌᵊᵻ")  # of the alphabet, no letters of any spelling
_HEADERS = ("phonemes", "spelling", "respelling", "pronunciation")
_SPOKEN_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")  # as normalised text has them


@dataclass(frozen=True)
class Words:
    """A table by word: as it is written, else in any case."""

    exact: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordered = sorted(self.exact, key=lambda word: word == word.lower())
        object.__setattr__(self, "_folded", {word.lower(): self.exact[word] for word in ordered})

    def get(self, word: str) -> str | None:
        folded: Mapping[str, str] = vars(self)["_folded"]
        return self.exact.get(word, folded.get(word.lower()))

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where words of the table stand, and what it says of each; a compound's parts too, if it
        does not have the whole."""
        for match in _WORD.finditer(text):
            word = match.group().replace("’", "'")
            if (found := self.get(word)) is not None:
                yield match.start(), match.end(), found
            elif not word.isalnum():
                for part in re.finditer(r"[^\W_]+", word):
                    if (found := self.get(part.group())) is not None:
                        yield match.start() + part.start(), match.start() + part.end(), found


@dataclass(frozen=True)
class Lexicon:
    phonemes: Words = field(default_factory=Words)
    spellings: Words = field(default_factory=Words)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where words with phonemes stand in normalised text, and their phonemes."""
        return self.phonemes.find(text) if self.phonemes.exact else iter(())

    def respell(self, text: str) -> str:
        """The text before it is normalised, with words spelled as the table has them."""
        if not self.spellings.exact:
            return text
        spelled, place = "", 0
        for start, end, spelling in self.spellings.find(text):
            spelled, place = spelled + text[place:start] + spelling, end
        return spelled + text[place:]


NO_WORDS = Lexicon()


def has_sound(phonemes: str) -> bool:
    """Whether there is more than stress and punctuation."""
    return any(symbol.isalpha() and symbol not in "ˈˌ" for symbol in phonemes)


def check_phonemes(phonemes: str) -> None:
    """Raise Refused (`invalid_phonemes`) for what is not in misaki's alphabet, or no sound at all."""
    for symbol in phonemes:
        if symbol not in ALPHABET:
            name = f"{symbol!r} U+{ord(symbol):04X}"
            raise Refused(
                Reason.INVALID_PHONEMES, f"{name} in {phonemes!r:.60}; allowed: {ALPHABET}"
            )
    if not has_sound(phonemes):
        raise Refused(
            Reason.INVALID_PHONEMES, f"no phoneme in {phonemes!r:.60}; allowed: {ALPHABET}"
        )


def read_lexicon(path: str) -> Lexicon:
    """A table of UTF-8 lines: word TAB /phonemes/, or word TAB spelling; # begins a comment.

    Raises:
        InputError: the first line that is wrong, by its number, with what is allowed.
    """
    text = utf8_text(storage.read_bytes(path), f"lexicon {path}")
    known: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            word, said = _entry(line)
        except Refused as refused:
            raise InputError(f"{path}, line {number}: {refused.detail}") from refused
        if not known and word == "word" and said in _HEADERS:
            continue
        before, same = known.setdefault(word, (number, said))
        if same != said:
            raise InputError(f"{path}, line {number}: {word!r} stands in line {before} already")
    entries = {word: said for word, (_, said) in known.items()}
    spellings = {word: said for word, said in entries.items() if not _is_phonemes(said)}
    phonemes = {word: said[1:-1] for word, said in entries.items() if _is_phonemes(said)}
    return Lexicon(Words(phonemes), Words(spellings))


def _entry(line: str) -> tuple[str, str]:
    fields = [part.strip() for part in line.split("\t")]
    if len(fields) != 2 or not all(fields):
        raise Refused(
            "malformed", f"{line!r:.60} is not a word, a tab, and /phonemes/ or a spelling"
        )
    word, said = fields[0].replace("’", "'"), fields[1]
    if not _WORD.fullmatch(word):
        raise Refused("malformed", f"{word!r:.60} is not one word (no spaces)")
    if not _is_phonemes(said):
        if "/" in (said[0], said[-1]) or not _SOUNDS_ALONE.isdisjoint(said):
            raise Refused("malformed", f"{said!r:.60} is not /phonemes/ between slashes")
        return word, said
    check_phonemes(said[1:-1])
    if not _SPOKEN_WORD.fullmatch(word):
        detail = f"{word!r:.60} has signs that are read out before phonemes are looked up"
        raise Refused("malformed", f"{detail}: give it a spelling")
    return word, said


def _is_phonemes(said: str) -> bool:
    return len(said) > 2 and said[0] == said[-1] == "/"
