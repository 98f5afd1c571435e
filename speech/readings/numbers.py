"""What English numbers may be said as: times, dates, fractions, money, units, codes, Roman numerals.

Each function takes a match of its rule in `speech.readings.english` and returns readings with the
likeliest first, in digits.
"""

import re

from speech.readings.meanings import CURRENCY_NAMES, PLURALS, UNIT_NAMES
from speech.readings.written_forms import ALSO_CURRENCY, HUNDREDTHS, MONTH_OF, MONTHS, UNITS
from speech.text.english.lengths import INCHES_IN_A_FOOT
from speech.text.english.numbers import spell_digits
from speech.text.english.romans import numeral_value

_HUNDREDS = {"800": "eight hundred", "900": "nine hundred", "0800": "zero eight hundred"}
_ROMAN_OR_LETTERS = ("IV", "XL", "XX", "VI")
_IRREGULAR = {**PLURALS, "inch": "inches", "half": "halves"}
_AFTER_INCHES = re.compile(r"\.(?= [a-z(&]|,)|\.? (?:tall|wide|long|deep|thick|high|x|by)\b")
_AFTER_FEET = re.compile(r"\d ?(?:ft\.?|feet|foot),? $")
_AFTER_A_SIDE = re.compile(r"(?:\bby|\d ?[x×]) ?$")  # 10 x 2.5 in
_UNCOUNTED = ("K", "thousand", "billion")
_ADJECTIVES = ("square", "cubic", "kilowatt")


def code(match: re.Match[str]) -> list[str]:
    """Telephone numbers and serials: their groups one after the other, the hyphens said or not."""
    groups = re.split(r"[-() .]+", match.group().strip("()").replace("+", "plus "))
    said = [sign.join(groups) for sign in (" ", " dash ", " hyphen ")]
    if _HUNDREDS.keys() & set(groups):  # which the normaliser adds to what follows
        said.append(" ".join(map(_group, groups)))
    return [form for reading in said for form in (reading, reading.removeprefix("plus "))]


def _group(digits: str) -> str:
    return _HUNDREDS.get(digits) or re.sub(r"\d+", lambda found: spell_digits(found[0]), digits)


def version(match: re.Match[str]) -> list[str]:
    parts = match.group().split(".")
    return [f" {sign} ".join(parts) for sign in ("point", "dot")]


def time(match: re.Match[str]) -> list[str]:
    """Groups: hours, minutes, seconds or None, "a.m." or nothing."""
    hour, minute, second = match[1].lstrip("0") or "0", match[2], match[3]
    half = f" {match[4][0].lower()}m" if match[4] else ""
    if second:
        parts = zip((hour, minute, second), ("hour", "minute", "second"), strict=True)
        hours, minutes, seconds = (counted(str(int(number)), unit) for number, unit in parts)
        return [
            *[f"{hour} {minute}{half}"] * (second == "00"),
            f"{hour} {minute} {second}{half}",
            f"{hour} {minute} and {seconds}{half}",
            f"{hours} {minutes} and {seconds}{half}",
        ]
    if minute == "00":
        return [hour + half, f"{hour} o'clock{half}", f"{hour} hundred{half}", f"{hour} hours"]
    past = {"15": [f"quarter past {hour}"], "30": [f"half past {hour}"]}.get(minute, [])
    return [f"{hour} {minute}{half}", *past, f"{int(minute)} past {hour}{half}"]


def zone(match: re.Match[str]) -> list[str]:
    """Of a timestamp; what is said of one in hours is mostly nothing."""
    if match[1] == "Z":
        return [" UTC", " Z", " Zulu", ""]
    sign, hours = {"+": "plus", "-": "minus"}[match[1][0]], int(match[1][1:3])
    return ["", f" {sign} {hours}", f" UTC {sign} {hours}"]


