"""Words in capitals: emphasis and whole lines are words, an acronym is letters.

The phonemiser spells a word in capitals unless its lexicon has it in capitals ("NASA"), so what is
to be a word is handed on in small letters.
"""

import re

from speech.text.dictionaries import checked_words, known_words
from speech.text.english.patterns import words

CAPITALS = re.compile(
    r"(?<![\w.&])(?=[A-Z'’]{0,20}[A-Z]{2}|[A-Z]'[A-Z])[A-Z]+(?:'[A-Z]+)*(?![\w&]|\.\w)"
)
_RUN_GAP = re.compile(r"(?:[^\w.!?]|\b[AI]\b|\d)*")  # between the words of one sentence
_SHOUTING_WORDS = 3
_LONGEST_ACRONYM = 5  # longer, it is a name that no lexicon has
_SENTENCE_BEFORE = re.compile(r"(?:^|[.!?:])[\"'( ]*$")
_CONTRACTION = re.compile(r"'(?:S|T|D|M|LL|RE|VE|CLOCK)$")
CONSONANTS = re.compile(r"(?<![\w'.-])[bcdfghjklmnpqrstvwxz]{2,5}(?![\w'-]|\.\w)")
SOUNDS = {"hm", "mhm", "psst", "pst", "tsk", "nth", "sh", "st", "nd", "rd", "th"}
_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ly")
_PRONOUN_BEFORE = re.compile(
    r"(?i:\b(?:to|for|with|of|let|tell|give|gave|help|join|follow|trust|about|between|among|both|not|told|"
    r"show|show|against|behind|from|like|at|on|than)) $"
)
_ARTICLE_BEFORE = re.compile(
    r"(?i:\b(?:the|an?|in|our|your|their|his|her|my|of|company|for|and|no|its)) $"
)
_NOUN_AFTER = re.compile(r"^ [a-z]")
_PART_OF_IT = re.compile(
    r"(?i:^ (?:department|dept|support|team|staff|manager|guys?|industry|systems?|services?|security|"
    r"professionals?|jobs?|company|companies|sector|skills|help|budget|director|consultants?|specialists?))"
)


def read_capitals(text: str) -> str:
    """The text with every word in capitals that is no acronym in small letters."""
    found = list(CAPITALS.finditer(text))
    if not found:
        return text
    shouted = _shouted(text, found)
    parts, last = [], 0
    for index, match in enumerate(found):
        gap = text[last : match.start()]
        within = index in shouted and index - 1 in shouted
        parts += [gap.replace(" A ", " a ") if within else gap, _word(match, index in shouted)]
        last = match.end()
    return "".join([*parts, text[last:]])


def spell_consonants(text: str) -> str:
    """Words without a vowel that no lexicon has ("html") in capitals, to be read as letters."""
    return CONSONANTS.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    word = match.group()
    is_sound = word[-1] == word[-2] or word in SOUNDS
    return word if is_sound or word in known_words() else word.upper()


def _shouted(text: str, found: list[re.Match[str]]) -> set[int]:
    """Indices of the words that stand among others in capitals, most of which are words."""
    runs: list[list[int]] = []
    for index, match in enumerate(found):
        follows = index and _RUN_GAP.fullmatch(text, found[index - 1].end(), match.start())
        runs[-1].append(index) if follows else runs.append([index])
    return {index for run in runs if _is_shouting([found[i].group() for i in run]) for index in run}


def _is_shouting(words: list[str]) -> bool:
    known = [_is_common(word) for word in words]
    if len(words) >= _SHOUTING_WORDS:
        return sum(known) * 2 > len(words)
    return len(words) == 2 and all(known)


def _word(match: re.Match[str], shouted: bool) -> str:
    word, text = match.group(), match.string
    before, after = text[max(0, match.start() - 12) : match.start()], text[match.end() :][:16]
    if not _is_spoken(word, before, after, shouted):
        return word
    small = word.lower()
    starts = _SENTENCE_BEFORE.search(before)
    return small.capitalize() if starts or _is_name(small) else small


def _is_spoken(word: str, before: str, after: str, shouted: bool) -> bool:
    """Whether this is a word, in its place."""
    if word in ("IT", "US", "WHO", "AM"):
        return _is_pronoun(word, before, after, shouted)
    if _is_acronym_of_lexicon(word):
        return False
    if word in words("acronyms.txt") and not (
        shouted and word.lower() in words("everyday_words.txt")
    ):
        return False
    return _is_common(word) or (len(word) > _LONGEST_ACRONYM and bool(re.search("[AEIOUY]", word)))


def _is_pronoun(word: str, before: str, after: str, shouted: bool) -> bool:
    """IT, US, WHO and AM are words unless an article or a noun makes them names."""
    article = _ARTICLE_BEFORE.search(before)
    if word == "IT":
        return not (_PART_OF_IT.search(after) or (article and not shouted))
    if word == "WHO":
        return not re.search(r"(?i:\bthe) $", before)
    if word == "AM":
        return bool(re.search(r"\bI $", before)) or (shouted and not re.search("[a-z] $", before))
    if re.search(r"(?i:\b(?:the|a)) $", before):
        return False
    return shouted or (bool(_PRONOUN_BEFORE.search(before)) and not _NOUN_AFTER.search(after))


def _is_common(word: str) -> bool:
    """Whether the word is in the lexicon in small letters; of short ones only the everyday."""
    small = _CONTRACTION.sub("", word).lower()
    if word in words("acronyms.txt") and small not in words("everyday_words.txt"):
        return False
    if len(small) <= 3:
        return (
            small in words("everyday_words.txt")
            or (len(small) == 1 and small in "aio")
            or small in _SHORT_STEMS
        )
    return _is_known(small)


_SHORT_STEMS = {"don", "won", "can", "isn", "ain", "didn"}


def _is_known(small: str) -> bool:
    known = known_words()
    if _is_acronym_of_lexicon(small.upper()):
        return False
    if small in known or small.capitalize() in known:
        return True
    stems = (small[: -len(ending)] for ending in _ENDINGS if small.endswith(ending))
    return any(len(stem) > 2 and (stem in known or stem + "e" in known) for stem in stems)


def _is_acronym_of_lexicon(word: str) -> bool:
    """NASA and AIDS are; START and NICE are everyday words too."""
    return word in checked_words() and word.lower() not in words("everyday_words.txt")


def _is_name(small: str) -> bool:
    known = known_words()
    return small not in known and small.capitalize() in known
