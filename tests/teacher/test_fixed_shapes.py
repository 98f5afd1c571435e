"""Packing into few shapes, where every new one would be a program to compile."""

import random
from collections import Counter

import pytest

from teacher.fixed_shapes import FixedShapes, Shape, shapes_within
from teacher.packing import pack

SHAPES = FixedShapes(shapes=(Shape(100, 4), Shape(200, 2), Shape(800, 1)))


@pytest.mark.parametrize(
    ("length", "frames"), [(1, 100), (100, 100), (101, 200), (200, 200), (201, 800), (800, 800)]
)
def test_an_item_has_the_shortest_shape_that_holds_it(length: int, frames: int) -> None:
    assert SHAPES.of(length).frames == frames


def test_what_no_shape_holds_is_said() -> None:
    with pytest.raises(ValueError, match="801 frames, and the longest shape holds 800"):
        SHAPES.of(801)


@pytest.mark.parametrize("seed", range(20))
def test_batches_are_of_one_shape_and_as_few_as_can_be(seed: int) -> None:
    draw = random.Random(seed)
    lengths = [draw.randint(1, 800) for _ in range(draw.randint(0, 40))]
    batches = pack(lengths, SHAPES)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        (shape,) = {SHAPES.of(lengths[i]) for i in batch}
        assert len(batch) <= shape.rows
    asked = Counter(SHAPES.of(length) for length in lengths)
    assert len(batches) == sum(-(-count // shape.rows) for shape, count in asked.items())


def test_the_shape_of_an_item_is_no_matter_of_its_company() -> None:
    """Beside a longer one it would be spoken by another program, and differ in its last bits."""
    assert pack([101, 100], SHAPES) == [[0], [1]]
    assert pack([100, 60], SHAPES) == [[0, 1]]  # however much shorter


def test_rows_within_a_number_of_frames() -> None:
    assert shapes_within(1000, (100, 300, 2000)).shapes == ((100, 10), (300, 3), (2000, 1))
    assert shapes_within(1000, (100, 300, 2000), 4).shapes == ((100, 4), (300, 3), (2000, 1))


def test_candidates_share_the_rows_and_change_no_shape_that_they_fill() -> None:
    assert SHAPES.shared_by(2).shapes == ((100, 2), (200, 1), (800, 1))
    assert SHAPES.shared_by(1) == SHAPES
