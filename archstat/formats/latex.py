"""LaTeX, for any document to take in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archstat.analyses.symbols import Atom, Constant, Notation, Rounding
from archstat.documents.cells import Blank, Cell, Formula, Number, Sign, Signed, for_people
from archstat.documents.document import (
    Document,
    Legend,
    Line,
    Listing,
    Notes,
    Picture,
    Remarks,
    Sentences,
    Table,
)
from archstat.documents.letters import printable, sentence
from archstat.formats.layout.flow import FlowFormat
from archstat.formats.markdown import title_of

ESCAPED = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"${character}$" for character in "<>|"},
        **{character: f"{{{character}}}" for character in "[*"},  # \\ would take them for its own
        **{
            letter: f"${command}$"
            for letter, command in {
                "×": r"\times",
                "≥": r"\geq",
                "≤": r"\leq",
                "≠": r"\neq",
                "≈": r"\approx",
                "≡": r"\equiv",
                "→": r"\to",
                "○": r"\circ",
                "·": r"\cdot",
                "−": "-",
                "µ": r"\mu",
                "✓": r"\checkmark",
                "⌊": r"\lfloor",
                "⌋": r"\rfloor",
                "⌈": r"\lceil",
                "⌉": r"\rceil",
            }.items()
        },
        "✗": r"\ding{55}",
        "–": "--",
        "…": r"\dots{}",
    }
)
"""What stands for characters that LaTeX takes for commands, or that its first fonts lack."""

PACKAGES = {
    "booktabs": r"\toprule",
    "amsmath": r"\begin{align*}",
    "amssymb": r"\checkmark",
    "pifont": r"\ding",
    "tikz": r"\begin{tikzpicture}",
}
"""What is needed, by a command that needs it."""

BLANK = r"\underline{\hspace{2cm}}"
"""A line to write on."""


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


class Latex(FlowFormat):
    """A document as a part of a document in LaTeX, which says what it needs."""

    suffix = ".tex"

    def write(self, document: Document) -> str:
        """Return tables, with the words around them; in comments if it is to be taken in."""
        lines = [*_head(document), *self.blocks(document)]
        if document.conclusion:
            lines += _prose(document.conclusion)
        body = "\n".join(lines)
        needs = [rf"% needs \usepackage{{{name}}}" for name in PACKAGES if PACKAGES[name] in body]
        return "\n".join([*needs, body.strip("\n")]) + "\n"

    def table(self, table: Table, document: Document) -> Iterator[str]:  # noqa: ARG002
        """Yield a tabular; formulas as equations."""
        if table.title:
            yield rf"\paragraph{{{_escaped(table.title)}}}"
        if any(isinstance(cell, Formula) for line in table.lines for cell in line.cells):
            yield from _derivation(table)
        elif table.lines or table.foot:
            yield from _tabular(table)
        for text in table.below:
            yield from ("", _escaped(text))

    def words(self, words: Sentences, document: Document) -> Iterator[str]:
        """Yield a paragraph a sentence, a list, or comments."""
        if words.is_list and not document.is_insert:
            yield from _list("itemize", words.sentences)
            return
        for text in words.sentences:
            yield from [_comment(text)] if document.is_insert else _prose(text)

    def legend(self, legend: Legend) -> Iterator[str]:
        """Yield what marks mean, in a paragraph."""
        signs = (f"{_escaped(mark.sign)} {_escaped(said)}" for mark, said in legend.marks)
        yield from ("", ", ".join(signs))

    def notes(self, notes: Notes, document: Document) -> Iterator[str]:
        """Yield a list, or comments."""
        if document.is_insert:
            yield from map(_comment, notes.notes)
            return
        yield from _list("itemize", notes.notes)

    def remarks(self, remarks: Remarks) -> Iterator[str]:
        """Yield a numbered list."""
        yield from ("", r"\begin{enumerate}")
        for remark in remarks.remarks:
            said = _escaped(" ".join(remark.said))
            yield rf"\item \textbf{{{_escaped(remark.heading)}.}} {said}"
        yield r"\end{enumerate}"

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture that can be said in LaTeX."""
        if picture.latex is not None:
            yield picture.latex()

    def listing(self, listing: Listing) -> Iterator[str]:
        """Yield source code as it is."""
        yield from (
            r"\begin{verbatim}",
            "\n".join(listing.lines).replace(r"\end{", r"\end {"),
            r"\end{verbatim}",
        )