def day(number: str, month: str, year: str = "") -> list[str]:
    """A day of a month, as in "4th" and "Jul."."""
    values = {"d": ordinal(_value(number)), "m": _month(month)}
    forms = ("{m} {d}", "{d} {m}", "the {d} of {m}", "{d} of {m}", "{m} the {d}", "the {d} {m}")
    return [f"{form.format(**values)} {year}".strip() for form in forms]


def days(match: re.Match[str]) -> list[str]:
    """ "5-7 May" and "May 5-7"; groups: before, first, last, after."""
    ends = {"a": ordinal(_value(match["first"])), "b": ordinal(_value(match["last"]))}
    month = _month(match["before"] or match["after"])
    spans = ("{a} to {b}", "{a} to the {b}", "the {a} to the {b}", "the {a} to {b}")
    said = [span.format(**ends) for span in spans]
    said = [form for span in said for form in (f"{month} {span}", f"{span} of {month}")]
    said += [f"{ends['a']} to {ends['b']} {month}"]
    return said + [re.sub(r"(?<=\d)(?:st|nd|rd|th)", "", reading) for reading in said]


def numeric_date(match: re.Match[str]) -> list[str]:
    """Year first, or day and month in either order; nothing where neither is one of the calendar."""
    first, second, third = match[1], match[3], match[4]
    year_first = len(first) == 4
    year = first if year_first else third
    orders = [(third, second)] if year_first else [(second, first), (first, second)]
    years = [year] if len(year) == 4 else [year, f"20{year}", f"19{year}"]
    return [
        reading
        for number, month in orders
        if 1 <= int(month) <= 12 and 1 <= int(number) <= 31
        for written in years
        for reading in day(number, MONTHS[int(month) - 1], written)
    ]


def money(match: re.Match[str]) -> list[str]:
    """Groups: the sign or code, the amount, the scale ("million" or "m" or nothing)."""
    sign, amount, scale = match["sign"].rstrip("."), match["amount"], match["scale"].lower()
    name, *coins = CURRENCY_NAMES[sign]
    units = [name, *ALSO_CURRENCY.get(sign, [])]
    scale = scale.strip(" -")
    whole, _, cents = amount.partition(".")
    if scale:
        scale = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion"}.get(scale, scale)
        return [f"{amount} {scale} {form}" for unit in units for form in (plural(unit), unit)]
    if not cents.strip("0"):
        return [form for unit in units for form in (counted(whole, unit), f"{whole} {unit}")]
    small = counted(str(int(cents)), coins[0] if coins else HUNDREDTHS.get(name, "cent"))
    said = [
        reading
        for unit in units
        for large in [counted(whole, unit)]
        for reading in (counted(amount, unit), f"{large} and {small}", f"{large} {small}")
    ]
    said += [f"{counted(whole, name)} {int(cents)}", f"{whole} {cents}"]
    return said + [small] * (whole == "0")


def measure(match: re.Match[str]) -> list[str]:
    """Groups: the number, the unit, its power, "/" and another unit; powers or units may lack."""
    number, unit, power, per = match[1], match[2].lower(), match[3], (match[4] or "")[1:]
    before, after = match.string[: match.start()], match.string[match.end() :]
    if match.group()[len(number)] == " " and _is_word(unit, before, after):
        return []
    kind = {"2": "square ", "²": "square ", "3": "cubic ", "³": "cubic "}.get(power, "")
    names = [kind + name for name in _unit_names(match[2])]
    said = [counted(number, name) for name in names] + [f"{number} {name}" for name in names]
    is_joined = match.group()[len(number)] not in " -"
    said += [f"{number} million"] * (unit == "m" and not power and is_joined)
    return [f"{reading} {rate}" for reading in said for rate in rates(per)] if per else said


def _is_word(unit: str, before: str, after: str) -> bool:
    """ "5 in the morning", "5 a day"; not "5 in. of snow", "5 ft 10 in"."""
    is_last_side = _AFTER_A_SIDE.search(before) and not re.match(r" \w", after)
    is_inches = is_last_side or _AFTER_INCHES.match(after) or _AFTER_FEET.search(before)
    return unit in ("a", "s", "t") or (unit == "in" and not is_inches)


