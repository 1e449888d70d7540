"""Typst, for any document to take in; texts are strings, so that nothing in them is markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from archstat.analyses.symbols import Atom, Constant, Notation, Rounding
from archstat.documents.cells import Blank, Cell, Formula, Look, Sign, Signed, for_people
from archstat.documents.document import (
    Column,
    Document,
    Legend,
    Line,
    Listing,
    Notes,
    Remarks,
    Sentences,
    Table,
)
from archstat.documents.letters import printable, sentence
from archstat.formats.layout.flow import FlowFormat
from archstat.formats.markdown import title_of

GROW = "1fr"
"""The width of a column whose cells may be broken."""


def _quotient(of: str, by: str, rounding: Rounding) -> str:
    fraction = f"frac({of}, {by.removeprefix('(').removesuffix(')')})"
    if rounding is Rounding.NONE:
        return fraction
    return f"{'floor' if rounding is Rounding.DOWN else 'ceil'}({fraction})"


def _name(number: Atom | Constant) -> str:
    if isinstance(number, Constant):
        return _value(number)
    return re.sub(r"_(\w+)", r'_"\1"', number.name)


def _value(number: Atom | Constant) -> str:
    return f'"{number.value:,}"'


SYMBOLS = Notation(_name, " dot ", "-", _quotient)
VALUES = Notation(_value, " dot ", "-", _quotient)


class Typst(FlowFormat):
    """A document as a part of a document in Typst, in comments around the tables if it is to be."""

    suffix = ".typ"
    blank = "line(length: 2cm, stroke: 0.5pt)"
    """What stands where something is to be filled in: a line to write on."""

    spacing = "column-gutter: 6pt, inset: (x: 0pt, y: 4pt)"
    """Between the columns of a table, and between its rows."""

    def write(self, document: Document) -> str | bytes:
        """Return tables, with the words around them."""
        return self.source(document)

    def source(self, document: Document) -> str:
        """Return the whole of a document."""
        return "\n".join((*_head(document), *self.blocks(document))) + "\n"

    def table(self, table: Table, document: Document) -> Iterator[str]:  # noqa: ARG002
        """Yield a table with its heading and its note."""
        if table.title:
            yield f"#heading(level: 2, {string(table.title)})\n"
        if table.lines or table.foot:
            yield from self.grid(table)
        yield from map(_paragraph, table.below)

    def words(self, words: Sentences, document: Document) -> Iterator[str]:
        """Yield a paragraph a sentence, or a comment."""
        if document.is_insert:
            yield from map(_comment, words.sentences)
        elif words.is_list:
            yield _list(words.sentences)
        else:
            yield from (_paragraph(sentence(text)) for text in words.sentences)

    def legend(self, legend: Legend) -> Iterator[str]:
        """Yield what marks mean, in a paragraph."""
        yield _paragraph(", ".join(f"{mark.sign} {said}" for mark, said in legend.marks))

    def notes(self, notes: Notes, document: Document) -> Iterator[str]:
        """Yield a list, or comments."""
        if document.is_insert:
            yield from map(_comment, notes.notes)
        else:
            yield _list(notes.notes)

    def remarks(self, remarks: Remarks) -> Iterator[str]:
        """Yield a numbered list."""
        items = (
            f"[#strong({string(remark.heading + '.')}) #{string(' '.join(remark.said))}]"
            for remark in remarks.remarks
        )
        yield f"#enum({', '.join(items)})\n"

    def listing(self, listing: Listing) -> Iterator[str]:
        """Yield source code as it is."""
        text = json.dumps("\n".join(listing.lines), ensure_ascii=False)
        yield f'#raw(block: true, lang: "{listing.language}", {text})\n'

    def grid(self, table: Table) -> Iterator[str]:
        """Yield a table alone, between rules."""
        shown = [at for at, column in enumerate(table.columns) if not column.is_picture]
        columns = [table.columns[at] for at in shown]
        yield "#table("
        yield f"  columns: ({', '.join(map(_width, columns))},),"
        yield f"  align: ({', '.join('left' if each.is_text else 'right' for each in columns)},),"
        yield f"  stroke: none, {self.spacing},"
        yield "  table.hline(),"
        yield f"  table.header({', '.join(string(title_of(column)) for column in columns)}),"
        yield "  table.hline(),"
        yield from (self._line(line, shown) for line in table.lines)
        if table.foot:
            yield "  table.hline(),"
            yield from (self._line(line, shown) for line in table.foot)
        yield "  table.hline(),"
        yield ")\n"

    def sign(self, sign: Sign) -> str:
        """Return a sign."""
        return string(sign.sign)

    def _line(self, line: Line, shown: Sequence[int]) -> str:
        cells = [self._cell(line.cells[at]) for at in shown if at < len(line.cells)]
        missing = len(shown) - len(cells)
        if line.rest and missing:
            cells.append(f"table.cell(colspan: {missing}, {string(line.rest)})")
        else:
            cells += ['""'] * missing
        if line.look is Look.STRONG:
            cells = [f"strong({cell})" for cell in cells]
        return f"  {', '.join(cells)},"

    def _cell(self, cell: Cell) -> str:
        match cell:
            case Blank():
                return self.blank
            case Formula():
                return f"${(VALUES if cell.has_values else SYMBOLS).write(cell.expression)}$"
            case Signed() if cell.mark.sign:
                number = f'#super("{cell.remark}")' if cell.remark else ""
                return f"[#{self._cell(cell.value)} #{self.sign(cell.mark)}{number}]"
            case Sign():
                return self.sign(cell)
            case _:
                return string(for_people(cell))


def _head(document: Document) -> Iterator[str]:
    if document.is_insert:
        yield from map(_comment, (document.title, *document.about))
        return
    if document.title:
        yield f"#strong({string(document.title)})\n"
    if document.has_list_of_facts:
        yield _list(document.about)
    else:
        yield from (_paragraph(sentence(text)) for text in document.about)
    if document.conclusion:
        yield f"#strong({string(sentence(document.conclusion))})\n"


def _width(column: Column) -> str:
    return GROW if column.wraps else "auto"


def _list(texts: Iterable[str]) -> str:
    return f"#list({', '.join(map(string, texts))})\n"


def _paragraph(text: str) -> str:
    return f"#par({string(text)})\n"


def _comment(text: str) -> str:
    return f"// {' '.join(printable(text).split())}"


def string(text: str) -> str:
    r"""Return a text as a string of Typst.

    >>> print(string('a "b" \\ #c'))
    "a \"b\" \\ #c"
    """
    return '"' + printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


FORMAT = Typst()
