"""Explanations as text: the formula, the same with its numbers, and the result."""

from __future__ import annotations

from archstat.analyses.symbols import Atom, Constant, Notation, Rounding
from archstat.renderers.explain.page import Page, name_of, title_of
from archstat.renderers.grid import aligned
from archstat.report.explanation import MEANINGS, Explanation

_BRACKETS = {Rounding.DOWN: ("⌊", "⌋"), Rounding.UP: ("⌈", "⌉")}


def quotient(of: str, by: str, rounding: Rounding) -> str:
    """Return a division as text has it."""
    if rounding is Rounding.NONE:
        return f"{of}/{by}"
    left, right = _BRACKETS[rounding]
    return f"{left}({of}) / {by}{right}" if " " in of else f"{left}{of} / {by}{right}"


def _number(number: Atom | Constant) -> str:
    return f"{number.value:,}" if number.value >= 10_000 else str(number.value)  # noqa: PLR2004


SYMBOLS = Notation(
    lambda number: number.name if isinstance(number, Atom) else str(number.value),
    " · ",
    "−",
    quotient,
)
VALUES = Notation(_number, " · ", "−", quotient)


def render(page: Page) -> str:
    """Return explanations as text."""
    parts = [page.title]
    for explained in page.layers:
        node = explained.node
        lines = [
            (f"  {title_of(line)}", *_cells(line), f"[{line.source}]" if line.source else "")
            for line in explained.lines
        ]
        head = f"{node.name}: {node.layer.label}"
        parts.append(f"{head}\n{aligned(lines) if lines else ''}".rstrip("\n"))
        if page.for_students:
            said = dict.fromkeys(line.quantity for line in explained.lines)
            meanings = [(f"  {name_of(quantity)}", MEANINGS[quantity]) for quantity in said]
            parts.append(aligned(meanings).rstrip("\n") if meanings else "")
    return "\n\n".join(part for part in parts if part) + "\n"


def _cells(line: Explanation) -> tuple[str, str]:
    """Return the formula, and the calculation."""
    if line.formula is None:
        return line.words, f"{line.result:,}"
    symbols, values = SYMBOLS.write(line.formula), VALUES.write(line.formula)
    result = f"{line.result:,}"
    is_shown = values not in {result, str(line.result)}
    return symbols, f"{values} = {result}" if is_shown else result