def _unit_names(written: str) -> list[str]:
    exact = [UNIT_NAMES[written]] if written in UNIT_NAMES else []
    own = UNITS[written.lower()].split("|") if written.lower() in UNITS else []
    return list(dict.fromkeys([*exact, *own]))


def rates(unit: str) -> list[str]:
    """ "per hour", "an hour"."""
    name = UNITS.get(unit.lower(), unit).split("|")[0]
    article = "an" if name[0] in "aeio" or name.startswith("hour") else "a"
    return [f"{word} {name}" for word in ("per", article)]


def unit(match: re.Match[str]) -> list[str]:
    """A unit without its number: "a wk"."""
    names = UNITS[match[1].lower()].split("|")
    return [form for name in names for form in (name, counted("", name).strip())]


def height(match: re.Match[str]) -> list[str]:
    """6'2" and 6'; groups: feet, inches or None."""
    feet, inches = match[1], match[2]
    if not inches:
        return [f"{feet} feet", f"{feet} foot", f"{feet} minutes"]
    if float(inches) >= INCHES_IN_A_FOOT:
        minutes, seconds = counted(feet, "minute"), counted(inches, "second")
        return [f"{minutes} {seconds}", f"{minutes} and {seconds}", f"{feet} {inches}"]
    full = counted(inches, "inch")
    said = [f"{feet} {foot} {rest}" for foot in ("foot", "feet") for rest in (inches, full)]
    said += [f"{feet} feet", f"{feet} foot"] * (inches == "0")
    return [*said, f"{feet} {inches}"]


def lap(match: re.Match[str]) -> list[str]:
    """1:23.45 of a race; groups: minutes, seconds."""
    minutes, seconds = counted(match[1], "minute"), counted(match[2].lstrip("0"), "second")
    return [f"{minutes} {seconds}", f"{minutes} and {seconds}", f"{match[1]} {match[2]}"]


def military(match: re.Match[str]) -> list[str]:
    """ "0900 hours"; groups: hour, minutes."""
    hour, minutes = match.groups()
    if minutes != "00":
        return [f"{hour} {minutes}", " ".join(hour + minutes)]
    plain = f"{int(hour)} hundred"
    return [plain, *[f"{zero} {plain}" for zero in ("0", "oh") if hour.startswith("0")]]


def roman(match: re.Match[str], after_ruler: bool = False, after_thing: bool = False) -> list[str]:
    """ "2", "the 2nd", of a ruler that alone; letters where these are as likely: an IV.

    Groups: the numeral, "'s" or None.
    """
    numeral, owner = match[1], match[2] or ""
    value = numeral_value(numeral)
    said = [f"the {ordinal(value)}", ordinal(value)]
    if not after_ruler:
        said = [str(value), *said]
        said += [" ".join(numeral)] * (numeral in _ROMAN_OR_LETTERS and not after_thing)
    return [reading + owner for reading in said]


def ordinal(number: int) -> str:
    suffixes = {1: "st", 2: "nd", 3: "rd"}
    teen = number // 10 % 10 == 1
    return f"{number}{'th' if teen else suffixes.get(number % 10, 'th')}"


def counted(number: str, name: str) -> str:
    """ "1 inch", "2 feet", "2 square miles", "2 miles per hour"."""
    if number == "1" or name in _UNCOUNTED:
        return f"{number} {name}"
    if name in _IRREGULAR:
        return f"{number} {_IRREGULAR[name]}"
    first, _, rest = name.partition(" ")
    if first in _ADJECTIVES:
        return f"{number} {first} {plural(rest)}"
    return f"{number} {plural(first)} {rest}".rstrip()


def plural(word: str) -> str:
    return _IRREGULAR.get(word, word if word in _UNCOUNTED else f"{word}s")


def _value(number: str) -> int:
    return int(re.sub(r"\D", "", number))


def _month(name: str) -> str:
    return MONTH_OF[name.lower().rstrip(".")]
