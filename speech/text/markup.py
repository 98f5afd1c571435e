"""Markup in text: what tells a browser, a wiki or a speech engine how to show it is not to be read.

HTML and SSML tags and entities, Markdown, wiki and BBCode marks, footnote numbers, stage directions
such as [laughs], and rows of signs that decorate. What the marks enclose stays. Patterns, not a
parser: a line of a corpus is seldom a whole document, and "a <b and c> d" or "2*3*4" are text.
"""

import html
import re

from speech.text import latex
from speech.text.rules import compiled, substitute

_MAX_PASSES = 4  # "&amp;lt;b&amp;gt;" is a tag at the third
_SOUNDS = (  # of people, in brackets of any kind
    "laugh(?:s|ter|ing|ed)|giggl(?:es|ing)|chuckl(?:es|ing)|cough(?:s|ing)|sigh(?:s|ing)|gasp(?:s|ing)|"
    "applause|inhales?|exhales?|sob(?:s|bing)|cries|crying|groan(?:s|ing)|yawn(?:s|ing)|sneezes|"
    "sniff(?:s|les|ing)|clear(?:s|ing)[ _](?:his |her )?throat|whisper(?:s|ing)|breath(?:es|ing)"
)
_NOTES = (  # of transcribers and editors, in square brackets
    f"{_SOUNDS}|laugh|cheer(?:s|ing)|music(?: playing)?|noise|noisy|static|inaudible|unintelligible|"
    "indistinct|crosstalk|silence|pause|beat|breath|singing|blank_audio|foreign|sic|"
    r"(?:\w+ )?(?:citation|source|clarification|page|year)s? needed|update|edit|failed verification|"
    r"(?:according to |by )?(?:who|whom|when|which|where|why)\?|dubious[^\[\]]{0,20}"
)
_NOISES = (  # of films, in square brackets, what makes them before: "[door creaks]"
    "music|playing|chatter(?:ing)?|rings|ringing|creak(?:s|ing)|slams|knocks|knocking|barks|barking|"
    "beep(?:s|ing)|honk(?:s|ing)|rumbl(?:es|ing)|screams|screaming|gunshots?|gunfire|sirens?|wailing|"
    "footsteps|cheering|clapping|grunt(?:s|ing)|pant(?:s|ing)|scoffs|buzz(?:es|ing)|thunder|explosion|"
    r"(?:music|song) (?:continues|stops|fades)|speak(?:s|ing) \w+"
)
_IPA = "[ˈˌːəɛɪʊɔɑɐɒɜʌɚɝɨʉɯɤɵɸʃʒʂʐɕʑʁʀɾɹɻɽɲɳɱɫɬɭʎɣɦʔʕɡɢɟʝʋɥɰ]"
"""of the alphabet of phoneticians, what no word is written with"""
_SPOKEN_OF = r"(?:\b[A-Z][a-z]+(?: pronunciation)?: ?)?"
_MAKER = (  # no "the" and no "was": "[the music]" is what an editor adds
    r"(?:(?!(?:the|an?|his|her|their|my|our|its|is|was|are|were|of|to|and|that)\b)[\w'-]+ )"
)
_NOTE = r"(?:[1-9]\d{0,2}(?:[,–-] ?\d{1,3}){0,9}|[a-z]|(?:note|nb|n|fn) \d+)\]"  # behind "["
_NO_INDEX = r"(?![\w(=`\[]|\.[a-z]| =)"  # `names[1].size` is code
_TAG = r"[A-Za-z][\w:-]{0,63}"
_BBCODE = "b|i|u|s|url|img|quote|code|color|size|center|list|spoiler"
_ATTRIBUTES = r"(?:\s[^<>]{0,200})?"
_RAISED = {
    "sup": str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ"),
    "sub": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
}
_TIMECODE = r"(?:\d{1,2}:)?\d\d:\d\d[,.]\d{3}"
_WARM = r"(?<=\byou <)|(?<=\bu <)|(?<=\bit <)|(?<=\blove <)|(?<=[!?.…] <)"
"""before a heart: "love you <3", unlike "children <3 years old\""""
_PHONEMES = r"(?!/[^/()]*/\))"  # [Kokoro](/kˈOkəɹO/) says how a word is spoken


def strip_markup(text: str) -> str:
    """The text without markup; text that has none comes back as it was."""
    for _ in range(_MAX_PASSES):
        before, text = text, substitute(RULES, text)
        if text == before:
            break
    return text


