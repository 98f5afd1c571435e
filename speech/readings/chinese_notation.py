"""Readings of what science, sport, trade and standards write in Chinese text: signs and units."""

import re
import unicodedata

from speech.readings.tokens import Rule, said
from speech.text.chinese.numbers import cardinal, decimal, in_digits
from speech.text.chinese.scores import of_basketball
from speech.text.chinese.units import UNITS, UNITS_AFTER_POWER

_LEFT, _RIGHT = r"(?<=[^\W_]|[)%°′″²³])", r"(?=[^\W_]|[(√−+-])"
_HAN = r"[\u4e00-\u9fff]"
_OPEN = "[(（,，、]"
_STANDARD = "(?:" + "|".join(rf"(?<=[A-Z] \d{{{length}}})" for length in (2, 4, 5)) + ")"
_FEAST = "晚会|大促|购物节|小?长?假期|黄金周|阅兵|惨案|事变|运动|事件|儿童节|劳动节|国庆|妇女节"
_SIGNS = {"+": "正", "±": "正负"}
_SERVICE_NUMBERS = "11[0249]|12[02]|10010|10086|12306|12315|12345|95588"


def _unit(match: re.Match[str]) -> list[str]:
    unit = match.group().strip()
    return [UNITS.get(unit) or UNITS_AFTER_POWER[unit], unit]


def _any_of(units: dict[str, str]) -> str:
    alternatives = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    return rf" ?(?:{alternatives})(?![A-Za-z])"


def _signed_share(match: re.Match[str]) -> list[str]:
    """-5%, the sign before 百分之 or behind it."""
    sign = _SIGNS.get(match[1], "负")
    return [f"{sign}百分之{match[2]}", f"百分之{sign}{match[2]}"]


def _pressures(match: re.Match[str]) -> list[str]:
    above, below = cardinal(int(match[2])), cardinal(int(match[3]))
    return [f"{match[1]}{above}{between}{below}" for between in ("比", "、")]


def _hour(match: re.Match[str]) -> list[str]:
    return [f"{'上午' if match[2] in 'aA' else '下午'}{match[1]}点", match.group()]


def _charge(match: re.Match[str]) -> list[str]:
    """Of an ion."""
    count = in_digits(unicodedata.normalize("NFKC", match[1]))
    return [count + ("正" if match[2] == "⁺" else "负")]


def _result(match: re.Match[str]) -> list[str]:
    return ["阳性" if match[1] == "+" else "阴性"]


def _won(match: re.Match[str]) -> list[str]:
    score = of_basketball(match)
    return [score] if score else []


def _subscript(match: re.Match[str]) -> list[str]:
    return [cardinal(int(unicodedata.normalize("NFKC", match.group())))]


def _digits(match: re.Match[str]) -> list[str]:
    return [in_digits(re.sub(r"\D", "", match.group()))]


def _year(match: re.Match[str]) -> list[str]:
    """2030年前 may be before 2030, or so many years ago."""
    return [in_digits(match.group()), cardinal(int(match.group()))]


def _number(match: re.Match[str]) -> list[str]:
    """What the normaliser by which readings are compared takes for a date or a telephone number."""
    number = match.group()
    if "." in number:
        return [decimal(number), number]
    return [cardinal(int(number)), in_digits(number)]


