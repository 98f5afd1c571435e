"""Batches of few shapes, for devices whose every new shape is a program to compile."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from teacher.packing import BatchLimit


class Shape(NamedTuple):
    """`rows` of `frames` each, all of them computed, whatever is in them."""

    frames: int
    rows: int


@dataclass(frozen=True)
class FixedShapes(BatchLimit):
    """The shapes that there are, from the shortest.

    An item has the shape that its own length asks for, and not one that its company would have it
    take: so the program that speaks it, and with it each bit of the clip, is a function of the item.
    """

    shapes: tuple[Shape, ...] = ()

    def of(self, length: int) -> Shape:
        """The shortest that holds an item of `length`; raises ValueError where none does."""
        for shape in self.shapes:
            if length <= shape.frames:
                return shape
        raise ValueError(f"{length} frames, and the longest shape holds {self.shapes[-1].frames}")

    def takes(self, length: int, count: int, longest: int) -> bool:
        shape = self.of(longest)
        return count < shape.rows and self.of(length) == shape

    def shared_by(self, copies: int) -> "FixedShapes":
        """The shapes stay what they are; fewer items are to fill their rows."""
        shapes = (shape._replace(rows=max(shape.rows // copies, 1)) for shape in self.shapes)
        return FixedShapes(shapes=tuple(shapes))


def shapes_within(total: int, lengths: Iterable[int], most_rows: int | None = None) -> FixedShapes:
    """For each of the ascending `lengths` as many rows as `total` frames are, but one at least and
    `most_rows` at most."""
    rows = ((length, max(total // length, 1)) for length in lengths)
    return FixedShapes(
        shapes=tuple(Shape(length, min(count, most_rows or count)) for length, count in rows)
    )