def _entity(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _raised(match: re.Match[str]) -> str:
    """The figures of <sup> and <sub> as their own characters, so that what reads those decides."""
    return match[2].lower().translate(_RAISED[match[1].lower()])


def _between(mark: str) -> str:
    """Text between two equal marks that touch it, and touch no word outside."""
    sign = mark[-1]
    start = rf"(?<![\w\\{sign}]){mark}(?=[^\s{sign}])"
    return rf"{start}([^\n]{{1,2000}}?)(?<=\S){mark}(?![\w{sign}])"


RULES = compiled(
    [
        # HTML and SSML
        (r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});", _entity),
        (r"(?s)<!--.{0,10000}?-->|<!\[CDATA\[|\]\]>|<[?!][^<>]{1,1000}>", " "),
        (r"(?is)<(script|style|ref|sub_alias)\b[^<>]{0,1000}(?<!/)>.{0,10000}?</\1 ?>", " "),
        (rf"(?i)<sup{_ATTRIBUTES}>\s?\[\d{{1,3}}\]\s?</sup>", ""),
        (rf"(?i)(?<=\d)<sup{_ATTRIBUTES}>\s?(st|nd|rd|th)\s?</sup>", r"\1"),
        (rf"(?i)<(sup){_ATTRIBUTES}>\s?([+−-]?\d{{1,4}}|n)\s?</sup>", _raised),
        (rf"(?i)<(sub){_ATTRIBUTES}>\s?(\d{{1,4}})\s?</sub>", _raised),
        (r"`([^`<>\n]{1,500}) <[^\s<>`]{1,1000}>`__?(?!\w)", r"\1"),  # of reStructuredText
        (
            r"<((?:mailto:)?[^\s<>@]{1,64}@[^\s<>@]{1,80}\.[A-Za-z]{2,8}|https?://[^\s<>]{1,300})>"
            r"(?:`__?(?!\w))?",
            r"\1",
        ),
        (rf"</?{_TAG}(?:\s[^<>]{{0,2000}}=[^<>]{{0,2000}})?\s?/?>", " "),
        # subtitles: their times, and how they are set
        (rf"(?<!\S){_TIMECODE} --> {_TIMECODE}(?!\S)", " "),
        (r"\{\\(?:an?\d|pos|fad|move|fs\d|[ibk]\d|c&)[^{}]{0,100}\}", " "),
        # stage directions and footnotes
        (
            rf"(?i)[(<*] ?(?:{_SOUNDS}) ?[)>*]|\[ ?(?:{_NOTES}|{_MAKER}{{0,3}}(?:{_NOISES})) ?\]",
            " ",
        ),
        (rf"(?<=[\w.,!?\"”’%。，、；：？！」』》）])(?<!\b[a-z])(?:\[{_NOTE})+{_NO_INDEX}", ""),
        (rf"(\((?<!\S\()[^()\n]{{1,200}}\))(?:\[{_NOTE})+{_NO_INDEX}", r"\1"),  # not f(x)[1]
        # how phoneticians write a word
        (rf"{_SPOKEN_OF}\[(?=[^\[\]]{{0,80}}{_IPA})[^\[\]\n]{{1,80}}\](?!\()", " "),
        (rf"(?<![\w/])(?<!\]\()/(?=[^/\n]{{0,60}}{_IPA})[^/\n\d]{{1,60}}/(?![\w/])", " "),
        (r"ⓘ(?<!\Sⓘ)(?![^\s.,;:)])", ""),
        (r"\((?<=\s\()\s+\)", ""),  # where nothing else was
        # LaTeX
        *latex.RULES,
        # wiki
        (r"\{\{[^{}]{0,500}\}\}", " "),
        (r"\[\[(?:File|Image|Category):[^\[\]]{0,500}\]\]", " "),
        (r"\[\[(?:[^\[\]|]{1,200}\|)?([^\[\]|]{1,500})\]\]", r"\1"),
        (r"^={2,6} ?([^=\n]{1,2000}?) ?={2,6}$", r"\1"),
        (r"'{2,5}(?=\S)([^'\n]{1,500}(?:'[^'\n]{1,500}){0,20}?)'{2,5}", r"\1"),
        # Markdown
        (
            rf"!?\[([^\[\]\n]{{1,500}})\]\({_PHONEMES}[^()\s]{{1,1000}}(?: \"[^\"]{{0,200}}\")?\)",
            r"\1",
        ),
        (r"^\s*[-–—] ?(\d{1,4}) ?[-–—]\s*$", r"\1"),  # the number of a page
        (r"^\s{0,3}[*+-] \[[ xX]\] ", ""),
        (r"^\s{0,3}(?:#{1,6}|>(?: ?>)*|[*+-](?=\s)) +", ""),
        (r"`(?<![`\w]`)([^`\n]{1,2000})`__?(?!\w)", r"\1"),
        (r"(?<!`)`{1,3}([^`\n]{1,2000})`{1,3}(?!`)", r"\1"),
        *(
            (_between(mark), r"\1")
            for mark in (r"\*\*\*", r"\*\*", r"\*", "___", "__", "_", "~~", "==")
        ),
        (r"\\([*_#`~\[\]])", r"\1"),
        # BBCode
        (rf"(?i)\[/?(?:{_BBCODE})(?:=[^\[\]]{{0,300}})?\]", " "),
        # faces, rows of signs, and emoji by name
        (r"(?<!\S)(?:[:;]'?-?[DPpOo3]|[xX]D+(?=[.!]?\s*$))(?![^\s.,!?])", " "),
        (rf"<(?:{_WARM})3+(?![^\s!.,?])", ""),
        (r"(?<![^\s])[~^*=_#<>|+\\/-]{3,}(?![^\s])", " "),
        (r"(?<!\S):[a-z][a-z0-9_+-]{1,40}:(?!\S)", " "),
    ]
)
