"""How much is read of a file that anybody may have made; beyond a limit, the file is refused."""

from __future__ import annotations

from archstat.errors import SheetError

MOST_BYTES = 32 << 20
"""Of a file: a notebook or a document with a dozen photographs."""

MOST_UNPACKED_BYTES = 32 << 20
"""Of what is read from an archive: an .xlsx of ten thousand rows takes a tenth."""

MOST_RATIO = 300
"""Unpacked bytes for a packed one: real sheets have up to 100, an archive bomb has 1,000."""

MOST_MEMBERS = 10_000
"""Of an archive: each costs memory before anything is read."""

MOST_DEPTH = 200
"""Of elements and tables inside one another: Word needs some thirty."""

MOST_LINES = 200_000
"""Of the texts in a file: each is looked at by every reader of text, for some microseconds."""

MOST_LIST_LINES = 20_000
"""Of a text, with digits in them: what comes behind is a log, in which no list is looked for."""

MOST_TABLES = 1_000
"""Of a file: the log of a long training in a notebook has hundreds of things like tables."""

MOST_PAGES = 200
MOST_LETTERS = 300_000
"""Of a PDF document: each letter is asked for its place."""

MOST_ROWS = 10_000
"""Of a table: torchinfo prints some 3,000 lines for the largest vision models."""

MOST_COLUMNS = 256
"""Of a table: as many as the spreadsheets of old had."""

MOST_CELLS = 250_000
"""Of a file: spans make a million cells out of a few bytes."""

MOST_CELL_CHARACTERS = 10_000
"""Of a cell, with its markup: two pages of text."""

MOST_CHARACTERS = 16 << 20
"""Of all cells of a file: a spreadsheet stores a text once, however many cells show it."""


def check(count: int, most: int, what: str) -> None:
    """Hold a count against its limit.

    Raises:
        SheetError: It is over.
    """
    if count > most:
        raise SheetError(f"has {count:,} {what}; at most {most:,} are read")
