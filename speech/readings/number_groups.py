"""Numbers that were heard in other groups than they are written in: "32" for the score 3-2.

The normaliser by which readings are compared writes "three two" and "thirty-two" both as 32.
"""

import re
from collections.abc import Sequence

from speech.readings.spoken_forms import english_form

_TEENS = "ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
_TENS = "(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
_DIGIT = "one|two|three|four|five|six|seven|eight|nine"
_BELOW_100 = rf"(?:(?:{_TENS})(?:[ -](?:{_DIGIT})\b)?|{_TEENS}|{_DIGIT}|zero|oh)\b"
SCALED = rf"{_BELOW_100}(?:[ -](?:hundred|thousand)\b(?:[ -](?:and[ -])?{_BELOW_100})?)+"
"""one number in words, of a hundred and more"""
_GROUP = rf"(?:{SCALED}|{_BELOW_100}|\d+)"
_GROUPS = re.compile(_GROUP, re.IGNORECASE)
_BETWEEN = "(?: ?[-–:/] ?| )"
_HEARD = re.compile(
    rf"(?<![\w.,$£€])(?<!\d[:/-]){_GROUP}(?:{_BETWEEN}{_GROUP})*(?!\w|[.,:/-]\d)", re.IGNORECASE
)
_WRITTEN = re.compile(  # scores, ratios, line-ups, days of a month, 24/7, 120/80
    r"(?<![\w.,:/$£€–-])(?:\d{1,2}(?: ?[-–:] ?\d{1,2}){1,2}|\d{1,3}(?:/\d{1,3}){1,2}|24[x×]7)"
    r"(?!\w|[.,:/–-]\d)"
)


def marked_groups(text: str, heard: str) -> str:
    """What was heard, "joined" before each number that has the digits of the text's, not its groups.

    Digits without a sign may have been said in pairs or one by one: "2020" for 20/20.
    """
    written = {"".join(groups): groups for groups in map(_digits, _WRITTEN.findall(text))}
    if not written:
        return heard
    apart = set(re.findall(r"\d+", english_form(_WRITTEN.sub(" , ", text))))

    def marked(run: re.Match[str]) -> str:
        groups = [_figures(group) for group in _GROUPS.findall(run[0])]
        value = "".join(groups)
        if value not in written or value in apart or _may_be(groups, written[value]):
            return run[0]
        return run[0] if run[0].isdigit() and _unsigned(written[value]) else f"joined {run[0]}"

    return _HEARD.sub(marked, heard)


def _digits(written: str) -> list[str]:
    return re.findall(r"\d+", written)


def _figures(group: str) -> str:
    return group if group.isdigit() else english_form(re.sub(r"(?i:^oh$)", "zero", group))


def _may_be(heard: Sequence[str], written: Sequence[str]) -> bool:
    """Whether these are the groups, also "oh five" for 05 and "three sixty-five" for 365.

    "Nine hundred" is not told from 9:00.
    """
    singly = [digit for group in written for digit in (group if group[0] == "0" else [group])]
    paired = [part for group in written for part in _pair(group)]
    return heard in (written, singly, paired) or "00" in written


def _pair(group: str) -> list[str]:
    return [group[0], group[1:]] if len(group) == 3 else [group]


def _unsigned(groups: Sequence[str]) -> bool:
    """Whether people read digits in such groups though no sign parts them: 2020, 105, 442."""
    lengths = [len(group) for group in groups]
    return set(lengths) == {2} or lengths in ([1, 2], [1, 1, 1])
