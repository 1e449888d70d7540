"""What HTML and XML consist of, in the order of the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias


class Start(NamedTuple):
    """A tag that opens an element."""

    name: str
    attributes: Mapping[str, str]


class End(NamedTuple):
    """A tag that closes an element."""

    name: str


Node: TypeAlias = Start | End | str

MOST_DIGITS = 7
"""Of a number in an attribute: the rows of a sheet are numbered up to 1,048,576."""


def whole(attributes: Mapping[str, str], name: str, default: int) -> int:
    """Return the whole number in an attribute, or the default if there is none to count with."""
    text = attributes.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else default


class Hidden:
    """An element whose content is passed over until it ends."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def begin(self, name: str) -> None:
        """Pass over all up to the end of an element that has just started."""
        self._open = [name]

    def takes(self, node: Node) -> bool:
        """Return whether a node is part of it."""
        if not self._open:
            return False
        if isinstance(node, Start) and node.name == self._open[0]:
            self._open.append(node.name)
        elif node == End(self._open[0]):
            self._open.pop()
        return True
