"""Text whose bytes were once read in a wrong encoding: "Itâ€™s" for "It’s". Mended, or refused.

Western confusions are ftfy's (https://ftfy.readthedocs.io); UTF-8 that was read as GBK is ours.
"""

import re

from ftfy import fix_encoding
from ftfy.badness import badness

from speech.errors import Refused
from speech.reasons import Reason

LOST = re.compile(  # what stands where a decoder gave up, a quotation mark without its last bytes
    r"\ufffd|锟斤拷|[ÂÃâð][€‚„…†‡ˆ‰‹™š›œ¢-¿]|(?<=[a-z])â (?=(?:s|t|m|d|re|ve|ll)\b)"
)
_MANY = 2
"""signs of damage; one may be chance: "10¢économie" """
_HAN = re.compile("[\u4e00-\u9fff]")
_CHINESE = re.compile("[\x20-\x7e\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e“”‘’…—·]+")


def mend(text: str) -> str:
    """The text as it was before it was read wrong, where that can be told; else as it is."""
    if text.isascii():
        return text
    return fix_encoding(_from_gbk(text) if _HAN.search(text) else text)


def _from_gbk(text: str) -> str:
    """What UTF-8 said that was read as GBK; hardly any true Chinese gives whole UTF-8 in turn."""
    try:
        decoded = text.encode("gbk").decode("utf-8")
    except ValueError:
        return text
    return decoded if _HAN.search(decoded) and _CHINESE.fullmatch(decoded) else text


def check_undamaged(text: str) -> None:
    """Refuse text that lost characters or still is in the wrong encoding.

    Raises:
        Refused: `damaged_text`, with the place.
    """
    if text.isascii():
        return
    if lost := LOST.search(text):
        around = text[max(0, lost.start() - 10) : lost.end() + 10]
        raise Refused(Reason.DAMAGED_TEXT, f"characters were lost at {around!r}")
    if badness(text) >= _MANY:
        raise Refused(Reason.DAMAGED_TEXT, f"read in a wrong encoding: {text[:40]!r}")
