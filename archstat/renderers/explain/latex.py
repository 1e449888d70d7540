"""Explanations as LaTeX, for amsmath's align*."""

from __future__ import annotations

import re

from archstat.analyses.symbols import Atom, Constant, Notation, Rounding
from archstat.renderers.explain.page import Page, name_of, title_of
from archstat.report.explanation import MEANINGS, Explanation

_SPECIAL = {
    "\\": r"\textbackslash{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "–": "--",
    "×": r"$\times$",
}


def _quotient(of: str, by: str, rounding: Rounding) -> str:
    fraction = rf"\frac{{{of}}}{{{by.removeprefix('(').removesuffix(')')}}}"
    if rounding is Rounding.NONE:
        return fraction
    side = "floor" if rounding is Rounding.DOWN else "ceil"
    return rf"\left\l{side} {fraction} \right\r{side}"


def _name(number: Atom | Constant) -> str:
    if isinstance(number, Constant):
        return _value(number)
    return re.sub(r"_(\w+)", r"_{\\mathrm{\1}}", number.name)


def _value(number: Atom | Constant) -> str:
    return f"{number.value:,}".replace(",", "{,}")


SYMBOLS = Notation(_name, r" \cdot ", "-", _quotient)
VALUES = Notation(_value, r" \cdot ", "-", _quotient)


def render(page: Page) -> str:
    """Return explanations as LaTeX."""
    parts = [f"% {page.title}", "% needs \\usepackage{amsmath}"]
    for explained in page.layers:
        node = explained.node
        parts.append(rf"\paragraph{{{_escaped(f'{node.name}: {node.layer.label}')}}}")
        if page.for_students:
            said = dict.fromkeys(line.quantity for line in explained.lines)
            parts += [_escaped(f"{name_of(key)}: {MEANINGS[key]}") for key in said]
        lines = [_line(line) for line in explained.lines]
        if lines:
            body = " \\\\\n".join(lines)
            parts.append(f"\\begin{{align*}}\n{body}\n\\end{{align*}}")
    return "\n".join(parts) + "\n"


def _line(line: Explanation) -> str:
    title = rf"\text{{{_escaped(title_of(line))}}}"
    result = f"{line.result:,}".replace(",", "{,}")
    if line.formula is None:
        return rf"{title} &= {result} \quad \text{{({_escaped(line.words)})}}"
    symbols, values = SYMBOLS.write(line.formula), VALUES.write(line.formula)
    middle = "" if values == result else f" = {values}"
    return f"{title} &= {symbols}{middle} = {result}"


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)
