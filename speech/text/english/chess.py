"""Moves of chess: Nf3 is knight f three, exd5 e takes d five, O-O castles."""

import re

from speech.text.english.numbers import spell_number
from speech.text.rules import Rules, substitute

_PIECES = {"K": "king", "Q": "queen", "R": "rook", "B": "bishop", "N": "knight"}
_ENDS = {"+": " check", "#": " mate", "": ""}
_MOVE = re.compile(
    r"(?<![\w.-])(?:(?P<long>O-O-O|0-0-0)|(?P<short>O-O|0-0)|(?P<piece>[KQRBN])?(?P<from>[a-h]?[1-8]?)"
    r"(?P<takes>x?)(?P<file>[a-h])(?P<rank>[1-8])(?:=(?P<promoted>[QRBN]))?)(?P<end>[+#]?)(?![\w+-])"
)
_SPOKEN_OF = re.compile(
    r"(?i:\b(?:chess|check(?:mate)?|bishop|rook|knight|pawn|queen|white|black|gambit|castl\w+|"
    r"opening|endgame|defen[cs]e|moves?|moved|played?)\b)"
)
_JOINED = re.compile(
    r"(?<![\w.])(\d{1,3}\.(?:\.\.)?)(?=[KQRBN]?[a-hx][a-h1-8x]{0,2}[a-h1-8](?![\w.])|O-O)"
)
"""1.e4, 34...Qxh2"""
_RATING = re.compile(r"\bBaa?[1-3]\b")
"""of a bond"""
_NUMBERED = re.compile(r"(?<![\w.])\d{1,3}\.(?:\.\.)? ?(?=[KQRBNOa-h])")


def read_chess(text: str) -> str:
    """Moves in words, where the line has several of them, or one and speaks of the game."""
    text = _JOINED.sub(r"\1 ", text)
    moves = [match for match in _MOVE.finditer(text) if _is_sure(match)]
    several = len(moves) > 1 and not _RATING.search(text)
    if moves and (several or _SPOKEN_OF.search(text) or _NUMBERED.search(text)):
        return substitute(_RULES, text)
    return text


def _is_sure(match: re.Match[str]) -> bool:
    """Not "e4" or "0-0" alone, which may be something else."""
    is_castling = match.group().startswith("O-")
    return is_castling or bool(match["piece"] or match["takes"] or match["promoted"])


def _spoken(match: re.Match[str]) -> str:
    end = _ENDS[match["end"]]
    if match["long"] or match["short"]:
        return ("castles queenside" if match["long"] else "castles") + end
    mover = [_PIECES[match["piece"]]] if match["piece"] else []
    place = [_square(match["from"])] if match["from"] else []
    takes = ["takes"] if match["takes"] else []
    promoted = f" promotes to {_PIECES[match['promoted']]}" if match["promoted"] else ""
    target = f"{match['file']} {spell_number(match['rank'])}"
    return " ".join([*mover, *place, *takes, target]) + promoted + end


def _square(written: str) -> str:
    """ "e", "4" or "e4"."""
    return " ".join(spell_number(part) if part.isdecimal() else part for part in written)


_RULES: Rules = [(_MOVE, _spoken)]
