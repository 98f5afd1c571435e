"""A system's colour is its own, in whatever company, and can be told from the others'."""

import re
from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np
import pytest

from eval.report.colours import COLOURS, colours
from eval.report.page import asset, render
from eval.report.results import SystemResult
from tests.eval.report.made_reports import made_clip, made_report, made_system, page_config

TEACHER = made_system("f5_mini", (), "teacher")
STUDENT = made_system("package://student/mini", ())
COMPANY = [made_system(f"folder{i}", (), "audio") for i in range(4)]
EYES = {  # Machado, Oliveira and Fernandes (2009), severity 1, of linear sRGB
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
APART = 0.1
"""in OKLab, where 0.02 is just seen"""


def test_colours_do_not_depend_on_the_order() -> None:
    systems = [TEACHER, STUDENT, *COMPANY[:2]]
    found = {tuple(sorted(colours(order).items())) for order in permutations(systems)}
    assert len(found) == 1


def test_company_does_not_change_the_colour_of_teacher_and_student() -> None:
    alone = colours([TEACHER, STUDENT])
    for count in range(len(COMPANY) + 1):
        found = colours([*COMPANY[:count], STUDENT, TEACHER])
        assert {name: found[name] for name in alone} == alone
    assert colours([STUDENT])[STUDENT.name] == alone[STUDENT.name]


def test_as_many_systems_as_colours_differ() -> None:
    systems = [made_system(str(number), ()) for number in range(COLOURS)]
    assert sorted(colours(systems).values()) == list(range(COLOURS))
    assert len(colours([*systems, TEACHER, STUDENT])) == COLOURS + 2


def test_a_system_has_one_colour_in_charts_tables_and_players() -> None:
    clips = [made_clip(i, distillmos=3.0 + i % 2, real_time_factor=0.5) for i in range(24)]
    systems: Sequence[SystemResult] = [
        made_system("ann", clips, "teacher"),
        made_system("bob", [c for c in clips if c.number != 3]),
    ]
    html = render(made_report(systems), page_config("x"))
    for name, colour in colours(systems).items():
        swatches = re.findall(rf'swatch s(\d)"></span><bdi>{name}<', html)
        cards = re.findall(rf'card clip s(\d)" data-system="{name}"', html)
        lines = re.findall(rf'>{name}</text>.*?whisker s(\d)".*?dot s(\d)"', html)
        assert len(swatches) > 10
        assert len(cards) >= 23
        assert len(lines) == 3
        assert {*swatches, *cards, *sum(lines, ())} == {str(colour)}


def palettes() -> list[tuple[str, list[str]]]:
    """Card and colours of the systems, light and dark, as the style sheet has them."""
    style = asset("style.css")
    cards = re.findall(r"--card: (#\w{6})", style)
    named = [re.findall(rf"--s{i}: (#\w{{6}})", style) for i in range(COLOURS)]
    return [(card, [both[theme] for both in named]) for theme, card in enumerate(cards)]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_and_apart_for_any_eyes(theme: int) -> None:
    card, found = palettes()[theme]
    assert all(contrast(colour, card) >= 3 for colour in found)  # WCAG 2.2, 1.4.11
    for eyes in EYES.values():
        seen = [oklab(np.clip(eyes @ linear(colour), 0, 1)) for colour in found]
        assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > APART


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_texts_can_be_read(theme: int) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    style = asset("style.css")

    def colour(name: str) -> str:
        return str(re.findall(rf"--{name}: (#\w{{6}})", style)[theme])

    for text in ("ink", "soft", "accent", "missing", "added", "good", "bad"):
        grounds = {"good": ("good-back",), "bad": ("bad-back",)}.get(text, ("page", "card"))
        for ground in grounds:
            assert contrast(colour(text), colour(ground)) >= 4.5, (text, ground)


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other)), reverse=True)
    return float((light + 0.05) / (dark + 0.05))


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson (2020)."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    axes = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.asarray(axes @ np.cbrt(cones @ rgb))