def _head(document: Document) -> Iterator[str]:
    if document.is_insert:
        yield from map(_comment, (document.title, *document.about))
        return
    title, others = _escaped(document.title), document.about
    if title:
        yield rf"\noindent\textbf{{{title}}}" + (r"\\" if others else "")
    if document.has_list_of_facts:
        yield from _list("itemize", others)
    else:
        yield from (_escaped(sentence(text)) for text in others)
    yield from ("", r"\medskip\noindent")


def _list(kind: str, texts: Iterable[str]) -> Iterator[str]:
    items = (rf"\item {_escaped(text)}" for text in texts)
    yield from ("", rf"\begin{{{kind}}}", *items, rf"\end{{{kind}}}")


def _prose(text: str) -> tuple[str, str]:
    return "", _escaped(sentence(text))


def _tabular(table: Table) -> Iterator[str]:
    shown = [at for at, column in enumerate(table.columns) if not column.is_picture]
    broken = sum(table.columns[at].wraps for at in shown)
    side = {at: "l" if table.columns[at].is_text else "r" for at in shown}
    for at in shown:
        if table.columns[at].wraps:
            side[at] = rf"p{{{0.9 / (broken + 1):.2f}\linewidth}}"
    yield rf"\begin{{tabular}}{{{''.join(side.values())}}}"
    yield r"\toprule"
    yield _row([_escaped(title_of(table.columns[at])) for at in shown])
    yield r"\midrule"
    yield from (_line(line, shown) for line in table.lines)
    if table.foot:
        yield r"\midrule"
        yield from (_line(line, shown) for line in table.foot)
    yield from (r"\bottomrule", r"\end{tabular}")


def _line(line: Line, shown: Sequence[int]) -> str:
    cells = [_cell(line.cells[at]) for at in shown if at < len(line.cells)]
    missing = len(shown) - len(cells)
    if line.rest and missing:
        cells.append(rf"\multicolumn{{{missing}}}{{l}}{{{_escaped(line.rest)}}}")
    else:
        cells += [""] * missing
    return _row(cells)


def _row(cells: Sequence[str]) -> str:
    return f"{' & '.join(cells)} \\\\"


def _cell(cell: Cell) -> str:
    match cell:
        case Blank():
            return BLANK
        case Formula():
            return f"${_formula(cell)}$"
        case Signed() if cell.mark.sign:
            number = f"$^{{{cell.remark}}}$" if cell.remark else ""
            return f"{_cell(cell.value)} {_escaped(cell.mark.sign)}{number}".strip()
        case Sign():
            return _escaped(cell.sign)
        case _:
            return _escaped(for_people(cell))


def _formula(cell: Formula) -> str:
    return (VALUES if cell.has_values else SYMBOLS).write(cell.expression)


def _derivation(table: Table) -> Iterator[str]:
    """Yield a table of formulas as equations: what it is, its formula, and what that comes to."""
    lines = []
    for line in table.lines:
        what, *others = line.cells
        said = [cell for cell in others if isinstance(cell, (Formula, int, Number))]
        told = " = ".join(dict.fromkeys(map(_equal, said)))
        if not any(isinstance(cell, Formula) for cell in said):
            told += rf" \quad \text{{({_escaped(for_people(others[0]))})}}"
        lines.append(rf"\text{{{_escaped(for_people(what))}}} &= {told}")
    yield r"\begin{align*}"
    yield " \\\\\n".join(lines)
    yield r"\end{align*}"


def _equal(cell: Cell) -> str:
    if isinstance(cell, Formula):
        return _formula(cell)
    return for_people(cell).replace(",", "{,}")


def _comment(text: str) -> str:
    return f"% {' '.join(printable(text).split())}"


def _escaped(text: str) -> str:
    return printable(text).translate(ESCAPED)


FORMAT = Latex()
