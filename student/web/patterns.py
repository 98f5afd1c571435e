"""Python's regular expressions as JavaScript's, so that a rule is written once: with the flag u, and
with Python's letters, blanks and ends of text."""

import re
from collections.abc import Iterator

_LETTERS = r"\p{L}\p{N}_"
_BLANKS = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_WORD = f"[{_LETTERS}]"
_IN_CLASS = {"w": _LETTERS, "s": _BLANKS, "d": r"\p{Nd}"}
_ALONE = {
    "w": _WORD,
    "W": f"[^{_LETTERS}]",
    "s": f"[{_BLANKS}]",
    "S": f"[^{_BLANKS}]",
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "b": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
}
_KEPT = "tnrvf0123456789^$\\.*+?()[]{}|/"
"""after a backslash; of others JavaScript would not have one"""
_TOKEN = re.compile(
    r"\\(?:x(?P<x>..)|u(?P<u>....)|p\{\w+\}|(?P<escaped>.))|\(\?P<|\(\?i:|.", re.DOTALL
)
_LETTERS_ALONE = {r"[^\W\d_]": r"[\p{L}\p{Nl}\p{No}]", r"[^\W_]": r"[\p{L}\p{N}]"}
_NOT_HERE = re.compile(r"\\[AZBU]|\[[^\]]*\\[WSDb]|\(\?P=|\(\?\(|\(\?>|\(\?#")


def javascript(pattern: re.Pattern[str]) -> tuple[str, str]:
    """What `RegExp` takes: the source and its flags.

    Raises:
        ValueError: a pattern with what JavaScript has otherwise.
    """
    source = re.sub(r"^\(\?[a-z]+\)", "", pattern.pattern)
    if pattern.flags & re.VERBOSE:
        source = _without_comments(source)
    for written, meant in _LETTERS_ALONE.items():
        source = source.replace(written, meant)
    if _NOT_HERE.search(source) or pattern.flags & (re.MULTILINE | re.ASCII):
        raise ValueError(f"{source!r} cannot be written in JavaScript")
    flags = "gu" + ("i" if pattern.flags & re.IGNORECASE else "")
    any_char = "[^]" if pattern.flags & re.DOTALL else r"[^\n]"
    return "".join(_translated(source, any_char)), flags


def _translated(source: str, any_char: str) -> Iterator[str]:
    begin = -1  # of a class, whose first sign may be a bracket
    groups: list[bool] = []  # those that are open: whether capitals are as small letters there
    for token in _TOKEN.finditer(source):
        found, escaped, is_inside = token.group(), token["escaped"], begin >= 0
        if escaped:
            known = (_IN_CLASS if is_inside else _ALONE).get(escaped)
            yield known or (found if escaped in _KEPT + "-" * is_inside else escaped)
        elif is_inside:
            is_end = found == "]" and source[begin : token.start()] not in ("[", "[^")
            begin = -1 if is_end else begin
            yield rf"\{found}" if found in "[]" and not is_end else _either(found, groups)
        elif found == "[":
            begin = token.start()
            yield found
        elif found == ")":
            groups.pop()
            yield found
        elif found[0] == "(":
            groups.append(found == "(?i:" or any(groups))
            yield {"(?P<": "(?<", "(?i:": "(?:"}.get(found, found)
        else:
            either = _either(found, groups)
            kept = either if len(either) == 1 else f"[{either}]"
            yield {".": any_char, "$": r"(?=\n?$)", "]": r"\]"}.get(
                found, found if len(found) > 1 else kept
            )


def _either(char: str, groups: list[bool]) -> str:
    """A letter with its capital, where that is as good."""
    is_letter = len(char) == 1 and char.isalpha() and any(groups)
    return char.lower() + char.upper() if is_letter else char


def _without_comments(source: str) -> str:
    """What re.VERBOSE reads: blanks count in classes alone."""
    said = re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|#[^\n]*|\s+|.", source, re.DOTALL)
    return "".join(part for part in said if not part.isspace() and not part.startswith("#"))
