"""The picture of the house: its floors as the import contract has them, and the code's own imports.

    python docs/house.py            writes docs/house.svg

An arrow that follows from others (cli → report → layers, so cli → layers) is left out.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "archstat"
PICTURE = Path(__file__).with_suffix(".svg")

ROOM_WIDTH, ROOM_HEIGHT, FLOOR_HEIGHT = 118, 34, 62
ROOMS_WIDTH, WIDTH, MARGIN, BULGE = 410, 1060, 16, 22

HEAD = """<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
  orient="auto"><path d="M0 0 8 4 0 8z"/></marker>"""

STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1b1f24 }
  .what { font-size: 12.5px; fill: #57606a }
  .name { font-weight: 600; text-anchor: middle }
  .room { fill: #eef4fb; stroke: #4a78b0 }
  .arrow { fill: none; stroke: #8c959f; stroke-width: 1.2; marker-end: url(#head) }
  #head path { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .what { fill: #9ea7b3 }
    .room { fill: #16263a; stroke: #6f9fd8 } .arrow { stroke: #6e7781 } #head path { fill: #6e7781 }
  }
"""


def modules() -> dict[str, Path]:
    """Return the files of the package by the names that they are imported under."""
    files = sorted(PACKAGE.rglob("*.py"))
    dotted = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in files}
    return {name.removesuffix(".__init__"): file for name, file in dotted.items()}


@cache
def imports() -> dict[str, set[str]]:
    """Return which modules each module imports, when it is loaded or later."""
    known = modules()
    return {
        name: {target for target in _targets(ast.parse(file.read_bytes()), known) if target != name}
        for name, file in known.items()
    }


def _targets(node: ast.AST, known: Mapping[str, Path]) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.ImportFrom) and child.module in known:
            parts = [f"{child.module}.{alias.name}" for alias in child.names]
            yield from (part if part in known else child.module for part in parts)
        elif isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names if alias.name in known)


def floors() -> list[list[str]]:
    """Return the rooms of each floor, the top floor first, as the import contract has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def room_of(module: str, rooms: list[str]) -> str | None:
    """Return the room that a module lies in; None for the package itself."""
    inside = [room for room in rooms if module == room or module.startswith(f"{room}.")]
    return max(inside, key=len, default=None)


def arrows() -> dict[str, set[str]]:
    """Return which rooms each room imports from, without what follows from others."""
    rooms = [room for floor in floors() for room in floor]
    found: dict[str, set[str]] = {room: set() for room in rooms}
    for module, targets in imports().items():
        source = room_of(module, rooms)
        if source is not None:
            ends = {room_of(target, rooms) for target in targets}
            found[source] |= {end for end in ends if end is not None and end != source}
    return {
        room: {end for end in ends if not _leads_to(found, ends - {end}, end)}
        for room, ends in found.items()
    }


def _leads_to(graph: Mapping[str, set[str]], starts: set[str], end: str) -> bool:
    seen, ahead = set[str](), [*starts]
    while ahead:
        room = ahead.pop()
        if room == end:
            return True
        if room not in seen:
            seen.add(room)
            ahead += graph[room]
    return False


def what(room: str) -> str:
    """Return the first sentence of a room's docstring."""
    file = modules()[room]
    text = ast.get_docstring(ast.parse(file.read_bytes())) or ""
    return text.partition("\n")[0].removesuffix(".")


def picture() -> str:
    """Return the house as SVG."""
    places = {
        room: (
            MARGIN
            + (ROOMS_WIDTH - ROOM_WIDTH * len(floor)) * (number + 1) // (len(floor) + 1)
            + ROOM_WIDTH * number,
            MARGIN + FLOOR_HEIGHT * level,
        )
        for level, floor in enumerate(floors())
        for number, room in enumerate(floor)
    }
    height = 2 * MARGIN + FLOOR_HEIGHT * len(floors())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>The folders of archstat, floor by floor, and what each imports from</title>",
        f"<style>{STYLE}</style>",
        f"<defs>{HEAD}</defs>",
    ]
    for room, ends in arrows().items():
        lines += [_arrow(places[room], places[end]) for end in sorted(ends)]
    for level, floor in enumerate(floors()):
        for number, room in enumerate(floor):
            x, y = places[room]
            name = room.partition(".")[2]
            lines.append(
                f'<rect class="room" x="{x}" y="{y}" width="{ROOM_WIDTH}" '
                f'height="{ROOM_HEIGHT}" rx="5"/>'
                f'<text class="name" x="{x + ROOM_WIDTH // 2}" y="{y + 22}">{name}</text>'
            )
            top = MARGIN + FLOOR_HEIGHT * level + 22 + 18 * number - 9 * (len(floor) - 1)
            told = f"{name}: {what(room)}" if len(floor) > 1 else what(room)
            lines.append(
                f'<text class="what" x="{ROOMS_WIDTH + 2 * MARGIN}" y="{top}">{escape(told)}</text>'
            )
    return "\n".join([*lines, "</svg>", ""])


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return a curve straight down to the next floor, and round the right side to those below."""
    floors_down = (end[1] - start[1]) // FLOOR_HEIGHT
    if floors_down == 1:
        x, y = start[0] + ROOM_WIDTH // 2, start[1] + ROOM_HEIGHT
        to_x, to_y = end[0] + ROOM_WIDTH // 2, end[1]
        middle = (y + to_y) // 2
        curve = f"{x} {middle} {to_x} {middle}"
    else:
        x, y = start[0] + ROOM_WIDTH, start[1] + ROOM_HEIGHT // 2
        to_x, to_y = end[0] + ROOM_WIDTH, end[1] + ROOM_HEIGHT // 2
        far = max(x, to_x) + BULGE * floors_down
        curve = f"{far} {y} {far} {to_y}"
    return f'<path class="arrow" d="M{x} {y} C{curve} {to_x} {to_y}"/>'


def circle() -> list[str]:
    """Return a circle of imports, as the modules that it goes through; none if there is none."""
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
