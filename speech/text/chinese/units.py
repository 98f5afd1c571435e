"""Units that the grammars spell or cut ("35mA" is no 35 metres), and rates with a slash."""

import re
from collections.abc import Iterable

from speech.text.chinese.patterns import END
from speech.text.rules import compiled, substitute

UNITS = {
    "mmHg": "毫米汞柱",
    "mmol/L": "毫摩尔每升",
    "mol/L": "摩尔每升",
    **dict.fromkeys(("μmol/L", "umol/L"), "微摩尔每升"),
    "mmol": "毫摩尔",
    "mol": "摩尔",
    "IU": "国际单位",
    **dict.fromkeys(("mL/min", "ml/min"), "毫升每分钟"),
    "L/min": "升每分钟",
    **dict.fromkeys(("r/min", "rpm"), "转每分钟"),
    "min": "分钟",
    "mL": "毫升",
    "μL": "微升",
    "Hz": "赫兹",
    "kHz": "千赫兹",
    "MHz": "兆赫兹",
    "GHz": "吉赫兹",
    "mAh": "毫安时",
    **dict.fromkeys(("kWh/100km", "kWh/100 km"), "千瓦时每百公里"),
    "kWh": "千瓦时",
    "Pa": "帕",
    "hPa": "百帕",
    "kPa": "千帕",
    "MPa": "兆帕",
    "Ω": "欧姆",
    "kΩ": "千欧",
    "MΩ": "兆欧",
    "μF": "微法",
    "pF": "皮法",
    "kV": "千伏",
    "mV": "毫伏",
    "mA": "毫安",
    "dB": "分贝",
    "kcal": "千卡",
    "kJ": "千焦",
    "N·m": "牛米",
    "kg·m/s²": "千克米每二次方秒",
    "kcal/100g": "千卡每百克",
    "kJ/100g": "千焦每百克",
    **dict.fromkeys(("m/s²", "m/s2"), "米每二次方秒"),
    **dict.fromkeys(("bp", "bps", "BP", "BPs"), "个基点"),
}
UNITS_AFTER_POWER = {
    "kg/m³": "千克每立方米",
    "g/cm³": "克每立方厘米",
    "m/s": "米每秒",
    "km/s": "千米每秒",
    "km²": "平方千米",
    "m²": "平方米",
    "m³": "立方米",
    "km": "千米",
    "m": "米",
    "kg": "千克",
    "g": "克",
    "Hz": "赫兹",
    "Pa": "帕",
    "J": "焦耳",
    "C": "库仑",
    "/L": "每升",
}
_COUNTED = "[次拍步转题局]|课时|分(?=/[题人次])|[美欧日港]元|英镑|公斤|千克|毫克"
_PER = "分钟?|秒|小时|天|日|周|月|年|人|组|次|题|节课|[节课场亩股桶吨]|盎司|加仑"
_PRICE = "[元块克斤吨粒片袋支滴丸颗杯勺张天]|分钟|小时|毫升|m[lL]|m?g"
_PRICED_PER = "次|组|节课|[节股年包亩晚间台份注桌]|平(?!方)|公斤|盎司|间夜"
"""that the grammars do not know after a price"""


def _named(match: re.Match[str]) -> str:
    return UNITS[match["unit"]]


def _named_after_power(match: re.Match[str]) -> str:
    return UNITS_AFTER_POWER[match["unit"]]


def _arc(match: re.Match[str]) -> str:
    """Minutes and seconds of a degree."""
    return f"度{match[1]}分" + (f"{match[2]}秒" if match[2] else "")


def _any_of(units: Iterable[str]) -> str:
    alternatives = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    return rf" ?(?P<unit>{alternatives}){END}"


_RULES = compiled(
    [
        (r"(?<![\d./])(\d{2,3})/(\d{2,3})(?= ?mmHg)", r"\1比\2"),
        (r"(?<=血压)([为是:：]?)(\d{2,3})/(\d{2,3})(?![\d/])", r"\1\2比\3"),
        (r"(?<![\d°])(\d{1,2})′(\d{1,2})″", r"\1分\2秒"),
        (r"°(\d{1,2})[′'](?:(\d{1,2}(?:\.\d+)?)[″\"])?", _arc),
        (rf"(?<=\d)( ?[KMGT]B)/s{END}", r"\1每秒"),
        (rf"(?<=[lLg次])/d{END}", "每天"),
        (rf"(?<=[gμ]/)mL{END}", "ml"),
        (rf"(?<=[\d次])/min{END}", "每分钟"),
        (rf"(?<=\d){_any_of(UNITS)}", _named),
        (rf"(?<=次方){_any_of(UNITS_AFTER_POWER)}", _named_after_power),
        (rf"(?<=\d)({_COUNTED})/(?=(?:{_PER}))", r"\1每"),
        (r"(?<=\d)([元块])/([月天年次周])/(?=[人户次间])", r"\1每\2每"),
        (r"(?<=\d)([万亿]?元)/(?=\d+(?:分钟|小时|个|天|次|公里|千克|公斤))", r"\1每"),
        (r"(?<=\d)w(?=\+|[粉人元块赞次条字单个多份件辆]|阅读|播放|用户|存款|点赞|销量)", "万"),
        (rf"(?<=\d)([万亿]?(?:{_PRICE}))/(?=(?:{_PRICED_PER}))", r"\1每"),
    ]
)


def read_units(text: str) -> str:
    """After powers: 3×10⁸m/s."""
    return substitute(_RULES, text)
