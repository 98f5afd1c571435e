"""Web and mail addresses, their signs as words."""

import re

from speech.text.chinese.numbers import in_digits
from speech.text.rules import compiled, substitute


def _address(match: re.Match[str]) -> str:
    bare = re.sub(r"^[a-z]+://", "", match.group())
    signs = {
        ".": "点",
        "/": "斜杠",
        "@": " at ",
        "-": "杠",
        "_": "下划线",
        ":": "冒号",
        "#": "井号",
        "?": "问号",
        "=": "等于",
        "&": "和",
        "%": "百分号",
    }
    return in_digits("".join(signs.get(char, char) for char in bare))


_RULES = compiled(
    [
        (r"(?a:(?:https?|ftp)://[\w./:@#?=&%-]*\w|\bwww\.[\w./?=&%-]*\w)", _address),
        (r"(?a:\b10\.\d{4,9}/[\w./-]*\w)", _address),  # a DOI
        (r"(?a:(?<![\w.])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})", _address),
        (r"(?a:\b[A-Za-z][\w.-]{0,200}\.(?:com|cn|org|net)\b(?:/[\w./-]*\w)?)", _address),
    ]
)


def read_addresses(text: str) -> str:
    return substitute(_RULES, text)
