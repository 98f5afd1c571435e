"""What everything that says a text has in common."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How large a model is."""

    parameters: int
    bytes: int
    """of the weights' files"""
