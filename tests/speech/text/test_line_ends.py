"""Words that are broken at the end of a line."""

import pytest

from speech.text.line_ends import before_next


@pytest.mark.parametrize(
    ("line", "following", "joined"),
    [
        ("an exam-", "ple", "an example"),
        ("several exam-", "ples", "several examples"),
        ("the Amer-", "ican way", "the American way"),
        ("self-govern-", "ment", "self-government"),
        ("the Brobding-", "nagian", "the Brobdingnagian"),
        ("well-", "known", "well-known"),
        ("long-", "term", "long-term"),
        ("my mother-in-", "law", "my mother-in-law"),
        ("one-size-fits-", "all", "one-size-fits-all"),
        ("soft\u00ad", "ware", "software"),
        ("exam\u2010 ", " ple", "example"),
        ("pre-", "and post-war", "pre- and post-war"),
        ("It was late -", "very late", "It was late - very late"),
        ("the U-", "boat", "the U- boat"),
        ("Anglo-", "Saxon", "Anglo- Saxon"),
        ("one line", "and another", "one line and another"),
    ],
)
def test_a_broken_word_is_joined(line: str, following: str, joined: str) -> None:
    assert before_next(line, following) + following.lstrip() == joined
