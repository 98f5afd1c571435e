"""Signs in words, and numbers that the grammars count wrong."""

import re

from hibari.g2p.numbers import ordinal as english_ordinal

from speech.text.chinese.numbers import cardinal, decimal
from speech.text.chinese.patterns import END
from speech.text.rules import compiled, substitute

_MEASURED = (
    "[是为到至于得值差温率约达有下负乘除减加和与或在从对比润跌涨益分化数方"
    "零一二三四五六七八九十百千万亿]"
)
"""before a number below zero"""
_MEASURE = (
    "(?:[%‰℃°度元块分米公千毫厘万亿点摄华倍美港兆]|个基点|百帕"
    "|[VWKCF](?![A-Za-z])|[a-z]|[A-Z][A-Za-z])"
)


_TWO = (
    "(?:次(?!元|方|函数|曲线|多项|幂|创业|开发|加工|供水|感染|污染)|种(?!植)|句|步(?!行)|款|项(?!目)|处(?!理)|所(?!以)"
    "|包(?![括含])|[台间轮届股亩幅段份顿遍滴串圈扇朵笔株]|点(?![名击评赞])|批(?!发)|节课|公斤|星期|年(?:前|后|来|内|多|半|间|以))"
)
"""what one has 两 of, and the grammars 二"""
_SPANNED = "[近过了满约共达期长隔超每早晚用有花需]"
_SERVICE_NUMBER = r"(?<![\d.,])(?:11[0249]|12[02]|10010|10086|12306|12315|12345|95588)"
_COUNTED = (
    "(?:[年倍级楼栋间章题轮句股亩款幅株赫毫千兆伏]|次(?!日)|台(?![风湾])|节(?![目约省假日])|届(?!时)|种(?!植)|局(?![长面势])"
    "|期(?![待间盼])|组(?![织成])|批(?![评准])|包(?![括含裹装邮])|步(?![行骤])|部(?![门分])|项(?!目)|处(?![理罚])|所(?![以有])"
    "|点(?![击评开了])|比(?![赛如较])|欧姆|分贝|国际单位|[WVAKMG](?![A-Za-z])|[MGT]B)"
)
"""what the grammars do not count after a number of a service"""


def _decimal(match: re.Match[str]) -> str:
    """12.5 with nothing behind it would be a date."""
    return decimal(match.group())


def _count(match: re.Match[str]) -> str:
    return cardinal(int(match.group()))


_NEGATIVES = compiled(
    [
        (r"(?:^|(?<=[，。；：:（(、 ]))–(?=\d)", "-"),
        (r"(?<![\w)])−(?=[\d.])|(?<=[\u4e00-\u9fff])−(?=[\d.])", "-"),
        (r"(?<![\d年月日])(?<=[\u4e00-\u9fff])-(?=\d+(?:\.\d+)?%)", "负"),
        (r"(?<![A-Za-z\d)%] )(?<![A-Za-z\d)%])\+(?=\d+(?:\.\d+)?%)", "正"),
        (r"(?<=[A-Z]{2})\+(?=\d+(?:\.\d+)?%)", "正"),
        (r"(?<=[A-Za-z])-(?=\d+(?:\.\d+)?%)", "负"),
        (r"(?<=[A-Za-z]{2})[（(]\+[）)]", "阳性"),
        (r"(?<=[A-Za-z]{2})[（(]-[）)]", "阴性"),
        (r"±(?=\d+(?:\.\d+)?%)", "正负"),
        (r"(?<![\w%）)])[-−] ?(?=\d+/\d+|\d+(?:\.\d+)?%|百分之)", "负"),
        (
            r"(?<=[\u4e00-\u9fff])(?<!\d[\u4e00-\u9fff])(?<!\d[\u4e00-\u9fff]{2})"
            rf"(?<!{_MEASURED})-(?=\d{{1,4}}(?![\d.,]|[-/]\d| ?{_MEASURE}|[~～〜到至/]-?\d+ ?[℃°度%]))",
            "",
        ),
    ]
)
_SIGNS = compiled(
    [
        (r"(\d+(?:\.\d+)?)‰", r"千分之\1"),
        (r"(?<![\d.,])100%", "百分之百"),
        (r"(?<=[\d万亿])\+(?=[\u4e00-\u9fff])", "多"),
        (r"(?<=[\u4e00-\u9fff])\+(?!\d)", "加"),
        (r"(?<=[A-Za-z\d+万亿%])\+(?!\d)", "加"),
        (r"(?<=\d)#(?=[楼栋门线机炉井车厂]|电池)", "号"),
        (r"\b([CF])#", r"\1 sharp"),
        (r"(?<=[A-Za-z]) ?& ?(?=[A-Za-z])", " and "),
        (r"&", "和"),
        (r"@(?=\w)", "艾特"),
    ]
)
_NUMBERS = compiled(
    [
        (r"№ ?(?=\d)", "第"),
        (r"(?:(?<=第\d到)|(?<=第\d\d到))2(?!\d)", "二"),
        (r"第2(?=[\u4e00-\u9fff])(?![十百千万亿])", "第二"),
        (r"(?<![\d.])2(?=倍)", "两"),
        (r"(?<=又)2(?=分之)", "二"),
        (
            rf"(?<![\d.第、/元])(?<!第\d到)(?<!第\d\d到)2(?={_TWO})|(?<={_SPANNED})2(?=年(?!级))",
            "两",
        ),
        (r"(?<=[楼栋号幢座])2(?=单元)", "二"),
        (r"(?<![\d.第/])2(?=[大小][勺匙碗杯块片把包瓶盒袋根个颗粒条])", "两"),
        (r"(?<=(?<![A-Za-z])[A-Z])2(?=[\u4e00-\u9fff])", "二"),
        (rf"{_SERVICE_NUMBER}(?={_COUNTED})|(?<=于){_SERVICE_NUMBER}(?!\d)", _count),
        (rf"(?<={_MEASURED})1[0-2]\.\d{{1,2}}(?=$|[，。；、！？,;）)])", _decimal),
        (r"(?<=\d)g(?![A-Za-z网])", "克"),
        (
            r"(?<![A-Za-z\d.])(\d{1,2})([vV][sS]?)(?=\d{1,2}(?![A-Za-z\d.]))",
            lambda match: match[1] + match[2].upper(),
        ),
        (r"(?<![A-Za-z])(?i:no)\. ?(?=\d)", "第"),
        (rf"(?<!\d)(\d{{1,4}})(?:st|nd|rd|th){END}", lambda match: english_ordinal(int(match[1]))),
        (r"(?<![第\d.,])\d{9,13}(?![\d.,]|[kKmMgGtT][bB])|(?<=第)\d{9,15}(?!\d)", _count),
    ]
)


def read_negatives(text: str) -> str:
    return substitute(_NEGATIVES, text)


def read_signs(text: str) -> str:
    return substitute(_SIGNS, text)


def read_counts(text: str) -> str:
    return substitute(_NUMBERS, text)
