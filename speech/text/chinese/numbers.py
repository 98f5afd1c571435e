"""Whole numbers in Chinese characters: counted, or digit by digit."""

_DIGITS = "零一二三四五六七八九"
_GROUPS = ("", "万", "亿", "万亿")


def in_digits(digits: str, one: str = "一") -> str:
    """Digit by digit, other characters as they are; "幺" for one is how codes are said."""
    names = _DIGITS.replace("一", one)
    return "".join(names[int(char)] if char.isdecimal() else char for char in digits)


def decimal(number: str) -> str:
    """12.50 is 十二点五零."""
    whole, _, part = number.partition(".")
    return f"{cardinal(int(whole))}点{in_digits(part)}"


def cardinal(number: int) -> str:
    """A number below 10 ** 16 as it is counted: 10010000000 is 一百亿一千万."""
    groups = [number // 10 ** (4 * place) % 10_000 for place in range(len(_GROUPS))]
    spoken, gap = "", False
    for place in reversed(range(len(_GROUPS))):
        value = groups[place]
        if not value:
            gap = bool(spoken)
            continue
        if spoken and (gap or value < 1_000):
            spoken += "零"
        spoken, gap = spoken + _below_10000(value) + _GROUPS[place], False
    spoken = spoken or "零"
    return spoken[1:] if spoken.startswith("一十") else spoken


def _below_10000(value: int) -> str:
    spoken, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            spoken += "零" * (gap and bool(spoken)) + _DIGITS[digit] + name
        gap = not digit
    return spoken
