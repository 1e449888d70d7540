"""A document, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import field, replace
from typing import TypeAlias

from archstat.documents.cells import Cell, Look, Sign
from archstat.documents.letters import printable_lines
from archstat.record import record


@record
class Column:
    """A column of a table.

    Attributes:
        key: Its name in formats for programs.
        title: Its title in formats for people.
        short_title: A shorter one, for narrow terminals.
        unit: Of all its numbers; stands under the title or behind it.
        group: What it has in common with its neighbours of the same group; stands above them.
        is_text: Whether it lines up on the left.
        wraps: Whether its cells may be broken between words where a terminal is too narrow.
        importance: The least important columns leave a narrow terminal first; None never leaves.
        room: The characters that it has at least, in plain text.
        in_text: How its cells stand in plain text, in place of {}.
        is_picture: Whether it only shows what another column says, and is for terminals alone.
        is_asked: Whether it was asked for, so that a picture is in plain text, too.
        longest: The letters of a cell that plain text shows; None for all.
        look: How its cells stand out.
        looks: How those of its lines do, one a line, where they do not all alike.
        footnote: What a sign behind its title means; stands under the table.
    """

    key: str
    title: str
    short_title: str = ""
    unit: str = ""
    group: str = ""
    is_text: bool = False
    wraps: bool = False
    importance: int | None = None
    room: int = 0
    in_text: str = "{}"
    is_picture: bool = False
    is_asked: bool = False
    longest: int | None = None
    look: Look = Look.NORMAL
    looks: tuple[Look, ...] = ()
    footnote: str = ""


@record
class Line:
    """A line of a table.

    Attributes:
        cells: One for each column, or fewer.
        look: How it stands out.
        rest: What is said in place of the columns for which there are no cells.
        rest_look: How that stands out.
    """

    cells: tuple[Cell, ...]
    look: Look = Look.NORMAL
    rest: str = ""
    rest_look: Look = Look.NORMAL


@record
class Table:
    """A table.

    Attributes:
        foot: Lines below a rule, such as totals.
        title: What it is about, if a document has several or says more than one thing.
        note: What stands under it.
        has_titles: Whether plain text shows the titles of its columns; other formats always do.
        is_ruled: Whether there is a rule under them.
        is_indented: Whether it stands further to the right; in any case where it has a title.
        most: How many of its lines plain text shows; None for all.
        fixed: How many of the first columns are repeated where a table is broken into several.
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    foot: tuple[Line, ...] = ()
    title: str = ""
    note: str = ""
    has_titles: bool = True
    is_ruled: bool = True
    is_indented: bool = False
    most: int | None = None
    fixed: int = 1

    @property
    def below(self) -> tuple[str, ...]:
        """What stands under it: what signs behind titles mean, and the note."""
        footnotes = (column.footnote for column in self.columns)
        return tuple(filter(None, (*footnotes, self.note)))

    def without_empty(self, keys: Container[str] | None = None) -> Table:
        """Return it without the columns in which nothing stands; of these keys, if any are named.

        It has no lines at its foot.
        """
        kept = [
            at
            for at, column in enumerate(self.columns)
            if not (keys is None or column.key in keys)
            or not self.lines
            or any(line.cells[at] != "" for line in self.lines)
        ]
        lines = tuple(
            replace(line, cells=tuple(line.cells[at] for at in kept)) for line in self.lines
        )
        return replace(self, columns=tuple(self.columns[at] for at in kept), lines=lines)


@record
class Sentences:
    """Sentences without a full stop, each on a line of its own.

    Attributes:
        hangs: Whether all but the first stand further to the right.
        is_close: Whether they follow other words without an empty line.
        is_list: Whether each begins with a name, and stands in a list as it is.
    """

    sentences: tuple[str, ...]
    look: Look = Look.NORMAL
    hangs: bool = False
    is_close: bool = False
    is_list: bool = False


@record
class Legend:
    """What the marks of a table mean, each with how often there are."""

    marks: tuple[tuple[Sign, str], ...]


@record
class Notes:
    """What else should be known, and what pages call that."""

    notes: tuple[str, ...]
    title: str = "Notes"


@record
class Saying:
    """What is said of marked cells that refer to its number.

    Attributes:
        heading: What it is about.
        said: Sentences with their full stops, a paragraph each.
    """

    heading: str
    said: tuple[str, ...]


@record
class Remarks:
    """Remarks; they count from 1. Pages call them by their title."""

    remarks: tuple[Saying, ...]
    title: str = "Remarks"


@record
class Listing:
    """Source code, or a command: printed as it is, in lines that are not broken.

    Attributes:
        language: What it is written in.
        is_close: Whether it follows words without an empty line.
    """

    text: str
    language: str
    is_close: bool = False

    @property
    def lines(self) -> list[str]:
        """Its lines, without what a terminal obeys."""
        return printable_lines(self.text.rstrip("\n"))


@record
class Picture:
    """A picture, drawn when it is asked for.

    Attributes:
        title: What it shows.
        draw: Returns it as SVG.
        latex: Returns it as LaTeX, if it can be said so.
    """

    title: str
    draw: Callable[[], str]
    latex: Callable[[], str] | None = None


Part: TypeAlias = "Table | Sentences | Legend | Notes | Remarks | Listing | Picture"


@record
class Document:
    """What a command answers.

    Attributes:
        kind: What it is: "report", "budget", …
        title: What it is about.
        about: Under which circumstances.
        parts: What it shows, in the order in which people read it.
        conclusion: The answer, in a sentence without a full stop.
        records: Returns one line a thing and one value a cell, for programs; None for the only
            table.
        data: Returns what JSON has, where there is a contract; None for the records, facts and
            notes.
        facts: What JSON has beside the records.
        subject: What it was made of, for formats that write such a document only.
        is_bare: Whether plain text goes without the title, as where nothing but lines is printed.
        is_insert: Whether a paper takes in its tables alone, so that the words around them are
            comments in LaTeX and Typst.
        language: The code of the language that it speaks.
        no_picture: Why there is no picture, where documents of its kind have one.
        is_handed_out: Whether people fill it in, so that lines of values, too, begin with what it
            is about.
    """

    kind: str
    title: str
    about: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    conclusion: str = ""
    records: Callable[[], Table] | None = None
    data: Callable[[], Mapping[str, object]] | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    subject: object = None
    is_bare: bool = False
    is_insert: bool = False
    is_handed_out: bool = False
    language: str = "en"
    no_picture: str = ""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, as people read them."""
        return tuple(part for part in self.parts if isinstance(part, Table))

    @property
    def has_list_of_facts(self) -> bool:
        """Whether what it is about is a list of facts, and not a sentence."""
        return len(self.about) > 1

    @property
    def notes(self) -> tuple[str, ...]:
        """All its notes."""
        return tuple(note for part in self.parts if isinstance(part, Notes) for note in part.notes)

    @property
    def record_table(self) -> Table | None:
        """What programs read; None if it has no table, or several that are not one."""
        if self.records is not None:
            return self.records()
        return self.tables[0] if len(self.tables) == 1 else None
