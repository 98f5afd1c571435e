"""ARPABET, as CMUdict writes it, in misaki's alphabet: `["HH", "AH0", "L", "OW1"]` is həlˈO.

What ARPABET does not tell follows misaki's habits: t is a tap between a vowel and an unstressed one, n
and l after a consonant are syllables of their own, an unstressed vowel is a weak one.
"""

from collections.abc import Sequence

_VOWELS = "AA=ɑ AE=æ AH=ʌ AO=ɔ AW=W AY=I EH=ɛ ER=ɜɹ EY=A IH=ɪ IY=i OW=O OY=Y UH=ʊ UW=u"
_CONSONANTS = (
    "B=b CH=ʧ D=d DH=ð F=f G=ɡ HH=h JH=ʤ K=k L=l M=m N=n NG=ŋ P=p R=ɹ S=s SH=ʃ T=t TH=θ V=v W=w Y=j "
    "Z=z ZH=ʒ"
)
VOWELS = dict(pair.split("=") for pair in _VOWELS.split())
CONSONANTS = dict(pair.split("=") for pair in _CONSONANTS.split())
STRESS = {"0": "", "1": "ˈ", "2": "ˌ"}


def misaki(phones: Sequence[str]) -> str:
    """The phonemes of a word's phones.

    Raises:
        KeyError: what is no phone of CMUdict.
    """
    said = []
    for i, phone in enumerate(phones):
        before, after = phones[i - 1] if i else "", tuple(phones[i + 1 : i + 3])
        if phone[-1] == "0":
            said.append(_weak(phone[:-1], phones[max(0, i - 2) : i], after))
        elif phone[-1].isdigit():
            said.append(STRESS[phone[-1]] + _vowel(phone[:-1], after))
        elif phone == "T" and _is_tapped(before, after):
            said.append("T")
        elif phone == "N" and after[:1] in (("K",), ("G",)):
            said.append("ŋ")
        else:
            said.append(CONSONANTS[phone])
    return "".join(said)


def _vowel(name: str, after: tuple[str, ...]) -> str:
    return "ɪ" if name == "IY" and after[:1] == ("R",) else VOWELS[name]


def _weak(name: str, before: Sequence[str], after: tuple[str, ...]) -> str:
    """A vowel without stress."""
    if name == "ER":
        return "əɹ"
    if name == "AH":
        return _schwa(before, after)
    if name != "IH":
        return _vowel(name, after)
    if after in (("Z",), ("D",)):  # of "houses" and "wanted"
        return "ᵻ"
    is_full = not before or after[:1] in (
        (),
        ("NG",),
        ("N",),
        ("K",),
        ("G",),
        ("SH",),
        ("JH",),
        ("CH",),
    )
    return "ɪ" if is_full or after in (("V",), ("S",), ("S", "T")) else "ə"


def _schwa(before: Sequence[str], after: tuple[str, ...]) -> str:
    consonant = before[-1] if before and not before[-1][-1].isdigit() else ""
    closed = not (after[1:] and after[1][-1].isdigit())
    if after[:1] == ("N",) and consonant == "T" and closed and _opens(before[:-1]):
        return ""  # of "button", bˈʌtn
    if after == ("N", "T") and consonant == "M":
        return "ᵊ"
    if after[:1] == ("L",) and closed and consonant not in ("", "L", "R", "W", "Y"):
        return "ᵊ"
    return "ᵊ" if after[:1] == ("N",) and closed and consonant in ("D", "Z", "S", "V") else "ə"


def _is_tapped(before: str, after: tuple[str, ...]) -> bool:
    return _opens([before]) and after[:1] != () and after[0][-1] == "0" and after != ("AH0", "N")


def _opens(phones: Sequence[str]) -> bool:
    """Whether the last one is a vowel or r."""
    return bool(phones and phones[-1]) and (phones[-1][-1].isdigit() or phones[-1] == "R")
