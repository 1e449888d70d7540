"""The text that `print(model)` gives, as modules within one another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from archstat.errors import UsageError

MODULE = re.compile(
    r"\s*(?:\((?P<name>[^\s()]+)\): )?(?:(?P<count>\d+) x )?(?P<kind>[A-Za-z_][\w.]*)\((?P<rest>.*)"
)
TENSOR = re.compile(
    r"\s*\((?P<name>[^\s()]+)\): Parameter containing: \[.* of size (?P<size>[\dx]*)"
)
RANGE = re.compile(r"(?P<first>\d+)-(?P<last>\d+)")
DEEPEST = 100  # modules within one another
MOST = 100_000  # modules of a model


@dataclass
class Printed:
    """A module as it is printed.

    Attributes:
        name: Its name in the module that holds it; empty for the network.
        kind: Its class.
        positional: The settings that are printed without a name.
        named: Those with one.
        children: The modules in it, those that are printed as "12 x" one by one.
        tensors: The shapes of the parameters in a list of them.
    """

    name: str
    kind: str
    positional: list[Any] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    children: list[Printed] = field(default_factory=list)
    tensors: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def state(self, text: str) -> None:
        """Take settings as they are printed."""
        positional, named = settings_in(text)
        self.positional += positional
        self.named |= named

    def copy(self, name: str) -> Printed:
        """Return an equal module of another name."""
        return Printed(
            name, self.kind, self.positional, self.named, self.children, dict(self.tensors)
        )

    def walk(self, path: str = "") -> Iterator[tuple[str, Printed]]:
        """Yield it and all modules in it, each with its path."""
        yield path, self
        for child in self.children:
            yield from child.walk(f"{path}.{child.name}" if path else child.name)


def parse_printed(text: str, name: str) -> Printed:
    """Return the network that a text shows.

    Raises:
        UsageError: It shows none, or not all of it.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = MODULE.fullmatch(line.rstrip())
        if found is None or found["name"] is not None:
            continue
        reader = _Reader(lines[number:])
        top = reader.module()
        if top is not None and top.children:
            return top
        if reader.is_cut:
            raise UsageError(
                f"{name}, line {number + 1}: {found['kind']}(… is not closed",
                hint="give all that print(model) prints",
            )
    raise UsageError(
        f"{name} shows no network as PyTorch prints it", hint="print(model) gives such a text"
    )


class _Reader:
    """Reads modules from lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.at = 0
        self.count = 0
        self.is_cut = False

    def module(self, depth: int = 0) -> Printed | None:
        """Return the module that begins at this line, and go behind it; None if none does."""
        found = MODULE.fullmatch(self.lines[self.at].rstrip())
        self.count += 1
        if found is None or depth > DEEPEST or self.count > MOST:
            return None
        self.at += 1
        made = Printed(found["name"] or "", found["kind"])
        rest = found["rest"].rstrip()
        if rest.endswith(")") and rest.count("(") + 1 == rest.count(")"):
            made.state(rest[:-1])
            return made
        made.state(rest)
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            if line == ")":
                self.at += 1
                return made
            tensor = TENSOR.match(line)
            child = None if tensor else self.module(depth + 1)
            if child is not None:
                made.children += _repeated(child)
            else:
                self.at += 1
                if tensor:
                    sizes = filter(None, tensor["size"].split("x"))
                    made.tensors[tensor["name"]] = tuple(map(int, sizes))
                else:
                    made.state(line)
        self.is_cut = True
        return None


def _repeated(module: Printed) -> list[Printed]:
    """Return a module as often as it is printed to be there."""
    span = RANGE.fullmatch(module.name)
    if span is None:
        return [module]
    first, last = int(span["first"]), int(span["last"])
    return [module.copy(str(number)) for number in range(first, min(last, first + MOST) + 1)]


def settings_in(text: str) -> tuple[list[Any], dict[str, Any]]:
    """Return settings as they are printed, those without a name and those with one.

    >>> settings_in("3, 8, kernel_size=(3, 3), mode=nearest")
    ([3, 8], {'kernel_size': (3, 3), 'mode': 'nearest'})
    """
    positional, named = [], {}
    for part in _parts(text):
        key, equals, value = part.partition("=")
        if equals and key.strip().isidentifier():
            named[key.strip()] = _value(value)
        else:
            positional.append(_value(part))
    return positional, named


def _parts(text: str) -> Iterator[str]:
    """Yield what stands between the commas that are in no brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(text):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            yield text[start:place].strip()
            start = place + 1
    if last := text[start:].strip():
        yield last


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text.strip()
