"""Amounts of money: signs and codes before and behind, magnitudes, cents, and what they are per."""

import re

from speech.text.english.numbers import spell_number
from speech.text.english.patterns import MAGNITUDE, NUMBER, alternatives, table
from speech.text.rules import compiled, substitute

_CURRENCIES = {row[0]: row[1:] for row in table("currencies.tsv")}
_CODES = alternatives(code for code in _CURRENCIES if code.isalpha())
_SIGNS = alternatives(code for code in _CURRENCIES if not code.isalpha())
_MAGNITUDES = {
    **{word: word.removesuffix("s") for word in MAGNITUDE.split("|")},
    **dict.fromkeys(["k", "K"], "thousand"),
    **dict.fromkeys(["m", "M", "mn", "MM", "mm"], "million"),
    **dict.fromkeys(["b", "B", "bn", "Bn"], "billion"),
    **dict.fromkeys(["t", "T", "tn", "trn"], "trillion"),
}
_SCALE = rf"(?:(?P<joint>[ -]?)(?P<scale>{alternatives(_MAGNITUDES)})(?![\w²³]))?"
_AMOUNT = r"(?P<amount>\d{1,3}(?:,\d{3}(?!\d))+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_ARTICLE = re.compile(r"(?i:\ban? )$")
_NOUN = re.compile(r"[ -](?!(?:and|or|but|to|in|on|from|for|of|at|by|with)\b)[A-Za-z]")
_NO_DIGIT = r"(?!\d)(?!\.\d)"
_OLD_MONEY = re.compile(r"£|\b(?:shillings?|pence|penny|guineas?|farthings?|\d{1,2}s\. ?\d)")
_NO_STOP = r"(?:\.(?=[,;:)]| [a-z\d(]))?"  # of an abbreviation, where no sentence ends with it
_RATES = {"pcm": "calendar month", "pa": "year", "pw": "week", "pp": "person"}
STERLING = (
    rf"(?:£ ?(?P<pounds>{NUMBER})[.,]? )?(?<![\w.])(?P<shillings>\d{{1,2}})s\.? ?"
    rf"(?P<pence>\d{{1,2}}) ?d\b{_NO_STOP}",
    rf"£ ?(?P<pounds>{NUMBER})[.,]? (?P<shillings>\d{{1,2}})s\b{_NO_STOP}",
)
"""£3 4s. 6d., 10s. 6d. and £5 10s."""
_PIECES = r"(?= (?:bills?|notes?|coins?|banknotes?)\b)"


def read_money(text: str) -> str:
    """Amounts in words, the currency behind them: "$2.50" is "two dollars and fifty cents"."""
    return substitute(_RULES, text)


def _sign_first(match: re.Match[str]) -> str:
    one, many, *cents = _CURRENCIES[match["sign"]]
    if _is_attribute(match):
        many, cents = one, cents[:1] * 2
    amount, scale = match["amount"], match["scale"]
    if scale:
        # "a $5-million house"
        return (
            f"{spell_number(amount)} {_MAGNITUDES[scale]} {one if match['joint'] == '-' else many}"
        )
    return _amount(amount, one, many, cents)


def _is_attribute(match: re.Match[str]) -> bool:
    """ "a $5M house" """
    before = match.string[max(0, match.start() - 4) : match.start()]
    return bool(_ARTICLE.search(before) and _NOUN.match(match.string, match.end()))


def _amount(amount: str, one: str, many: str, cents: list[str]) -> str:
    """Cents where there are two decimals; other decimals are read after a point."""
    whole, _, decimals = amount.partition(".")
    decimals = decimals.rstrip("0").ljust(2, "0") if decimals else "00"
    if decimals == "00":
        return _counted(whole or "0", one, many)
    if len(decimals) > 2 or not cents:
        return f"{spell_number(amount)} {many}"
    parts = [] if not whole.strip("0,") else [_counted(whole, one, many)]
    parts.append(_counted(str(int(decimals)), *cents))
    return " and ".join(parts)


