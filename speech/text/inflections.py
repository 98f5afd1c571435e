"""hibari's lexicon, whose inflections follow the stem that a word has in English.

hibari takes the first spelling that it knows: "vaping" of "vap" before "vape", "bodies" of the name
Bodie, "shing" of "she", and the stem of "exported" for the noun where its tagger took the word for one.
"""

import re

from hibari.g2p import Context
from hibari.g2p.lexicon import Lexicon

_LOST_E = re.compile(r"[^aeiouy]*(?:qu)?[aeiouy][bcdfgklmnprstvz]ing$")
"""Of one short syllable, which would have doubled its consonant: "hoping" is of "hope"."""
_NO_STEM = re.compile(r"[a-z]{1,2}ing$")

Reading = tuple[str | None, int | None]
"""phonemes and how sure hibari is of them; None where it has none"""


class Inflections(Lexicon):  # type: ignore[misc]  # hibari is not typed
    """hibari's `Lexicon`, by other stems."""

    def stem_s(self, word: str, tag: str | None, stress: float | None, ctx: Context) -> Reading:
        """Plurals, possessives and third persons."""
        if len(word) > 4 and word.endswith("ies") and self.is_known(stem := f"{word[:-3]}y", tag):
            said, rating = self.lookup(stem, tag, stress, ctx)
            return self._s(said), rating
        return super().stem_s(word, tag, stress, ctx)

    def stem_ed(self, word: str, tag: str | None, stress: float | None, ctx: Context) -> Reading:
        """The past, of a verb."""
        return super().stem_ed(word, "VB", stress, ctx)

    def stem_ing(self, word: str, tag: str | None, stress: float | None, ctx: Context) -> Reading:
        """The present participle, of a verb."""
        if _NO_STEM.match(word):
            return None, None
        if _LOST_E.match(word) and self.is_known(whole := f"{word[:-3]}e", "VB"):
            said, rating = self.lookup(whole, "VB", stress, ctx)
            return self._ing(said), rating
        return super().stem_ing(word, "VB", stress, ctx)
