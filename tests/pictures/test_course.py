"""Pictures of a graded class."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree as ET

from archstat.homework.grading.outcome import Score
from archstat.pictures.course import distribution, heat_map
from tests.homework.grading.classes import report, sheet, wrong


def score(layer, quantity, points=1):
    return Score(layer, quantity, "right", Fraction(points), Fraction(1))


SCORES = (score("conv1", "weights"), score("conv1", "macs"), score("fc<8>", "weights"))
CLASS = report(
    ("a", sheet(20, scores=SCORES)),
    ("b", sheet(19, wrong("conv1", "1"), scores=SCORES)),
    ("c", sheet(7, wrong("conv1", "2"), wrong("fc<8>", "3"), scores=SCORES)),
    ("d", sheet(7, wrong("conv1", "2"), scores=SCORES)),
)


def said(svg):
    """Return what shows below a pointer, of a picture that is well formed."""
    root = ET.fromstring(svg)  # noqa: S314  ours
    names = root.iter("{http://www.w3.org/2000/svg}title")
    return [name.text for name in names][1:]


def test_the_columns_are_as_high_as_the_bands_are_full():
    svg = distribution(CLASS)
    assert said(svg) == ["30–40 %: 2 sheets", "90–100 %: 2 sheets"]  # 7 of 20 twice; 19, 20
    heights = re.findall(r'height="([\d.]+)" rx="2" class="s0"', svg)
    assert heights == ["130", "130"]


def test_the_map_has_a_cell_for_what_earns_points_shaded_by_how_many_have_it_wrong():
    svg = heat_map(CLASS)
    assert said(svg) == [
        "weights of conv1: not right on 75 % of the sheets",
        "MACs of conv1: not right on 0 % of the sheets",
        "weights of fc<8>: not right on 25 % of the sheets",
    ]
    assert re.findall(r'style="fill-opacity: ([\d.]+)', svg) == ["0.75", "0.00", "0.25"]


def test_an_empty_class_has_pictures_without_anything():
    empty = report()
    assert said(distribution(empty)) == []
    assert said(heat_map(empty)) == []
