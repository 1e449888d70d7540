"""What prints a network as modules within one another: torch, fvcore, ptflops, DeepSpeed; Caffe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from archstat.homework.reading import limits
from archstat.homework.reading.lines.block import Block

MODULE = re.compile(r"\s*(?:\((?P<name>[\w.-]+)\): )?(?P<kind>[A-Z]\w*)\((?P<rest>.*)")
ARGUMENT = re.compile(r"(?:\([^()]*\)|[^,()])+")
NAMED = re.compile(r"(?P<title>[#\w ]+?)\s*[=:]\s*(?P<value>.*\d.*)")
COUNTED = re.compile(
    r"(?P<value>[\d.]+ ?%?)\s*[KMGTkmgt]? ?(?P<title>Params|MACs?|Macs?|FLOPs?|FLOPS)"
)
SHARE = re.compile(r"[\d.]+ ?% Params")
FEWEST = 2
"""Modules of a print; one alone is a line of something else."""

CHANNELS = ("in_channels", "out_channels")
"""What a convolution is printed with in front of its other settings."""

TOOLS = {"% Params": "ptflops", "#params": "fvcore"}

SETTING_UP = re.compile(r"Setting up (\S+)\s*$")
TOP_SHAPE = re.compile(r"Top shape: ([0-9 ]*[0-9]) \([0-9]+\)\s*$")


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the networks that are printed in lines of text."""
    at = 0
    while at < len(lines):
        found = MODULE.fullmatch(lines[at])
        if found is not None and found["name"] is None:
            printed = _Printed()
            stop = at
            while stop < len(lines) and printed.take(lines[stop]):
                stop += 1
            if not printed.open and len(printed.rows) >= FEWEST:
                yield printed.block(at, stop)
                at = stop - 1
        at += 1
    yield from _caffe(lines)


@dataclass
class _Open:
    """A module whose end is still to come."""

    path: str
    row: int


class _Printed:
    """The modules that are printed, as they are read."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, dict[str, str]]] = []
        self.open: list[_Open] = []
        self.is_done = False

    def take(self, line: str) -> bool:
        """Read a line; return whether it belongs to the network."""
        text = line.strip()
        if self.is_done:
            return False
        module = MODULE.fullmatch(line)
        if module and _goes_on(module["rest"]):
            return False
        if module and (module["name"] or not self.rows):
            above = self.open[-1].path if self.open else ""
            path = ".".join(filter(None, [above, module["name"]]))
            self.rows.append((path, module["kind"], {}))
            is_whole = module["rest"].endswith(")")
            self._state(len(self.rows) - 1, module["rest"][: -1 if is_whole else None])
            if not is_whole:
                limits.check(len(self.open) + 1, limits.MOST_DEPTH, "modules within one another")
                self.open.append(_Open(path, len(self.rows) - 1))
        elif text == ")" and self.open:
            self.open.pop()
        elif self.open and text:
            self._state(self.open[-1].row, text)
        else:
            return False
        self.is_done = not self.open
        return True

    def _state(self, row: int, text: str) -> None:
        """Read what a module is printed with."""
        _, kind, stated = self.rows[row]
        channels = iter(CHANNELS if "Conv" in kind else ())
        arguments = [argument.strip() for argument in ARGUMENT.findall(text)]
        if any(map(SHARE.fullmatch, arguments[1:2])):
            stated["params"] = arguments.pop(0)
        for argument in arguments:
            if named := NAMED.fullmatch(argument):
                stated[named["title"]] = named["value"]
            elif counted := COUNTED.fullmatch(argument):
                share = "% " if "%" in counted["value"] else ""
                stated[f"{share}{counted['title']}"] = argument
            elif argument.isdecimal() and (title := next(channels, None)):
                stated[title] = argument

    def block(self, start: int, stop: int) -> Block:
        """Return the table of all modules, the whole network first."""
        rows = [row for row in self.rows if row[2] or row[0]]
        titles = dict.fromkeys(title for *_, stated in rows for title in stated)
        tool = next((tool for title, tool in TOOLS.items() if title in titles), "torch")
        grid = [["layer", "type", *titles]]
        for path, kind, stated in rows:
            grid.append([path or "total", kind, *(stated.get(title, "") for title in titles)])
        return Block(start, stop, grid, heads=1, tool=tool)


def _goes_on(rest: str) -> bool:
    """Return whether something stands behind the bracket that ends a module's settings.

    >>> _goes_on("3, 64) + ReLU (batch, 64)"), _goes_on("3, 64, kernel_size=(3, 3))")
    (True, False)
    """
    depths = accumulate(((char == "(") - (char == ")") for char in rest), initial=1)
    return 0 in list(depths)[:-1]


def _caffe(lines: Sequence[str]) -> Iterator[Block]:
    """Yield what Caffe logs as it sets up a network: each layer, and the shapes of its tops."""
    grid = [["layer", "top shape"]]
    name, start, stop = "", 0, 0
    for number, line in enumerate(lines):
        if found := SETTING_UP.search(line):
            name = found[1]
            start = start or number + 1
        elif name and (found := TOP_SHAPE.search(line)):
            grid.append([name, f"({', '.join(found[1].split())})"])
            name, stop = "", number + 1
    if len(grid) > 1:
        yield Block(start - 1, stop, grid, heads=1, tool="caffe")
