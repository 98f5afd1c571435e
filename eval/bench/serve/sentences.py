"""Sentences of ten words, no two of them alike: nothing of them can have been said before."""

import random
from collections.abc import Iterator

SLOTS = (
    ("The", "That", "One", "Every", "Another", "Some", "This", "Any"),
    ("old", "young", "quiet", "cheerful", "careful", "famous", "tired", "clever"),
    ("farmer", "teacher", "sailor", "doctor", "baker", "painter", "neighbor", "driver"),
    ("slowly", "often", "gladly", "rarely", "quickly", "never", "always", "proudly"),
    ("carried", "counted", "painted", "borrowed", "repaired", "polished", "measured", "moved"),
    ("seven", "twelve", "thirty", "eleven", "twenty", "fifteen", "forty", "nine"),
    ("wooden", "heavy", "yellow", "broken", "narrow", "silver", "empty", "foreign"),
    ("boxes", "barrels", "ladders", "windows", "baskets", "lanterns", "benches", "bottles"),
    ("near", "behind", "beside", "inside", "outside", "above", "below", "past"),
    ("Boston", "Geneva", "Lisbon", "Denver", "Naples", "Oslo", "Dublin", "Madrid"),
)


def sentences(seed: int) -> Iterator[str]:
    """As many as there are, about a billion."""
    draw, said = random.Random(seed), set[str]()
    while True:
        sentence = " ".join(draw.choice(words) for words in SLOTS) + "."
        if sentence not in said:
            said.add(sentence)
            yield sentence
