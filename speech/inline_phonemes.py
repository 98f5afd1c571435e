"""Words whose phonemes stand in the text, as misaki writes them: `[Kokoro](/kˈOkəɹO/)`.

Text is normalised with a stand-in for each such word, a made-up name that no rule knows, so that
nothing happens to the word and it is found again afterwards.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from speech.errors import Refused
from speech.lexicon import ALPHABET, check_phonemes

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


def hide(text: str) -> tuple[str, Mapping[str, Link]]:
    """The text with stand-ins, and what each stands for.

    Raises:
        Refused: `invalid_phonemes`.
    """
    links: dict[str, Link] = {}
    hidden, place = "", 0
    for match in _links(text):
        check_phonemes(match[2])
        name = _stand_in(len(links), text)
        links[name] = Link(match[1].strip(), match[2])
        hidden += text[place : match.start()] + (name.upper() if text.isupper() else name)
        place = match.end()
    return hidden + text[place:], links


def _stand_in(number: int, text: str) -> str:
    """A name that is not in the text."""
    first, rest = _SYLLABLES[number % len(_SYLLABLES)], number // len(_SYLLABLES)
    name = f"Vo{first}lu{'na' * rest}ma"
    while name.lower() in text.lower():
        name += "na"
    return name


def show(text: str, links: Mapping[str, Link]) -> str:
    """The text of `hide`, or what became of it, with its links again."""
    if not links:
        return text
    names = "|".join(sorted(links, key=len, reverse=True))
    by_name = {name.lower(): link for name, link in links.items()}
    return re.sub(names, lambda match: str(by_name[match.group().lower()]), text, flags=re.I)


def check_shown(text: str, links: Mapping[str, Link], hidden: str) -> None:
    """Raise Refused unless every stand-in of `hidden` is in what became of it."""
    names = [name for name in links if name.lower() in hidden.lower()]
    for name in names:
        if name.lower() not in text.lower():
            raise Refused("invalid_phonemes", f"{links[name]} cannot be placed in {text!r:.60}")
