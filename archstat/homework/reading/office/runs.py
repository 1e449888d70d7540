"""Runs of text in one font, as Word and Excel store them."""

from __future__ import annotations

from archstat.homework.reading.markup.node import Node, Start

RAISED = {"superscript": "^", "subscript": "_"}
STRUCK = ("strike", "dstrike", "vanish")
OFF = ("0", "false", "off")


class Runs:
    """The state of the font while runs are read; what is struck out or hidden is no text."""

    def __init__(self) -> None:
        self._is_text = False
        self._is_struck = False
        self._raised = self._raised_before = ""

    def take(self, node: Node) -> str:
        """Read a tag or a text; return what it says."""
        if isinstance(node, str):
            if self._is_struck or not self._is_text:
                return ""
            mark = self._raised if self._raised != self._raised_before else ""
            self._raised_before = self._raised
            return mark + node
        is_start = isinstance(node, Start)
        if node.name == "t":
            self._is_text = is_start
        elif node.name == "p":
            self._raised_before = ""
        elif isinstance(node, Start):
            self._set(node)
        return ""

    def _set(self, tag: Start) -> None:
        value = tag.attributes.get("val", "")
        if tag.name == "r":
            self._raised, self._is_struck = "", False
        elif tag.name in STRUCK:
            self._is_struck = value not in OFF
        elif tag.name == "vertAlign":
            self._raised = RAISED.get(value, "")