NOTATION = [
    Rule(re.compile(pattern), read)
    for pattern, read in (
        (r"(?<=血压)([为是:：]?)(\d{2,3})/(\d{2,3})(?!\d)", _pressures),
        (r"(?<![\d./])()(\d{2,3})/(\d{2,3})(?= ?mmHg)", _pressures),
        (rf"(?<=\d){_any_of(UNITS)}", _unit),
        (rf"(?<=[⁰-⁹]){_any_of(UNITS_AFTER_POWER)}|(?<=\^\d){_any_of(UNITS_AFTER_POWER)}", _unit),
        (r"(?<![\d°])(\d{1,2})′(\d{1,2})″", said(r"\1分\2秒")),
        (r"(?<=\d)w(?=[+\u4e00-\u9fff])", said("万", "w")),
        (r"(?<=次)/min(?![A-Za-z])", said("每分钟")),
        (r"°(\d{1,2})′(?:(\d{1,2}(?:\.\d+)?)″)?", said(r"度\1分\2秒", r"度\1分")),
        (r"(?<=%)/(?=\d)", said("", "比")),
        (r"[₀-₉]+", _subscript),
        (rf"{_LEFT} ?≈ ?{_RIGHT}", said("约等于", "约为")),
        (rf"{_LEFT} ?≠ ?{_RIGHT}", said("不等于")),
        (rf"{_LEFT} ?÷ ?{_RIGHT}", said("除以", "除")),
        (r" ?(?<![<=-])<(?!3$) ?(?=-?[\da-z])", said("小于")),
        (rf"{_LEFT} ?> ?(?=-?[\da-z])", said("大于")),
        (r"(?<![\d./])(\d+)/(\d+)(?= ?=)", said(r"\1除以\2", r"\1/\2")),
        (rf"(?<=[^\W\d_A-Za-z]|[)%°′″]|\d) ?= ?{_RIGHT}", said("等于")),
        (rf"(?:(?<={_HAN})|(?<=[A-Z]{{2}})|(?<![\w%)²³]))([-−+±])(\d+(?:\.\d+)?)%", _signed_share),
        (rf"{_LEFT}(?:\+| \+ )(?=[\dA-Za-z(√])", said("加")),
        (r"(?<=[万亿%])\+", said("加", "多", "")),
        (r"(?<![\d.,:/-])0[-–—]0(?![\d-])", said("零比零")),
        (rf"(?:(?<={_OPEN}\d)|(?<={_OPEN}\d\d))-(?=\d+[)）,，、。])", said("比", "到", "减")),
        (r"(?<=\d)-(?=\d[（(]\d)", said("比")),
        (r"(?:(?<=单元\d)|(?<=单元\d\d))-(?=\d)|(?<=ISO\d{4})-(?=\d)", said("杠")),
        (r"(?:(?<=[A-Z]\d)|(?<=[A-Z]\d\d))/(?=\d)", said("、")),
        (r"(?<=[A-Za-z]{2})[（(]([+-])[）)]", _result),
        (rf"(?<={_HAN})(\d{{2,3}})-(\d{{2,3}})(?={_HAN})(?![号楼层室页名位元米])", _won),
        (r"(?<=ISSN \d{4})-", said("")),
        (r"(?<![\d/])(\d{1,2})/(\d{1,2})(?= ?[℃°])", said(r"\1到\2")),
        (r"([¹²³⁴-⁹]?)([⁺⁻])(?![⁰¹²³⁴-⁹])", _charge),
        (r"(?<=\w)∈", said("属于")),
        (r"(?<![A-Za-z])[nN][oO]\. ?(?=\d)", said("第", "number")),
        (r"(?<=[\d年月日]) ?－ ?(?=前?\d|公元)", said("到", "至")),
        (r"(?<=[半全终客加]场)(\d{1,3})[-–—](\d{1,3})", said(r"\1比\2")),
        (r"(?<=\d) ?[∶：] ?(?=\d)", said("比", ":")),
        (r"(?<![\d:：.])(\d{1,2}) ?([apAP])[mM](?![A-Za-z\d])", _hour),
        (rf"{_STANDARD}-(?=(?:19|20)\d\d(?!\d))", said("杠")),
        (r"(?<=[xyn²])-(?=\d*[a-z]?\d* ?[=<>+])", said("减")),
        (r"(?<=\d) ?[×*xX] ?(?=\d)", said("乘", "乘以")),
        (r"(?<=\d)g(?![A-Za-z])", said("克", "g")),
        (r"(?<=[iR][3579])-(?=\d{4})", said("", "杠")),
        (r"(?<=[图表式例]\d)-(?=\d)|(?<=[图表式]\d\.\d)-(?=\d)", said("杠", "到", "至")),
        (
            r"(?<=[\d日月年点半分])[-–—~～](?=(?:公元|前)\d|[上下]午|中午|晚|凌晨|[次翌今明来]年|\d+[点分])",
            said("到", "至"),
        ),
        (r"(?:(?<=\d[A-Za-z])|(?<=\d[a-z]{2}))-(?=\d+(?:\.\d+)?[A-Za-z])", said("到", "至", "")),
        (r"(?<!\d)(?:19|20)\d\d(?<!00)(?=年[之以]?[前后])", _year),
        (rf"(?<!\d)\d{{1,2}}[.·]\d{{1,2}}(?={_FEAST})", _digits),
        (rf"(?<![\d.,])(?:{_SERVICE_NUMBERS})(?![\d.,:：]|[A-Za-z]+/)", _number),
        (r"(?<![\d.])1[0-2]\.\d{1,2}(?![\d.])", _number),
        (r"(?<=\d)[，,](?=\d)(?!\d{3}(?!\d))", said("、")),
    )
]  # fmt: skip
_RATE = re.compile(r"(?<=[\u4e00-\u9fff])/(?=[\u4e00-\u9fff])")
NOTATION.append(Rule(_RATE, said("/", "每", ""), known=False))
"""Before the rules of plain text."""
