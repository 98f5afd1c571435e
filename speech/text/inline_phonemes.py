"""Words whose phonemes stand in the text, as misaki writes them: `[Kokoro](/kˈOkəɹO/)`.

Text is normalised with a stand-in for each such word, a made-up name that no rule knows, so that
nothing happens to the word and it is found again afterwards.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from speech.errors import Refused
from speech.reasons import Reason
from speech.text.lexicon import ALPHABET, Lexicon, check_phonemes
from speech.text.normalize import normalize

_LINK = re.compile(r"\[([^\[\]]{1,200})\]\(/([^()/\[\]]{1,500})/\)")
_SYLLABLES = [a + b for a in "bdfgklmnprtvz" for b in "aeiou"]


@dataclass(frozen=True)
class Link:
    """`[word](/phonemes/)`."""

    word: str
    phonemes: str

    def __str__(self) -> str:
        return f"[{self.word}](/{self.phonemes}/)"


def pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """The text in order: what stands between, and marked words with their phonemes."""
    place = 0
    for match in _links(text):
        yield text[place : match.start()], None
        yield match[1], match[2]
        place = match.end()
    yield text[place:], None


def plain(text: str) -> str:
    """The text with the words alone."""
    return "".join(piece for piece, _ in pieces(text))


def _links(text: str) -> Iterator[re.Match[str]]:
    """In ASCII that are no phonemes stands the path of a Markdown link, which is not ours."""
    for match in _LINK.finditer(text):
        if not (match[2].isascii() and set(match[2]) - set(ALPHABET)):
            yield match


@dataclass(frozen=True)
class Hidden:
    """A text with a stand-in for each link, and the link that each stands for."""

    text: str
    links: Mapping[str, Link]

    def shown(self, part: str) -> str:
        """A part of the text with its links."""
        if not self.links:
            return part
        names = re.compile("|".join(sorted(self.links, key=len, reverse=True)), re.IGNORECASE)
        return names.sub(lambda match: str(self.links[match.group().lower()]), part)

    def normalized(self, part: str, language: str, lexicon: Lexicon) -> "Hidden":
        """A part of the text as it is spoken, in the lexicon's spellings, and so are its links'
        words.

        Raises:
            Refused: `unsupported_language`, or `invalid_phonemes` where a link's place was lost.
        """
        said = normalize(lexicon.respell(part), language)
        links = {}
        for name, link in self.links.items():
            if name in part.lower():
                if name not in said.lower():
                    raise Refused(Reason.INVALID_PHONEMES, f"{link} has no place in {said!r:.60}")
                links[name] = Link(normalize(link.word, language) or link.word, link.phonemes)
        return Hidden(said, links)


def hide(text: str) -> Hidden:
    """Raises Refused (`invalid_phonemes`) where a link's are not misaki's."""
    links: dict[str, Link] = {}
    hidden, place = "", 0
    for match in _links(text):
        check_phonemes(match[2])
        name = _stand_in(len(links), text.lower())
        links[name] = Link(match[1].strip(), match[2])
        hidden += text[place : match.start()] + (name.upper() if text.isupper() else name.title())
        place = match.end()
    return Hidden(hidden + text[place:], links)


def _stand_in(number: int, text: str) -> str:
    """A name that is not in the text."""
    first, rest = _SYLLABLES[number % len(_SYLLABLES)], number // len(_SYLLABLES)
    name = f"vo{first}lu{'na' * rest}ma"
    while name in text:
        name += "na"
    return name
