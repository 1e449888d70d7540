"""Python statements as text, broken into lines as black breaks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from archstat.documents.letters import display_width

LINE_LENGTH = 88
INDENT = " " * 4

Argument: TypeAlias = str | tuple[str, ...]
"""An expression; or the items of a list."""


def assigned_call(
    target: str,
    function: str,
    arguments: Sequence[Argument],
    *,
    indent: str,
    brackets: tuple[str, str] = ("(", ")"),
) -> list[str]:
    """Return `target = function(arguments)`; or with other brackets, those of an index."""
    opening, closing = brackets
    inner = indent + INDENT
    start, call = f"{indent}{target} = (", f"{inner}{function}{opening}"
    lines = _bracketed(f"{indent}{target} = {function}{opening}", arguments, closing, indent=indent)
    if _fits(lines[0]) or not (_fits(start) and _fits(call)):
        return lines
    return [start, *_bracketed(call, arguments, closing, indent=inner), f"{indent})"]


def assigned_operation(
    target: str, symbol: str, operands: Sequence[str], *, indent: str
) -> list[str]:
    """Return `target = a + b + c`."""
    operation = f" {symbol} ".join(operands)
    if _fits(one_line := f"{indent}{target} = {operation}"):
        return [one_line]
    inner = indent + INDENT
    lines = [f"{inner}{operation}"]
    if not _fits(lines[0]):
        lines = [f"{inner}{symbol} {operand}" for operand in operands]
        lines[0] = f"{inner}{operands[0]}"
    return [f"{indent}{target} = (", *lines, f"{indent})"]


def _bracketed(head: str, items: Sequence[Argument], end: str, *, indent: str) -> list[str]:
    """Return items in brackets: in one line, in a line of their own, or in one line each."""
    inner = indent + INDENT
    if _fits(one_line := f"{head}{_joined(items)}{end}") or not items:
        return [one_line]
    if _fits(own_line := f"{inner}{_joined(items)}"):
        return [head, own_line, f"{indent}{end}"]
    lines = [head]
    for item in items:
        if isinstance(item, str):
            lines.append(f"{inner}{item},")
        else:
            lines += _bracketed(f"{inner}[", item, "],", indent=inner)
    return [*lines, f"{indent}{end}"]


def _joined(items: Sequence[Argument]) -> str:
    return ", ".join(item if isinstance(item, str) else f"[{_joined(item)}]" for item in items)


def _fits(line: str) -> bool:
    return display_width(line) <= LINE_LENGTH
