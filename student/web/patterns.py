"""Python's regular expressions as JavaScript's, so that a rule is written once: with the flag u, and
with Python's letters, blanks and ends of text."""

import re

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
_TOKEN = re.compile(r"\\(?:x(?P<x>..)|u(?P<u>....)|(?P<escaped>.))|\(\?P<|[\[\].$]|.", re.DOTALL)
_NOT_HERE = re.compile(r"\\[AZBU]|\[[^\]]*\\[WSDb]|\(\?P=|\(\?\(|\(\?>|\(\?#")


def javascript(pattern: re.Pattern[str]) -> tuple[str, str]:
    """What `RegExp` takes: the source and its flags.

    Raises:
        ValueError: a pattern with what JavaScript has otherwise.
    """
    if _NOT_HERE.search(pattern.pattern) or pattern.flags & (re.MULTILINE | re.ASCII):
        raise ValueError(f"{pattern.pattern!r} cannot be written in JavaScript")
    source = re.sub(r"^\(\?[a-z]+\)", "", pattern.pattern)
    if pattern.flags & re.VERBOSE:
        source = _without_comments(source)
    flags = "gu" + ("i" if pattern.flags & re.IGNORECASE else "")
    return _translated(source, any_char="[^]" if pattern.flags & re.DOTALL else r"[^\n]"), flags


def _translated(source: str, any_char: str) -> str:
    said, begin = "", -1  # of a class, whose first sign may be a bracket
    for token in _TOKEN.finditer(source):
        found, escaped = token.group(), token["escaped"]
        is_inside = begin >= 0
        if escaped:
            known = (_IN_CLASS if is_inside else _ALONE).get(escaped)
            said += known or (found if escaped in _KEPT + "-" * is_inside else escaped)
        elif is_inside:
            is_end = found == "]" and source[begin:token.start()] not in ("[", "[^")
            begin = -1 if is_end else begin
            said += rf"\{found}" if found in "[]" and not is_end else found
        elif found == "[":
            begin = token.start()
            said += found
        else:
            said += {"(?P<": "(?<", ".": any_char, "$": r"(?=\n?$)", "]": r"\]"}.get(found, found)
    return said


def _without_comments(source: str) -> str:
    """What re.VERBOSE reads: blanks count in classes alone."""
    said = re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|#[^\n]*|\s+|.", source, re.DOTALL)
    return "".join(part for part in said if not part.isspace() and not part.startswith("#"))
