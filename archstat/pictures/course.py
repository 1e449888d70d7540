"""A graded class: how the points are distributed, and which cells of the network are hard."""

from __future__ import annotations

from collections.abc import Iterator

from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.grading.report import BANDS, ClassReport
from archstat.pictures.drawing import SMALL_LETTER, cut, element, label, style, words

WIDTH = 720
MARGIN = 16

COLUMN, COLUMN_GAP, TALLEST = 56, 8, 150
"""Of the distribution: the width of a column, between two, and the height of the tallest."""

CELL, CELL_HEIGHT, NAME = 84, 22, 170
"""Of the heat map: a cell's width and height, and the room for names of layers."""

LEAST_SHADE = 0.08
"""Of a cell that anybody has wrong, so that it can be seen."""

DARK_FROM = 0.55
"""The shade from which a number stands on it in the colour of the paper."""


def distribution(report: ClassReport) -> str:
    """Return how many sheets earned which share of the points, as columns."""
    most = max(report.bands, default=0)
    height = TALLEST + 74
    base = height - 40
    parts = [label(MARGIN, 22, "Points", look="ink title")]
    for band, count in enumerate(report.bands):
        x = MARGIN + band * (COLUMN + COLUMN_GAP)
        tall = TALLEST * count / most if most else 0
        said = f"{100 * band // BANDS}–{100 * (band + 1) // BANDS} %: {count} sheets"
        told = element("title", words(said))
        if count:
            box = {"x": x, "y": base - tall, "width": COLUMN, "height": tall, "rx": 2}
            parts.append(element("rect", told, **box, class_="s0"))
            middle = x + COLUMN / 2
            parts.append(label(middle, base - tall - 6, str(count), text_anchor="middle"))
        left, right = 100 * band // BANDS, 100 * (band + 1) // BANDS
        parts.append(
            label(x + COLUMN / 2, base + 16, f"{left}–{right}", look="weak small",
                  text_anchor="middle")
        )  # fmt: skip
    parts.append(element("line", x1=MARGIN, y1=base, x2=WIDTH - MARGIN, y2=base, class_="grid"))
    unit = "% of the points, in sheets"
    parts.append(label(MARGIN, base + 34, unit, look="weak small"))
    return _svg(WIDTH, height, "How the points are distributed", parts)


def heat_map(report: ClassReport) -> str:
    """Return how many sheets have each cell wrong: a row a layer, a column a quantity."""
    layers, quantities = _cells(report)
    hard, total = dict(report.hardest), len(report.marked)
    width = MARGIN * 2 + NAME + CELL * len(quantities)
    top = 58
    height = top + CELL_HEIGHT * len(layers) + MARGIN
    parts = [label(MARGIN, 22, "What is not right, in % of the sheets", look="ink title")]
    for at, quantity in enumerate(quantities):
        x = MARGIN + NAME + at * CELL + CELL / 2
        title = cut(QUANTITIES[quantity].title, CELL * 1.1)
        parts.append(label(x, top - 10, title, look="weak small", text_anchor="middle"))
    asked = {(one.layer, one.quantity) for out in report.marked.values() for one in out.scores}
    for row, layer in enumerate(layers):
        y = top + row * CELL_HEIGHT
        name = cut(layer, NAME - SMALL_LETTER)
        parts.append(label(MARGIN, y + 15, name, look="ink small"))
        for at, quantity in enumerate(quantities):
            if (layer, quantity) in asked:
                x, share = MARGIN + NAME + at * CELL, hard.get((layer, quantity), 0) / total
                said = f"{QUANTITIES[quantity].title} of {layer}"
                parts += _shaded(x, y, share, said)
    return _svg(max(WIDTH, width), height, "Which cells are hard", parts)


def _shaded(x: float, y: float, share: float, said: str) -> Iterator[str]:
    box = {"x": x + 1, "y": y + 1, "width": CELL - 2, "height": CELL_HEIGHT - 2, "rx": 2}
    told = element("title", words(f"{said}: not right on {100 * share:.0f} % of the sheets"))
    shade = max(LEAST_SHADE, share) if share else 0
    style_ = f"fill-opacity: {shade:.2f}; stroke-opacity: .25"
    yield element("rect", told, **box, class_="s4", style=style_)
    look = "on small" if shade > DARK_FROM else "ink small"
    text = f"{100 * share:.0f}" if share else "·"
    yield label(x + CELL / 2, y + 15, text, look=look, text_anchor="middle")


def _cells(report: ClassReport) -> tuple[list[str], list[str]]:
    """Return the layers and the quantities of which cells earn points, in their order."""
    outcomes = sorted(report.marked.values(), key=lambda one: -len(one.scores))
    scores = [one for outcome in outcomes for one in outcome.scores]
    layers = list(dict.fromkeys(one.layer for one in scores if one.worth))
    if outcomes:  # a sheet may be in another order; its network is not
        first = [one.layer for one in outcomes[0].scores if one.worth]
        layers = list(dict.fromkeys((*first, *layers)))
    found = {one.quantity for one in scores if one.worth}
    return layers, [key for key in QUANTITIES if key in found]


def _svg(width: float, height: float, title: str, parts: list[str]) -> str:
    own = ".on { fill: #ffffff; stroke: #ffffff; }\n"
    content = [
        element("title", words(title)),
        f"<style>\n{style()}{own}</style>",
        element("rect", width=width, height=height, class_="paper", stroke="none"),
        *parts,
    ]
    size = {"width": width, "height": height, "viewBox": f"0 0 {width:g} {height:g}"}
    head = "".join(f' {key}="{value if isinstance(value, str) else f"{value:g}"}"'
                   for key, value in size.items())  # fmt: skip
    inner = "\n".join(content)
    return f'<svg xmlns="http://www.w3.org/2000/svg"{head} role="img">\n{inner}\n</svg>\n'
