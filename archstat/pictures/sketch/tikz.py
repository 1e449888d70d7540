"""A drawing as TikZ: one `tikzpicture`, which needs the package tikz and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from archstat.documents.letters import printable
from archstat.pictures.drawing import number
from archstat.pictures.sketch.shapes import Caption, Drawn, Ensemble, Patch, Point, Sketch, Stroke
from archstat.pictures.sketch.svg import is_rectangle

POINTS_A_PIXEL = 0.5
"""A drawing of 900 pixels is as wide as the text of most papers, 450 pt."""

LOOK = r"line join=round, inner sep=0pt, font=\sffamily"
ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
ESCAPES = str.maketrans(
    {
        **{letter: f"\\{letter}" for letter in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": "$<$",
        ">": "$>$",
        "|": "$|$",
        "×": r"$\times$",
        "·": r"$\cdot$",
        "√": r"$\surd$",
        "−": "$-$",
        "–": "--",
        "→": r"$\to$",
        "…": r"\dots{}",
        "≥": r"$\geq$",
    }
)


def tikz_of(sketch: Sketch) -> str:
    """Return a drawing as a picture in TikZ."""
    lines = [*_lines(sketch.shapes)]
    colours = dict.fromkeys(colour for line in lines for colour in _colours(line))
    return "\n".join(
        (
            r"\begingroup",
            *(rf"\definecolor{{{_name(each)}}}{{HTML}}{{{each[1:].upper()}}}" for each in colours),
            rf"\begin{{tikzpicture}}[x={POINTS_A_PIXEL}pt, y=-{POINTS_A_PIXEL}pt, {LOOK}]",
            *(_named(line) for line in lines),
            r"\end{tikzpicture}%",
            r"\endgroup",
        )
    )


def _lines(shapes: Sequence[Drawn]) -> Iterator[str]:
    for shape in shapes:
        match shape:
            case Ensemble():
                yield from _lines(shape.shapes)
            case Patch():
                yield _patch(shape)
            case Stroke():
                yield _stroke(shape)
            case Caption():
                yield _caption(shape)
            case _:
                raise TypeError(f"TikZ draws no {type(shape).__name__}")


def _patch(patch: Patch) -> str:
    look = [f"fill={patch.fill}"]
    if patch.opacity < 1:
        look.append(f"fill opacity={patch.opacity:g}")
    if patch.edge:
        look += [f"draw={patch.edge}", f"line width={_points(patch.thickness)}"]
    if patch.radius:
        look.append(f"rounded corners={_points(patch.radius)}")
    corners = patch.points
    if is_rectangle(corners):
        return rf"\path[{', '.join(look)}] {_at(corners[0])} rectangle {_at(corners[2])};"
    return rf"\path[{', '.join(look)}] {' -- '.join(map(_at, corners))} -- cycle;"


def _stroke(stroke: Stroke) -> str:
    look = [stroke.colour, f"line width={_points(stroke.width)}"]
    if stroke.opacity < 1:
        look.append(f"draw opacity={stroke.opacity:g}")
    if stroke.is_dashed:
        look.append("dashed")
    if stroke.has_head:
        look.append("-latex")
    if stroke.radius:
        look.append(f"rounded corners={_points(stroke.radius)}")
    path = " -- ".join(map(_at, stroke.points))
    if stroke.is_curved:
        path = _at(stroke.points[0])
        for (x, y), (right, below) in pairwise(stroke.points):
            middle = (y + below) / 2
            path += f" .. controls {_at((x, middle))} and {_at((right, middle))} .. "
            path += _at((right, below))
    return rf"\draw[{', '.join(look)}] {path};"


def _caption(caption: Caption) -> str:
    size = POINTS_A_PIXEL * caption.size
    font = rf"\fontsize{{{size:g}}}{{{1.2 * size:g}}}\selectfont"
    weight = r"\bfseries" if caption.is_strong else ""
    look = f"anchor={ANCHORS[caption.anchor]}, text={caption.colour}"
    text = printable(caption.text).translate(ESCAPES)
    return rf"\node[{look}] at {_at((caption.x, caption.y))} {{{font}{weight} {text}}};"


def _at(point: Point) -> str:
    return f"({number(point[0])},{number(point[1])})"


def _points(pixels: float) -> str:
    return f"{POINTS_A_PIXEL * pixels:g}pt"


def _colours(line: str) -> Iterator[str]:
    head = line.partition("]")[0]
    for at, letter in enumerate(head):
        if letter == "#":
            yield head[at : at + 7]


def _named(line: str) -> str:
    for colour in _colours(line):
        line = line.replace(colour, _name(colour), 1)
    return line


def _name(colour: str) -> str:
    return f"archstat{colour[1:]}"
