"""That no sentence of a test set was trained on, by the hash of what is left of a text."""

import re
from collections.abc import Iterable
from dataclasses import replace

from eval.systems.testsets import TestSet
from speech.seeds import stable_hash

_WORD = re.compile(r"[^\W_]+")


def text_key(text_normalized: str) -> int:
    """Equal for texts that differ in case, punctuation and spaces alone."""
    return stable_hash("text", " ".join(plain_words(text_normalized)))


def plain_words(text: str) -> list[str]:
    """Letters and digits alone, in lower case."""
    return _WORD.findall(text.casefold())


def without_trained(testset: TestSet, trained: Iterable[int]) -> TestSet:
    """The test set less the sentences whose key is one of a dataset's."""
    known = set(trained)
    kept = [s for s in testset.sentences if text_key(s.text_normalized) not in known]
    excluded = len(testset.sentences) - len(kept)
    if not excluded:
        return testset
    return replace(
        testset, sentences=kept, left_out={**testset.left_out, "in_the_dataset": excluded}
    )
