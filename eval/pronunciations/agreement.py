"""Whether two readings of a word are one to a listener: its consonants, and its stressed vowel.

Dialects and habits of writing do not count: vowels without stress, but for long diphthongs' presence;
the low back vowels, vowels before r, taps, glides between vowels, ʧ and ʃ after n, secondary stress.
"""

import re

_SAME = (  # in this order
    ("ˌ", ""),
    ("ɔ", "ɑ"),
    ("[Tɾ]", "t"),
    ("[ɜə]ɹɹ?", "ɚ"),
    ("n(?:ʧ|tʃ)", "nʃ"),
    ("nʤ", "nʒ"),
    ("tʃ", "ʧ"),
    ("ŋ(?=[kɡ])", "n"),
    ("(?<=[tdnslzθɹʃʒʧʤ])j", ""),  # "new" with and without y
    ("hw", "w"),
    ("(?<=[AIYiɪ])j(?=[AIOWYæɑəɚɛɪiʊuʌᵊᵻˈ])", ""),
    ("(?<=[Ouʊə])w(?=[AIOWYæɑəɚɛɪiʊuʌᵊᵻˈ])", ""),
    ("i(?=[ɹɚ])", "ɪ"),
    ("[æA](?=ɹ)", "ɛ"),
    ("u(?=ɹ)", "ʊ"),
    (r"([bdfɡhʤklmnpɹstvzʒʧʃθ])\1", r"\1"),
)
_VOWELS = "AIOWYæɑəɚɛɪiʊuʌᵊᵻɐ"
_WITHOUT_STRESS = re.compile("(?<!ˈ)[Oæɑəɐᵊᵻɪiʌɛʊu]")
_DIPHTHONG = re.compile("(?<!ˈ)[AIWY]")


def sound(phonemes: str) -> str:
    """What a listener tells a word by, in no particular alphabet."""
    for same, one in _SAME:
        phonemes = re.sub(same, one, phonemes)
    if sum(phoneme in _VOWELS for phoneme in phonemes) == 1:
        return phonemes.replace("ˈ", "")
    return _DIPHTHONG.sub("V", _WITHOUT_STRESS.sub("", phonemes)).replace("ɚ", "ɹ")


def agree(phonemes: str, other: str) -> bool:
    """Whether a listener takes them for one word."""
    return sound(phonemes) == sound(other)
