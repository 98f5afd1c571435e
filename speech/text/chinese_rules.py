"""What wetext's grammars read wrong in Chinese text, rewritten so that they read it right.

Each rule turns a piece of text into Chinese digits or into a form that the grammars know, and leaves
everything else alone: telephone numbers and codes digit by digit, amounts of money before their unit
("$1.5万" -> "1.5万美元"), ranges with 到, years of an era, versions, negative shares.
"""

import re
from collections.abc import Callable, Iterable

from hibari.g2p.numbers import ordinal as english_ordinal

from speech.text.chinese_numbers import cardinal, in_digits

Replacement = str | Callable[[re.Match[str]], str]

_MONEY = {
    **dict.fromkeys(("US$", "USD", "$", "＄"), "美元"),
    **dict.fromkeys(("HK$", "HKD"), "港元"),
    **dict.fromkeys(("NT$", "TWD"), "新台币"),
    **dict.fromkeys(("RMB", "CNY"), "人民币"),
    **dict.fromkeys(("¥", "￥"), "元"),
    **dict.fromkeys(("JPY", "JP¥"), "日元"),
    **dict.fromkeys(("EUR", "€"), "欧元"),
    **dict.fromkeys(("GBP", "£"), "英镑"),
    **dict.fromkeys(("KRW", "₩"), "韩元"),
    **dict.fromkeys(("INR", "₹"), "卢比"),
    **dict.fromkeys(("RUB", "₽"), "卢布"),
    **dict.fromkeys(("THB", "฿"), "泰铢"),
}
_SIGN = "|".join(map(re.escape, sorted(_MONEY, key=len, reverse=True)))
_AMOUNT = r"\d[\d,]*(?:\.\d+)?"
_LARGE = r"(?:[十百千]?[万亿]|万亿|[十百千])"
_DASH = r" ?(?:[-–—~～〜至]|--) ?"
_UNIT = r"(?:%|‰|℃|°[CF]?|[A-Za-z]{1,3}(?![A-Za-z])|[\u4e00-\u9fff])"
_CODES = "USD|HKD|CNY|EUR|GBP|JPY"
_PART, _NO_MORE = r"\d{1,4}", r"(?![\d.])"
_CODE_NAME = (
    "(?:QQ群?号?|群号|微信号?|邮编|邮政编码|身份证号?码?|密码|验证码|校验码|订单号?|单号|账号|帐号|卡号|工号|学号|编号|序列号|"
    "房间号?|房号|尾号|电话号?码?|手机号?码?|热线|分机号?|航班号?|车次|拨打|致电|车牌号?码?)"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
WON = (
    "(?:获?胜(?![率场])|取胜|胜出|战胜|击败|领先|落后|逆转|[大完险]胜|惜败|告负|战平|打平|横扫|不敌|负于|力克|淘汰"
    "|的?(?:比分|成绩|总分|优势))"
)
_MEASURED = (
    "[是为到至于得值差温率约达有下负乘除减加和与或在从对比润跌涨益分化数方"
    "零一二三四五六七八九十百千万亿]"
)
"""before a number below zero"""
_MEASURE = "(?:[%‰℃°度元块分米公千毫厘万亿点摄华倍美港]|[VWKCF](?![A-Za-z])|[a-z]|[A-Z][A-Za-z])"


def rewrite(text: str) -> str:
    """Cleaned Chinese text with what the grammars get wrong put in their way or in words."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _money(match: re.Match[str]) -> str:
    amount = re.sub(r",|\.0+$", "", match["amount"])
    return f"{amount}{match['large'] or ''}{_MONEY[match['sign']]}"


def _money_range(match: re.Match[str]) -> str:
    unit = match["unit"] or _MONEY[match["sign"]]
    return f"{match['low']}到{match['high']}{match['large'] or ''}{unit}"


def _phone(match: re.Match[str]) -> str:
    return in_digits(re.sub(r"[^\d]", "", match.group()), "幺")


def _code(match: re.Match[str]) -> str:
    return match["before"] + in_digits(match["digits"], "幺")


def _address(match: re.Match[str]) -> str:
    """A web or mail address with its signs as words."""
    bare = re.sub(r"^[a-z]+://", "", match.group())
    signs = {
        ".": "点",
        "/": "斜杠",
        "@": " at ",
        "-": "杠",
        "_": "下划线",
        ":": "冒号",
        "#": "井号",
    }
    return in_digits("".join(signs.get(char, char) for char in bare))


def _version(match: re.Match[str]) -> str:
    parts = match["parts"].split(".")
    address = len(parts) == 4  # of a machine: 192.168.1.1
    spoken = (in_digits(part) if address else cardinal(int(part)) for part in parts)
    return match["before"] + "点".join(spoken)


def _range(match: re.Match[str]) -> str:
    """A到B where B is more than A: 3-1 is a score or a difference."""
    low, high, unit = match["low"], match["high"], match["unit"] or ""
    if float(low) >= float(high):
        return match.group()
    if match["after"] == "%":
        unit = "%"
    if _is_year(low) and _is_year(high) and match["after"] in ("", *"年学财赛"):
        return f"{in_digits(low)}到{in_digits(high)}"
    return f"{low}{unit}到{high}"


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and "1000" <= digits < "2100"


def _date(match: re.Match[str]) -> str:
    return f"{match['year']}{int(match['month'])}月{int(match['day'])}{match['name']}"


def _short_date(match: re.Match[str]) -> str:
    return f"{in_digits(match[1])}年{cardinal(int(match[2]))}月{cardinal(int(match[3]))}日"


def _era(match: re.Match[str]) -> str:
    return f"公元{'前' if match['era'][0] in 'bB' else ''}{in_digits(match['year'])}年"


def _count(match: re.Match[str]) -> str:
    return cardinal(int(match.group()))


def _compiled(
    rules: Iterable[tuple[str, Replacement]],
) -> list[tuple[re.Pattern[str], Replacement]]:
    return [(re.compile(pattern), replacement) for pattern, replacement in rules]


def _power(match: re.Match[str]) -> str:
    """Of 10^5, 10⁵ and x²."""
    power = (match["power"] or match["raised"].translate(_RAISED)).replace("−", "-")
    named = "平方" if power == "2" else f"{'负' * (power[0] == '-')}{cardinal(abs(int(power)))}次方"
    return f"{match['base']}的{named}"


_END = r"(?![A-Za-z])"
_DATE_END = r"(3[01]|[12]\d|0?[1-9])(?![\d/·])"
_RULES = _compiled(
    [
        # addresses
        (r"(?a:(?:https?|ftp)://[\w./:@#-]*\w|\bwww\.[\w./-]*\w)", _address),
        (r"(?a:(?<![\w.])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})", _address),
        (r"(?a:\b[A-Za-z][\w.-]{0,200}\.(?:com|cn|org|net)\b(?:/[\w./-]*\w)?)", _address),
        # money
        (
            rf"(?P<sign>{_SIGN})(?P<low>{_AMOUNT}){_DASH}(?:{_SIGN})?(?P<high>{_AMOUNT})"
            rf"(?P<large>{_LARGE})?(?P<unit>美?元|块)?(?!\d)",
            _money_range,
        ),
        (rf"(?P<sign>{_SIGN}) ?(?P<amount>{_AMOUNT})(?P<large>{_LARGE})?(?!\.?\d)", _money),
        (
            rf"(?<![\d,.])(?P<amount>{_AMOUNT})(?P<large>{_LARGE})? ?(?P<sign>{_CODES}){_END}",
            _money,
        ),
        (r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])", lambda m: m.group().replace(",", "")),
        # telephone numbers and codes
        (r"(?<![\d.,])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d|[.,]\d)", _phone),
        (r"(?<![\d.,])(?:0\d{2,3}[- ]\d{7,8}|[48]00-\d{3,4}-?\d{3,4})(?!\d)", _phone),
        (rf"(?P<before>{_CODE_NAME}[:：是为]? ?[A-Za-z]*)-?(?P<digits>\d{{3,}})(?![\d.:,])", _code),
        (r"(?P<before>)(?<![\d.])(?P<digits>\d{3,4})(?=室|号?房)", _code),
        (r"(?P<before>(?<![A-Za-z])[A-Z]{1,3})-?(?P<digits>\d{3,5})(?![\d.,%A-Za-z])", _code),
        (r"(?<=[A-Za-z])-(?=\d)", ""),
        (
            rf"(?P<before>(?:(?<![A-Za-z])[vV]|版本号?) ?)(?P<parts>{_PART}(?:\.{_PART})+){_NO_MORE}",
            _version,
        ),
        (rf"(?P<before>)(?<![\d.])(?P<parts>{_PART}(?:\.{_PART}){{3}}){_NO_MORE}", _version),
        (rf"(?P<before>)(?<![\d.])(?P<parts>{_PART}(?:\.{_PART}){{2}})(?=版)", _version),
        # powers
        (
            r"(?P<base>\d|(?<![A-Za-z]{2})(?<!/)[a-cknrxyz])"
            r"(?:\^\(?(?P<power>[-−]?\d{1,8})(?![\d.])\)?|(?P<raised>⁻?[⁰¹²³⁴-⁹]{1,8}))",
            _power,
        ),
        (r"\^", ""),
        # dates
        (r"(?P<year>\d{2,4}年)(?P<month>\d\d?)月(?P<day>\d\d?)(?P<name>[日号])", _date),
        (r"(?<!\d)0(?=[1-9][月日号])", ""),
        (r"(?<=月)( ?)2(?= ?日)", r"\1二"),
        (rf"(?<![\d/])(\d\d)/(1[0-2]|0?[1-9])/{_DATE_END}", _short_date),
        (rf"(?<!\d)(\d{{4}})·(1[0-2]|0?[1-9])·{_DATE_END}", _short_date),
        (rf"(?P<year>\d{{1,4}})年?(?P<era>[bB]\.?[cC]\.?|[aA]\.?[dD]\.?){_END}", _era),
        (
            rf"(?P<year>\d{{3,4}})年(?P<rest>\d{{1,2}}月)(?P<era>[bB]\.?[cC]\.?){_END}",
            lambda m: _era(m) + m["rest"],
        ),
        (r"(?<=公元)(前?)(\d{3,4})(?=年)", lambda m: m[1] + in_digits(m[2])),
        (r"(?<!\d)[13-9]000(?=年)", _count),
        (
            r"(?<!\d)(\d{4})[/-](\d\d)(?=赛季|学年|财年|年度)",
            lambda m: f"{in_digits(m[1])}到{in_digits(m[2])}",
        ),
        (r"(?<!\d)\d0(?=[、和/-]\d0后)", lambda m: in_digits(m.group())),
        # ranges
        (rf"(比分(?:[是为]|[:：] ?)?)(\d+){_DASH}(\d+)", r"\1\2比\3"),
        (rf"(得分(?:[是为]|[:：] ?)?)(\d+){_DASH}(\d+)(?![\d.分])", r"\1\2比\3"),
        (rf"(?<![\d.,:/-])(\d{{1,3}}){_DASH}(\d{{1,3}})(?={WON})", r"\1比\2"),
        (rf"(?<=赛)(\d{{1,2}}){_DASH}(\d{{1,2}})(?![\d.,:/年月日分%-])", r"\1比\2"),
        (
            rf"(?<![\d.,:=+×÷*/A-Za-z-])(?<![=+×÷*] )(?P<low>\d{{1,8}}(?:\.\d+)?)(?P<unit>{_UNIT})?"
            rf"{_DASH}(?P<high>\d+(?:\.\d+)?)(?!\d|[-/:.,]\d| ?[=+×÷*]|{_DASH}\d)"
            r"(?=(?P<after>[\u4e00-\u9fff%]?))",
            _range,
        ),
        (rf"(?<=[一二三四五六日天年月号点]){_DASH}(?=周|星期|礼拜|\d{{1,4}}[年月日号点])", "到"),
        (r"(?<=\d)[～〜](?=\d)", "到"),
        (r"(?<![\d年月日号点元%℃°约])[~～〜] ?(?=\d)", "约"),
        (rf"(?<=次方){_DASH}(?=\d)", "到"),
        (r"(月\d\d?日?到)2(?=日)", r"\1二"),
        # signs
        (r"(?<![\w%）)])[-−] ?(?=\d+/\d+|\d+(?:\.\d+)?%|百分之)", "负"),
        (
            r"(?<=[\u4e00-\u9fff])(?<!\d[\u4e00-\u9fff])(?<!\d[\u4e00-\u9fff]{2})"
            rf"(?<!{_MEASURED})-(?=\d{{1,4}}(?![\d.,]|[-/]\d| ?{_MEASURE}))",
            "",
        ),
        # 12.5 with nothing behind it would be a date
        (r"(?<=[\w)])( ?)×( ?)(?=\d)(?!\d+\.\d+(?![\w%]))|(?<=\d)()\*()(?=\d)", r"\1乘\2"),
        (r"(\d+(?:\.\d+)?)‰", r"千分之\1"),
        (r"(?<![\d.,])100%", "百分之百"),
        (r"√", "根号"),
        (r"∞", "无穷大"),
        (r"(?<=[\d万亿])\+(?=[\u4e00-\u9fff])", "多"),
        (r"(?<=[次平]方) ?\+ ?(?=\w)", "加"),
        (r"(?<=[A-Za-z\d+])\+(?!\d)", "加"),
        (r"\b([CF])#", r"\1 sharp"),
        (r"(?<=[A-Za-z]) ?& ?(?=[A-Za-z])", " and "),
        (r"&", "和"),
        (r"@(?=\w)", "艾特"),
        (
            r"(?<=[A-Za-z]) ?= ?(?=[A-Za-z\d(−-])|(?<=[\d)]) ?= ?(?=[A-Za-z])|"
            r"(?<=[次平]方) ?= ?(?=\w)",
            "等于",
        ),
        # numbers
        (r"第2(?=[\u4e00-\u9fff])(?![十百千万亿])", "第二"),
        (r"(?<![\d.])2(?=倍)", "两"),
        (r"(?<=又)2(?=分之)", "二"),
        (r"(?<=\d)g(?![A-Za-z网])", "克"),
        (
            r"(?<![A-Za-z\d.])(\d{1,2})([vV][sS]?)(?=\d{1,2}(?![A-Za-z\d.]))",
            lambda m: m[1] + m[2].upper(),
        ),
        (r"(?i:\bno)\. ?(?=\d)", "第"),
        (rf"(?<!\d)(\d{{1,4}})(?:st|nd|rd|th){_END}", lambda m: english_ordinal(int(m[1]))),
        (r"(?<![第\d.,])\d{9,13}(?![\d.,]|[kKmMgGtT][bB])|(?<=第)\d{9,15}(?!\d)", _count),
    ]
)
