"""A graded class: how the points are distributed, and which cells of the network are hard."""

from __future__ import annotations

from collections.abc import Iterator

from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.grading.report import BANDS, ClassReport
from archstat.pictures.drawing import SMALL_HEIGHT, SMALL_LETTER, cut, element, label, style, words

WIDTH = 392
"""So narrow that a phone shows it all, and its letters can be read."""

MARGIN = 16

COLUMN, COLUMN_GAP, TALLEST = 36, 2, 130
"""Of the distribution: the width of a column with its gap, the gap, and the tallest column."""

CELL, CELL_HEIGHT, LONGEST_NAME = 58, 22, 130
"""Of the heat map: a cell's width and height, and the room for the longest name of a layer."""

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
        x = MARGIN + band * COLUMN
        tall = TALLEST * count / most if most else 0
        left, right = 100 * band // BANDS, 100 * (band + 1) // BANDS
        told = element("title", words(f"{left}–{right} %: {count} sheets"))
        if count:
            size = {"width": COLUMN - COLUMN_GAP, "height": tall, "rx": 2}
            box = {"x": x + COLUMN_GAP / 2, "y": base - tall, **size}
            parts.append(element("rect", told, **box, class_="s0"))
            middle = x + COLUMN / 2
            parts.append(label(middle, base - tall - 6, str(count), text_anchor="middle"))
        parts.append(_edge(x, base, left))
    parts.append(_edge(MARGIN + BANDS * COLUMN, base, 100))
    parts.append(element("line", x1=MARGIN, y1=base, x2=WIDTH - MARGIN, y2=base, class_="grid"))
    unit = "% of the points, in sheets"
    parts.append(label(MARGIN, base + 34, unit, look="weak small"))
    return _svg(WIDTH, height, "How the points are distributed", parts)


def _edge(x: float, base: float, percent: int) -> str:
    return label(x, base + 16, str(percent), look="weak small", text_anchor="middle")


def heat_map(report: ClassReport) -> str:
    """Return how many sheets have each cell wrong: a row a layer, a column a quantity."""
    layers, quantities = _cells(report)
    hard, total = dict(report.hardest), len(report.marked)
    names = min(LONGEST_NAME, SMALL_LETTER * max(map(len, layers), default=0) + MARGIN / 2)
    first = MARGIN + names
    width = first + CELL * len(quantities) + MARGIN
    top = 66
    height = top + CELL_HEIGHT * len(layers) + MARGIN
    parts = [label(MARGIN, 22, "What is not right, in % of the sheets", look="ink title")]
    for at, quantity in enumerate(quantities):
        x = first + at * CELL + CELL / 2
        lines = QUANTITIES[quantity].title.rsplit(maxsplit=1)
        for line, text in enumerate(reversed(lines)):
            y = top - 8 - line * SMALL_HEIGHT
            title = cut(text, CELL * 1.4)
            parts.append(label(x, y, title, look="weak small", text_anchor="middle"))
    asked = {(one.layer, one.quantity) for out in report.marked.values() for one in out.scores}
    for row, layer in enumerate(layers):
        y = top + row * CELL_HEIGHT
        name = cut(layer, names)
        parts.append(label(MARGIN, y + 15, name, look="ink small"))
        for at, quantity in enumerate(quantities):
            if (layer, quantity) in asked:
                x, share = first + at * CELL, hard.get((layer, quantity), 0) / total
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
