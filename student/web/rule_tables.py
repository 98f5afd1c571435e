"""Tables of the rules by which Python writes numbers, titles and the like out as words."""

import re
from types import ModuleType
from typing import Any

from speech.text.english import (
    addresses,
    capitals,
    chess,
    codes,
    dates,
    degrees,
    formulas,
    fractions,
    lengths,
    money,
    ranges,
    romans,
    streets,
    times,
    titles,
    units,
    verses,
)
from student.web.patterns import javascript

_STAGES = (
    addresses,
    chess,
    formulas,
    streets,
    dates,
    verses,
    codes,
    ranges,
    times,
    money,
    degrees,
    lengths,
    units,
    titles,
    romans,
    fractions,
)


def rule_tables() -> dict[str, Any]:
    """What a rule is for, so that the page does not read it as it stands; and the words that are
    spelled."""
    return {
        "rules": [javascript(pattern) for stage in _STAGES for pattern in _patterns(stage)],
        "capitals": javascript(capitals.CAPITALS)[0],
        "consonants": javascript(capitals.CONSONANTS)[0],
        "sounds": sorted(capitals.SOUNDS),
    }


def _patterns(stage: ModuleType) -> list[re.Pattern[str]]:
    """Of its lists of rules."""
    lists = [known for known in vars(stage).values() if isinstance(known, list)]
    return [rule[0] for rules in lists for rule in rules if isinstance(rule[0], re.Pattern)]
