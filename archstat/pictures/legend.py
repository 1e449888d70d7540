"""What the marks of a benchmark's pictures mean, each drawn beside its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archstat.bench.summary import Publishable
from archstat.documents.bench.sheet import CaseSheet
from archstat.pictures.drawing import SMALL_LETTER, element, label, line

SYMBOL_WIDTH, GAP, HEIGHT = 26, 22, 20


def legend(found: CaseSheet) -> tuple[float, list[str]]:
    """Return the height and the elements of a line that says what the marks mean."""
    elements: list[str] = []
    x = 0.0
    for draw, said in _marks(found):
        elements += draw(x, 10)
        elements.append(label(x + SYMBOL_WIDTH + 4, 14, said, look="weak small"))
        x += SYMBOL_WIDTH + 4 + len(said) * SMALL_LETTER + GAP
    return (HEIGHT, elements) if elements else (0, [])


def _marks(found: CaseSheet) -> Iterator[tuple[Callable[[float, float], list[str]], str]]:
    known = [row.figures for row in found.rows if row.figures is not None]
    if any(each.limit is not None for each in known):
        yield _dashes, "the limit"
    if any(each.interval is not None for each in known):
        yield _interval, "where another run lies, with 95 %"
    if any(each.verdict is not Publishable.VALID for each in known):
        yield _hollow, "not VALID"


def _dashes(x: float, y: float) -> list[str]:
    return [line([(x, y), (x + SYMBOL_WIDTH, y)], "dash weak")]


def _interval(x: float, y: float) -> list[str]:
    middle = x + SYMBOL_WIDTH / 2
    ends = [(middle - 4, middle + 4, y + off, y + off) for off in (-7, 7)]
    return [
        element("line", x1=x1, x2=x2, y1=y1, y2=y2, class_="whisker weak")
        for x1, x2, y1, y2 in (*ends, (middle, middle, y - 7, y + 7))
    ]


def _hollow(x: float, y: float) -> list[str]:
    return [element("circle", cx=x + SYMBOL_WIDTH / 2, cy=y, r=4, class_="open weak")]
