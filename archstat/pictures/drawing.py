"""Elements of SVG, the colours of both schemes, and how wide a text is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from archstat.documents.letters import display_width, printable

FONT_SIZE = 13
LETTER = 7.2
"""Pixels of a column of text, on the average; digits and capitals are no wider."""

SMALL_LETTER, SMALL_HEIGHT = 6.2, 12
"""The same of small text, and the height of its line."""

LIGHT = ("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#cf222e", "#0e7c86", "#9a6700", "#bf3989")
DARK = ("#58a6ff", "#f0883e", "#3fb950", "#bc8cff", "#ff7b72", "#39c5cf", "#d29922", "#f778ba")
SHAPES = 3
"""Of marks; with eight colours, 24 series can be told apart."""


def style() -> str:
    """Return the style sheet, with colours spelled out: not every program knows CSS variables."""
    dark = _scheme("#0d1117", "#e6edf3", "#9198a1", "#2f363e", DARK)
    return (
        f"svg {{ font: {FONT_SIZE}px system-ui, sans-serif; }}\n"
        "text[class] { stroke: none; }\n"
        f"{_scheme('#ffffff', '#1f2328', '#59636e', '#d8dee4', LIGHT)}"
        f"@media (prefers-color-scheme: dark) {{\n{dark}}}\n"
        ".line { fill: none; stroke-width: 2; stroke-linejoin: round; }\n"
        ".limit, .dash { fill: none; stroke-width: 1.5; stroke-dasharray: 6 4; }\n"
        ".leader { fill: none; stroke-width: 1; stroke-dasharray: 1 3; }\n"
        ".roof { fill: none; stroke-width: 2; }\n"
        ".bar { fill: none; stroke-width: 1.5; }\n"
        ".whisker { fill: none; stroke-width: 1.5; }\n"
        ".open { fill: none; stroke-width: 2; }\n"
        ".sample { fill-opacity: .6; stroke-width: 0; }\n"
        ".sample.hollow { stroke-width: 1.2; }\n"
        ".small { font-size: 11px; }\n"
        ".title { font-size: 15px; font-weight: 600; }\n"
    )


def _scheme(paper: str, ink: str, weak: str, grid: str, colours: Sequence[str]) -> str:
    series = "".join(
        f".s{at} {{ stroke: {colour}; fill: {colour}; }}\n" for at, colour in enumerate(colours)
    )
    return (
        f".paper {{ fill: {paper}; }}\n"
        f".ink {{ fill: {ink}; stroke: {ink}; }}\n"
        f".weak {{ fill: {weak}; stroke: {weak}; }}\n"
        f"text[class~=halo] {{ stroke: {paper}; stroke-width: 3px; paint-order: stroke; }}\n"
        f".grid {{ stroke: {grid}; stroke-width: 1; }}\n"
        f"{series}"
        f".hollow {{ fill: {paper}; stroke-width: 2; }}\n"
    )


def colour(series: int) -> str:
    """Return the class of a series' colour."""
    return f"s{series % len(LIGHT)}"


def element(name: str, content: str = "", /, **attributes: str | float | None) -> str:
    """Return an element; `content` is SVG already, values of attributes are not.

    >>> element("line", x1=0, y2=1.25, class_="a&b")
    '<line x1="0" y2="1.2" class="a&amp;b"/>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _value(value: str | float) -> str:
    return escape(printable(value)) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """Return pixels, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def words(text: str) -> str:
    """Return a text from outside as the content of an element."""
    return escape(printable(text))


def label(x: float, y: float, text: str, *, look: str = "ink", **attributes: str | float) -> str:
    """Return a text, by the left end of its base line."""
    return element("text", words(text), x=x, y=y, class_=look, **attributes)


def line(points: Sequence[tuple[float, float]], look: str) -> str:
    """Return a line through points."""
    path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return element("polyline", points=path, class_=look)


def mark(  # noqa: PLR0913  where, what, and how it looks
    series: int, x: float, y: float, said: str, *, radius: float = 4, is_hollow: bool = False
) -> str:
    """Return the mark of a series, by its shape and colour; `said` shows below a pointer."""
    told = element("title", words(said))
    look = f"{colour(series)} hollow" if is_hollow else colour(series)
    if series % SHAPES == 0:
        return element("circle", told, cx=x, cy=y, r=radius, class_=look)
    half = 0.9 * radius
    box = {"x": x - half, "y": y - half, "width": 2 * half, "height": 2 * half}
    if series % SHAPES == 1:
        return element("rect", told, **box, class_=look)
    turned = f"rotate(45 {number(x)} {number(y)})"
    return element("rect", told, **box, transform=turned, class_=look)


def text_width(text: str) -> float:
    """Return the pixels that a text takes, about."""
    return LETTER * display_width(text)


def cut(text: str, width: float) -> str:
    """Return a text that fits into so many pixels, its middle left out if it must.

    >>> cut("torchvision/resnet50", 100), cut("net", 100)
    ('torchv…snet50', 'net')
    """
    if text_width(text) <= width:
        return text
    half = max(1, int((width / LETTER - 1) // 2))
    return f"{text[:half]}…{text[-half:]}"
