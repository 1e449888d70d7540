"""Markdown, as GitHub, notebooks and mail show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archstat.documents.cells import Cell, Formula, for_people
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


class Markdown(FlowFormat):
    """A document as Markdown; headings only where it has several sections."""

    suffix = ".md"

    def write(self, document: Document) -> str:
        """Return blocks with an empty line between."""
        has_sections = any(table.title for table in document.tables)
        blocks = [_heading(document.title, 1 if has_sections else 0)] if document.title else []
        if document.has_list_of_facts:
            blocks.append(_list(document.about))
        else:
            blocks += map(_sentence, document.about)
        if document.conclusion:
            blocks.append(_sentence(document.conclusion))
        return "\n\n".join([*blocks, *self.blocks(document)]) + "\n"

    def table(self, table: Table, document: Document) -> Iterator[str]:  # noqa: ARG002
        """Yield the title, the table and the note."""
        if table.title:
            yield _heading(table.title, 2)
        if table.lines or table.foot:
            yield _table(table)
        yield from map(escaped, table.below)

    def words(self, words: Sentences, document: Document) -> Iterator[str]:  # noqa: ARG002
        """Yield a paragraph a sentence, or a list."""
        if words.is_list:
            yield _list(words.sentences)
        else:
            yield from map(_sentence, words.sentences)

    def legend(self, legend: Legend) -> Iterator[str]:
        """Yield what marks mean, in a line."""
        yield ", ".join(f"{mark.sign} {escaped(said)}" for mark, said in legend.marks)

    def notes(self, notes: Notes, document: Document) -> Iterator[str]:  # noqa: ARG002
        """Yield a list."""
        yield _list(notes.notes)

    def remarks(self, remarks: Remarks) -> Iterator[str]:
        """Yield a numbered list."""
        yield "\n".join(numbered(remarks))

    def listing(self, listing: Listing) -> Iterator[str]:
        """Yield a fenced block, whose fence is longer than any in it."""
        text = "\n".join(listing.lines)
        fence = "`" * (max(map(len, re.findall(r"`{3,}", text)), default=2) + 1)
        yield f"{fence}{listing.language}\n{text}\n{fence}"


def _heading(text: str, level: int) -> str:
    return f"{'#' * level} {escaped(text)}" if level else f"**{escaped(text)}**"


def _list(texts: Iterable[str]) -> str:
    return "\n".join(map(item, texts))


def _sentence(text: str) -> str:
    return escaped(sentence(text))


def numbered(part: Remarks) -> Iterator[str]:
    """Yield remarks as the items of a list."""
    for number, remark in enumerate(part.remarks, 1):
        said = escaped(" ".join(remark.said))
        yield f"{number}. **{escaped(remark.heading)}.** {said}".rstrip()


def item(text: str) -> str:
    r"""Return a text as the item of a list; what it begins with begins no list of its own.

    >>> item("1. Conv"), item("- Conv")
    ('- 1\\. Conv', '- \\- Conv')
    """
    return "- " + re.sub(r"^(\d*)([-+.)])(?=\s|$)", r"\1\\\2", escaped(text))


def _table(table: Table) -> str:
    columns = [column for column in table.columns if not column.is_picture]
    shown = [at for at, column in enumerate(table.columns) if not column.is_picture]
    return "\n".join(
        [
            table_line([escaped(title_of(column)) for column in columns]),
            table_line([":---" if column.is_text else "---:" for column in columns]),
            *(table_line(_line(line, shown)) for line in table.lines),
            *(
                table_line([text and f"**{text}**" for text in _line(line, shown)])
                for line in table.foot
            ),
        ]
    )


def title_of(column: Column) -> str:
    """Return the title of a column with its group and its unit."""
    title = f"{column.group}: {column.title}" if column.group and column.title else column.title
    title = title or column.group
    return f"{title} [{column.unit}]" if column.unit else title


def _line(line: Line, shown: Sequence[int]) -> list[str]:
    cells = [_text(line.cells[at]) for at in shown if at < len(line.cells)]
    if line.rest:
        cells.append(escaped(line.rest))
    return [*cells, *[""] * (len(shown) - len(cells))]


def _text(cell: Cell) -> str:
    """Return a cell; in a formula there is nothing that means something else."""
    return for_people(cell) if isinstance(cell, Formula) else escaped(for_people(cell))


def table_line(texts: Sequence[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(texts)} |"


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, in one line."""
    text = printable(text)
    for character in "\\|*_<>`[]~#$&":
        text = text.replace(character, f"\\{character}")
    return text


FORMAT = Markdown()
