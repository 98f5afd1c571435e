"""Amounts of money before their unit: "$1.5万" is 1.5万美元; numbers grouped by commas."""

import re

from speech.text.chinese.patterns import AMOUNT, DASH, END
from speech.text.rules import compiled, substitute

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
_LARGE = r"(?:[十百千]?[万亿]|万亿|[十百千])"
_CODES = "USD|HKD|CNY|EUR|GBP|JPY"


def _money(match: re.Match[str]) -> str:
    amount = re.sub(r",|\.0+$", "", match["amount"])
    return f"{amount}{match['large'] or ''}{_MONEY[match['sign']]}"


def _money_range(match: re.Match[str]) -> str:
    unit = match["unit"] or _MONEY[match["sign"]]
    return f"{match['low']}到{match['high']}{match['large'] or ''}{unit}"


_RULES = compiled(
    [
        (
            rf"(?P<sign>{_SIGN})(?P<low>{AMOUNT}){DASH}(?:{_SIGN})?(?P<high>{AMOUNT})"
            rf"(?P<large>{_LARGE})?(?P<unit>美?元|块)?(?!\d)",
            _money_range,
        ),
        (rf"(?P<sign>{_SIGN}) ?(?P<amount>{AMOUNT})(?P<large>{_LARGE})?(?!\.?\d)元?", _money),
        (
            rf"(?<![\d,.])(?P<amount>{AMOUNT})(?P<large>{_LARGE})? ?(?P<sign>{_CODES}){END}",
            _money,
        ),
        (r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])", lambda match: match.group().replace(",", "")),
    ]
)


def read_money(text: str) -> str:
    return substitute(_RULES, text)
