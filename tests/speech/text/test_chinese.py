"""Right readings of Chinese text, by kind; what a reader would say, not what the grammars gave."""

import random

import pytest

from speech.text.chinese_numbers import cardinal, in_digits
from speech.text.normalize import normalize

HYPHENS = [
    ("GPT-4", "GPT四"),
    ("Windows-11很好", "Windows十一很好"),
    ("F-16战机", "F十六战机"),
    ("COVID-19", "COVID十九"),
    ("房间A-302", "房间A三零二"),
    ("零下-3度", "零下负三度"),
    ("-5℃", "负五摄氏度"),
    ("1-2=5", "一减二等于五"),
    ("10-3=7", "十减三等于七"),
    ("比分3-1", "比分三比一"),
]
RANGES = [
    ("1-5", "一到五"),
    ("张三（1990-2020）", "张三 一九九零到二零二零"),
    ("1990-2020年", "一九九零到二零二零年"),
    ("1990年-2000年", "一九九零到二零零零年"),
    ("5～10元", "五到十元"),
    ("20-30%", "百分之二十到百分之三十"),
    ("10%-20%", "百分之十到百分之二十"),
    ("第1-3章", "第一到三章"),
    ("3.5-4.5万", "三点五到四点五万"),
    ("$150-$250", "一百五十到两百五十美元"),
    ("¥100-200元", "一百到两百元"),
    ("周一-周五", "周一到周五"),
    ("9:00-17:00", "九点到十七点"),
    ("气温-5~5℃", "气温负五到五摄氏度"),
    ("2024/25赛季", "二零二四到二五赛季"),
]
CODES = [
    ("请问你的电话号码是13800138000对吗", "请问你的电话号码是幺三八零零幺三八零零零对吗"),
    ("138-0013-8000", "幺三八零零幺三八零零零"),
    ("010-12345678", "零幺零幺二三四五六七八"),
    ("400-800-1234", "四零零八零零幺二三四"),
    ("邮编100084", "邮编幺零零零八四"),
    ("QQ号123456789", "QQ号幺二三四五六七八九"),
    ("302室", "三零二室"),
    ("A380飞机", "A三八零飞机"),
    ("航班CA1234", "航班CA幺二三四"),
    ("v1.2.3", "v一点二点三"),
    ("192.168.1.1", "一九二点一六八点一点一"),
    ("第10000000001", "第一百亿零一"),
    ("110111111", "一亿一千零一十一万一千一百一十一"),
]
YEARS = [
    ("1000年", "一千年"),
    ("2024年", "二零二四年"),
    ("公元前202年", "公元前二零二年"),
    ("2334BC", "公元前二三三四年"),
    ("2015年08月08日", "二零一五年八月八日"),
    ("12/2/2", "一二年二月二日"),
    ("80、90后", "八零、九零后"),
]
MONEY = [
    ("$1.5万", "一点五万美元"),
    ("¥1.5亿", "一点五亿元"),
    ("US$1,200", "一千二百美元"),
    ("HKD13.5", "十三点五港元"),
    ("100USD", "一百美元"),
    ("₩100", "一百韩元"),
    ("€20起", "二十欧元起"),
]
SIGNS = [
    ("社区6000+小时", "社区六千多小时"),
    ("C++ 和 C# 语言", "C加加 和 C sharp 语言"),
    ("A+", "A加"),
    ("R&B和AT&T", "R and B和AT and T"),
    ("√2", "根号二"),
    ("10‰", "千分之十"),
    ("-98%", "负百分之九十八"),
    ("-1/3", "负三分之一"),
    ("1.2g", "一点二克"),
    ("5G网络", "五G网络"),
    ("他说1st Avenue很好", "他说first Avenue很好"),
    ("①②③", "一 二 三"),
    ("12,345人", "一万二千三百四十五人"),
    ("abc@163.com", "abc at 一六三点com"),
    ("<b>你好</b>&nbsp;世界", "你好 世界"),
]


@pytest.mark.parametrize(("text", "expected"), [*HYPHENS, *RANGES, *CODES, *YEARS, *MONEY, *SIGNS])
def test_what_the_grammars_read_wrong(text: str, expected: str) -> None:
    assert normalize(text, "zh") == expected
    assert normalize(expected, "zh") == expected


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        (0, "零"),
        (10, "十"),
        (110, "一百一十"),
        (1_001, "一千零一"),
        (10_010, "一万零一十"),
        (10_010_000_000, "一百亿一千万"),
        (10_000_100_000, "一百亿零一十万"),
        (1_000_000_000_001, "一万亿零一"),
    ],
)
def test_cardinals(number: int, spoken: str) -> None:
    assert cardinal(number) == spoken


def test_one_is_another_word_in_codes() -> None:
    assert (in_digits("101"), in_digits("101", "幺")) == ("一零一", "幺零幺")


def test_any_mixture_comes_out_without_digits() -> None:
    pieces = "13800138000 1-5 2024年 $5 ¥ 3.5万 -2% 1/3 v1.2 A-3 GPT-4 1st ～ — @ & √ 100000000000 "
    pieces += "比分 第 公元前 bc 0 00 1,000 ① <b> 你好 C++ 9:30 24/7 192.168.0.1 QQ号 房间"
    random_ = random.Random(3)
    for _ in range(1000):
        text = "".join(random_.choices(pieces.split(), k=random_.randint(1, 6)))
        assert not any(char.isdecimal() for char in normalize(text, "zh")), text
