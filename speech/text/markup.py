"""Markup in text: what tells a browser, a wiki or a speech engine how to show it is not to be read.

HTML and SSML tags and entities, Markdown, wiki and BBCode marks, footnote numbers, stage directions
such as [laughs], and rows of signs that decorate. What the marks enclose stays. Patterns, not a
parser: a line of a corpus is seldom a whole document, and "a <b and c> d" or "2*3*4" are text.
"""

import html
import re
from collections.abc import Callable, Iterable

Replacement = str | Callable[[re.Match[str]], str]

_MAX_PASSES = 4  # "&amp;lt;b&amp;gt;" is a tag at the third
_SOUNDS = (  # of people, in brackets of any kind
    "laugh(?:s|ter|ing|ed)|giggl(?:es|ing)|chuckl(?:es|ing)|cough(?:s|ing)|sigh(?:s|ing)|gasp(?:s|ing)|"
    "applause|inhales?|exhales?|sob(?:s|bing)|cries|crying|groan(?:s|ing)|yawn(?:s|ing)|sneezes|"
    "sniff(?:s|les|ing)|clear(?:s|ing)[ _](?:his |her )?throat|whisper(?:s|ing)|breath(?:es|ing)"
)
_NOTES = (  # of transcribers and editors, in square brackets
    f"{_SOUNDS}|laugh|cheer(?:s|ing)|music(?: playing)?|noise|noisy|static|inaudible|unintelligible|"
    "indistinct|crosstalk|silence|pause|beat|breath|singing|blank_audio|foreign|citation needed|sic"
)
_TAG = r"[A-Za-z][\w:-]{0,63}"
_BBCODE = "b|i|u|s|url|img|quote|code|color|size|center|list|spoiler"
_ATTRIBUTES = r"(?:\s[^<>]{0,200})?"
_RAISED = {
    "sup": str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ"),
    "sub": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
}
_PHONEMES = r"(?!/[^/()]*/\))"  # [Kokoro](/kˈOkəɹO/) says how a word is spoken


def strip_markup(text: str) -> str:
    """The text without markup; text that has none comes back as it was."""
    for _ in range(_MAX_PASSES):
        before, text = text, _pass(text)
        if text == before:
            break
    return text


def _pass(text: str) -> str:
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text


def _entity(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _raised(match: re.Match[str]) -> str:
    """The figures of <sup> and <sub> as their own characters, so that what reads those decides."""
    return match[2].lower().translate(_RAISED[match[1].lower()])


def _compiled(
    rules: Iterable[tuple[str, Replacement]],
) -> list[tuple[re.Pattern[str], Replacement]]:
    return [(re.compile(pattern), replacement) for pattern, replacement in rules]


def _between(mark: str) -> str:
    """Text between two equal marks that touch it, and touch no word outside."""
    sign = mark[-1]
    start = rf"(?<![\w\\{sign}]){mark}(?=[^\s{sign}])"
    return rf"{start}([^\n]{{1,2000}}?)(?<=\S){mark}(?![\w{sign}])"


RULES = _compiled(
    [
        # HTML and SSML
        (r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});", _entity),
        (r"(?s)<!--.{0,10000}?-->|<!\[CDATA\[|\]\]>|<[?!][^<>]{1,1000}>", " "),
        (r"(?is)<(script|style|ref|sub_alias)\b[^<>]{0,1000}(?<!/)>.{0,10000}?</\1 ?>", " "),
        (rf"(?i)<sup{_ATTRIBUTES}>\s?\[\d{{1,3}}\]\s?</sup>", ""),
        (rf"(?i)(?<=\d)<sup{_ATTRIBUTES}>\s?(st|nd|rd|th)\s?</sup>", r"\1"),
        (rf"(?i)<(sup){_ATTRIBUTES}>\s?([+−-]?\d{{1,4}}|n)\s?</sup>", _raised),
        (rf"(?i)<(sub){_ATTRIBUTES}>\s?(\d{{1,4}})\s?</sub>", _raised),
        (rf"</?{_TAG}(?:\s[^<>]{{0,2000}}=[^<>]{{0,2000}})?\s?/?>", " "),
        # stage directions and footnotes
        (rf"(?i)[(<*] ?(?:{_SOUNDS}) ?[)>*]|\[ ?(?:{_NOTES}) ?\]", " "),
        (r"(?<=[\w.,!?\"”’])(?:\[(?:\d{1,3}|[a-z]|note \d+)\])+", ""),
        # wiki
        (r"\{\{[^{}]{0,500}\}\}", " "),
        (r"\[\[(?:[^\[\]|]{1,200}\|)?([^\[\]|]{1,500})\]\]", r"\1"),
        (r"^={2,6} ?([^=\n]{1,2000}?) ?={2,6}$", r"\1"),
        (r"'{2,5}(?=\S)([^'\n]{1,500}(?:'[^'\n]{1,500}){0,20}?)'{2,5}", r"\1"),
        # Markdown
        (
            rf"!?\[([^\[\]\n]{{1,500}})\]\({_PHONEMES}[^()\s]{{1,1000}}(?: \"[^\"]{{0,200}}\")?\)",
            r"\1",
        ),
        (r"^\s{0,3}(?:#{1,6}|>(?: ?>)*|[*+-](?=\s)) +", ""),
        (r"(?<!`)`{1,3}([^`\n]{1,2000})`{1,3}(?!`)", r"\1"),
        *(
            (_between(mark), r"\1")
            for mark in (r"\*\*\*", r"\*\*", r"\*", "___", "__", "_", "~~", "==")
        ),
        (r"\\([*_#`~\[\]])", r"\1"),
        # BBCode
        (rf"(?i)\[/?(?:{_BBCODE})(?:=[^\[\]]{{0,300}})?\]", " "),
        # rows of signs, and emoji by name
        (r"(?<![^\s])[~^*=_#<>|+\\/-]{3,}(?![^\s])", " "),
        (r"(?<!\S):[a-z][a-z0-9_+-]{1,40}:(?!\S)", " "),
    ]
)
