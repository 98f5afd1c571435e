"""Times of day and durations with colons: 5.30pm, 14:05, 10:30:15, 7 p.m. EST."""

import re

from hibari.g2p import numbers

from speech.text.english.numbers import spell_number
from speech.text.english.patterns import END, SENTENCE_STARTS, START
from speech.text.rules import compiled, substitute

ZONES = "EST|EDT|CST|CDT|MST|MDT|PST|PDT|GMT|UTC|BST|CET|CEST|IST|JST|ET|PT"
_NOT_A_SENTENCE = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|"
    rf"August|September|October|November|December|Eastern|Pacific|Central|Mountain|{ZONES})\b"
)
MERIDIEM = r"(?:[AaPp](?:\.? ?[Mm]\b\.?|\.M\.))"
_SENTENCE_END = rf"(?=[\"')\]]*$|[\"')\]]* [\"'(]*(?!{_NOT_A_SENTENCE})[A-Z])"
OF_DAY = r"(?= in the (?:morning|afternoon|evening)\b| at night\b)"
_HOURS = "|".join(numbers.ONES[1:13])
_HOUR = r"(?<![\w$£€#])(?<!\d[:.,/-])(?<!\.)"


def read_times(text: str) -> str:
    """Times in words; "A.M." ends a sentence as "AM.", since its own stop would be lost."""
    return substitute(_RULES, text)


def _clock(match: re.Match[str]) -> str:
    """A time with a.m. or p.m.; a sentence that ends with it keeps a full stop: "seven PM."."""
    hour, minute, second, letter = match[1], match[2], match[3], match[4]
    if int(hour) > 24 or int(minute or 0) > 59:
        return match.group()
    spoken = _hour_and_minute(hour, minute or "00")
    if second and second != "00":
        spoken += f" and {_counted(second, 'second')}"
    return f"{spoken} {_meridiem(match.group(), letter, match.string[match.end() :])}"


def _meridiem(written: str, letter: str, rest: str) -> str:
    """ "P.M." within a sentence, "PM." at its end, "PM" where a stop would seem to end it."""
    before_a_name = bool(re.match(_SENTENCE_END, rest[:40]))
    if not written.endswith("."):
        return f"{letter.upper()}M" if before_a_name and rest else f"{letter.upper()}.M."
    dotted_once = written.count(".", -4) == 1
    return f"{letter.upper()}M." if dotted_once or before_a_name else f"{letter.upper()}.M."


def _hour_and_minute(hour: str, minute: str) -> str:
    words = spell_number(str(int(hour)))
    if minute == "00":
        return words
    return f"{words} {_minutes(minute)}"


def _time(match: re.Match[str]) -> str:
    hour, minute = match[1], match[2]
    if int(hour) > 24 or int(minute) > 59:
        return match.group()
    from_it = re.match(rf" to (?:\d|{_HOURS})", match.string[match.end() :][:12])
    oclock = " o'clock" if minute == "00" and not from_it else ""
    return _hour_and_minute(hour, minute) + oclock


def _military(match: re.Match[str]) -> str:
    """ "1015 GMT", "0900 UTC" """
    hour, minute = match[1], match[2]
    zero = "oh " * (hour[0] == "0" != hour[1])
    rest = "hundred" if minute == "00" else _minutes(minute)
    return f"{zero}{spell_number(str(int(hour)))} {rest}"


def _minutes(minute: str) -> str:
    return f"oh {spell_number(minute[1])}" if minute[0] == "0" else spell_number(minute)


def _with_seconds(match: re.Match[str]) -> str:
    """10:30:15 has hours, minutes and seconds, whether it is a clock or a stopwatch."""
    hours, minutes, seconds = match[1], match[2], match[3]
    if int(minutes) > 59 or int(seconds[:2]) > 59:
        return match.group()
    return (
        f"{_counted(hours, 'hour')} {_counted(minutes, 'minute')} and {_counted(seconds, 'second')}"
    )


def _lap(match: re.Match[str]) -> str:
    """1:23.45 of a race."""
    return f"{_counted(match[1], 'minute')} {_counted(match[2], 'second')}"


def _duration(match: re.Match[str]) -> str:
    """2h30m, 5m30s"""
    units = ("hour", "minute", "second")
    parts = zip(match.group(1, 2, 3), units, strict=True)
    return " ".join(_counted(number, unit) for number, unit in parts if number)


def _counted(number: str, unit: str) -> str:
    whole, point, decimals = number.partition(".")
    plain = str(int(whole)) + point + decimals
    return f"{spell_number(plain)} {unit}{'' if plain == '1' else 's'}"


def _zone(match: re.Match[str]) -> str:
    return f"{match[1]} {match[2].replace('.', '').upper()}"


_RULES = compiled(
    [
        (rf"(?<=[\dmM.] )({ZONES})/(?=\d)", r"\1, "),  # 3pm EST/12pm PST
        (  # 1015 GMT; "2359Z" is left to be spelled
            rf"{START}([01]\d|2[0-3])([0-5]\d)(?= (?:{ZONES}|Zulu)\b)",
            _military,
        ),
        (r"(?<![\w.:]):(?=[0-5]\d(?![\w:]))", ""),  # "at :15 and :45 past the hour"
        (
            rf"{_HOUR}(\d{{1,2}})(?:[:.]([0-5]\d))?(?::([0-5]\d))?(?: ?o'clock)? ?([AaPp])"
            r"(?:\. ?[Mm]\b\.?|[Mm]\b\.?)",
            _clock,
        ),
        (rf"{_HOUR}(\d{{1,3}}):(\d\d):(\d\d(?:\.\d{{1,3}})?){END}", _with_seconds),
        (rf"{_HOUR}(\d{{1,2}}):([0-5]\d\.\d{{1,3}}){END}", _lap),
        (rf"{_HOUR}(\d{{1,2}})\.([0-5]\d){OF_DAY}", _time),
        (rf"{_HOUR}(\d{{1,2}}):(\d\d)(?!\w|[:/'-]\d|\.\d)", _time),
        (rf"{_HOUR}(\d{{1,2}}):(\d\d)(?=ish\b)", lambda m: _time(m) + "-"),
        (rf"{_HOUR}(\d{{1,2}}):(\d\d)(?=(?:{ZONES})\b)", lambda m: _time(m) + " "),
        (rf"{_HOUR}([01]\d|2[0-3])h([0-5]\d)(?!\w)", _time),
        (rf"{START}(\d{{1,3}})h ?(\d{{1,2}})m(?:in)?(?: ?(\d{{1,2}})s)?(?!\w)", _duration),
        (rf"{START}()(\d{{1,3}})m(?:in)? ?(\d{{1,2}})s(?!\w)", _duration),
        (
            rf"(?<=[AP]\.M\.)(,?)\s?((?i:{ZONES}|[ecmp]\.[sd]\.t|g\.m\.t))\b(?:\.(?=,| [a-z]))?",
            _zone,
        ),
        (
            rf"(?<!\.)\b(?:([AP])\.M|([A-Z])\.([A-Z]))\. (?=[\"'(]*(?:{SENTENCE_STARTS})\b)",
            lambda m: (f"{m[1]}M" if m[1] else m[2] + m[3]) + ". ",
        ),
    ]
)
