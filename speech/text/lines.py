"""A list of lines: which line has which number, for whoever speaks it and whoever measures that."""

from speech.errors import InputError


def numbered_lines(data: bytes, name: str) -> list[tuple[int, str]]:
    r"""The lines that are not blank, each with its number in the file, which counts blank ones too.

    A line ends with \n or \r\n, and nothing else; a byte order mark is no part of the first.

    Raises:
        InputError: what `name` says is not UTF-8 text.
    """
    lines = enumerate(utf8_text(data, name).split("\n"), 1)
    return [(number, line.strip("\r")) for number, line in lines if line.strip()]


def utf8_text(data: bytes, name: str) -> str:
    """Without a byte order mark; raises InputError: what `name` says is not UTF-8 text."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8 text") from error
