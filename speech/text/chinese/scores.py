"""Scores of matches that are written with a dash, and ratios with another colon than the ASCII one."""

import re

from speech.text.chinese.numbers import cardinal
from speech.text.chinese.patterns import DASH
from speech.text.rules import compiled, substitute

WON = (
    "(?:获?胜(?![率场])|取胜|胜出|战胜|击败|领先|落后|逆转|[大完险]胜|惜败|告负|战平|打平|横扫|不敌|负于|力克|淘汰"
    "|的?(?:比分|成绩|总分|优势))"
)
"""what follows a score"""

_PAIR = r"\d{1,3}[-–—]\d{1,3}(?![\d.-])"
_BETWEEN = "[,，、；; ]{1,2}"


def _sets(match: re.Match[str]) -> str:
    """Of 25-20,23-25,25-18, where ranges would not fall."""
    pairs = re.findall(r"(\d+)[-–—](\d+)", match.group())
    if all(int(ours) < int(theirs) for ours, theirs in pairs):
        return match.group()
    return re.sub(r"(?<=\d)[-–—](?=\d)", "比", match.group())


def of_basketball(match: re.Match[str]) -> str | None:
    """湖人118-112勇士; a range would rise."""
    ours, theirs = int(match[1]), int(match[2])
    return f"{cardinal(ours)}比{cardinal(theirs)}" if ours > theirs >= 60 else None


_RULES = compiled(
    [
        (r"(?<=\d) ?∶ ?(?=\d)", ":"),
        (
            rf"(?<![\w:：.步骤题例图表])(\d{{1,3}})：(\d{{1,3}})(?=$|[，。；！？、）) ]|{WON})",
            r"\1:\2",
        ),
        (
            rf"(?<![\d.-]){_PAIR}(?:{_BETWEEN}{_PAIR}){{2,}}|[（(]{_PAIR}{_BETWEEN}{_PAIR}[）)]",
            _sets,
        ),
        (r"(?<=[\u4e00-\u9fff ])(\d)[-–—](\d)(?= ?[（(]\d{1,2}比\d)", r"\1比\2"),
        (r"(?<![\w.,:/-])0[-–—]0(?![\w.,:/-]\d)", "0比0"),
        (
            r"(?<=[\u4e00-\u9fff])(?<!第)(\d{2,3})-(\d{2,3})(?=[\u4e00-\u9fff])(?![号楼层室页名位元米年月日])",
            lambda match: of_basketball(match) or match.group(),
        ),
        (
            rf"(?:(?<=[半全终客加]场)|(?<=回合))(\d{{1,3}}){DASH}(\d{{1,3}})(?![\d.,:/年月日分%-])",
            r"\1比\2",
        ),
        (rf"(比分(?:[是为]|[:：] ?)?)(\d+){DASH}(\d+)", r"\1\2比\3"),
        (rf"(得分(?:[是为]|[:：] ?)?)(\d+){DASH}(\d+)(?![\d.分])", r"\1\2比\3"),
        (rf"(?<![\d.,:/-])(\d{{1,3}}){DASH}(\d{{1,3}})(?={WON})", r"\1比\2"),
        (rf"(?<=赛)(\d{{1,2}}){DASH}(\d{{1,2}})(?![\d.,:/年月日分%-])", r"\1比\2"),
    ]
)


def read_scores(text: str) -> str:
    return substitute(_RULES, text)