def _counted(number: str, one: str, many: str) -> str:
    number = number.replace(",", "")
    number = number.lstrip("0") or "0"
    grouped = number if len(number) <= 6 or len(number) > 15 else f"{int(number):,}"
    return f"{spell_number(grouped)} {one if number == '1' else many}"


def _sterling(match: re.Match[str]) -> str:
    """ "£3 4s. 6d." is three pounds four shillings and six pence."""
    said = [
        _counted(match[of], one, many)
        for of, one, many in (
            ("pounds", "pound", "pounds"),
            ("shillings", "shilling", "shillings"),
            ("pence", "penny", "pence"),
        )
        if match.groupdict().get(of)
    ]
    stop = "." if match.group().endswith(".") and match.end() == len(match.string) else ""
    return f"{' '.join(said[:-1])} and {said[-1]}".removeprefix(" and ") + stop


def _owned(match: re.Match[str]) -> str:
    """ "$10's worth" is ten dollars' worth."""
    spoken = _sign_first(match)
    return f"{spoken}{'' if spoken.endswith('s') else 's'}'"


def _rated(match: re.Match[str]) -> str:
    """ "$5-a-head" """
    return _sign_first(match) + " a "


def _note(match: re.Match[str]) -> str:
    return f"{spell_number(match['amount'])} {_CURRENCIES[match['sign']][0]}"


def _cents(match: re.Match[str]) -> str:
    return f"{spell_number(match[1])} {'cent' if match[1] == '1' else 'cents'}"


_RULES = compiled(
    [
        *((pattern, _sterling) for pattern in STERLING),
        (  # 2s. where the line speaks of such money
            r"(?<![\w.£$'])(?<!\d[,:])(?:(?<![Tt]he )(?P<shillings>1?\d)s|(?P<pence>\d{1,2})d)\."
            r"(?=[,;:)]| [a-z\d(]|$)",
            lambda m: _sterling(m) if _OLD_MONEY.search(m.string) else m.group(),
        ),
        (rf"\$\(({NUMBER})\)", r"minus $\1"),  # a loss
        (rf"(?<!\w)([$£€¥₹]{NUMBER}(?: ?[mb]illion|[kKmMB]|bn)?)/(?=[a-z]{{2,}})", r"\1 per "),
        (
            rf"((?<!\w)[£$€]{NUMBER}) ?({alternatives(_RATES)})(?!\w)",
            lambda m: f"{m[1]} per {_RATES[m[2]]}",
        ),
        (rf"(?<!\w)(?P<sign>{_SIGNS}) ?{_AMOUNT}{_NO_DIGIT}{_PIECES}", _note),
        (rf"(?<!\w)(?P<sign>{_SIGNS}) ?{_AMOUNT}{_SCALE}'s?(?= worth\b)", _owned),
        (rf"(?<!\w)(?P<sign>{_SIGNS}) ?{_AMOUNT}{_SCALE}-an?-(?=[a-z])", _rated),
        (rf"(?<!\w)(?P<sign>{_SIGNS}) ?{_AMOUNT}{_SCALE}{_NO_DIGIT}(?!\.\d)", _sign_first),
        (
            rf"(?<![\w.])(?P<sign>{_CODES})\.? ?{_AMOUNT}{_SCALE}{_NO_DIGIT}(?![A-Za-z])",
            _sign_first,
        ),
        (
            rf"(?<![\w.,])(?<!\d[:/-]){_AMOUNT}{_SCALE} ?(?P<sign>{_CODES})(?!\w)",
            _sign_first,
        ),
        (rf"(?<![\w.,])(?<!\d[:/-]){_AMOUNT}{_SCALE} ?(?P<sign>[$£€¥₹₩])(?![\w.]*\d)", _sign_first),
        (rf"(?<![\w.,])({NUMBER}) ?¢", _cents),
    ]
)
