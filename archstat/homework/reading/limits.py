"""How much is read of a file that anybody may have made; beyond a limit, the file is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import thread_time
from typing import TypeVar

from archstat.errors import SheetError

T = TypeVar("T")

MOST_SECONDS = 9
"""Of a processor, for one file: a sheet of ten thousand rows and 25 columns takes 3 to 8."""

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

MOST_TEXTS = 5_000
"""Of a notebook: its cells, and the forms of their outputs."""

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

MOST_CELLS_HELD, MOST_CELLS_OF_LAYER = 10_000, 250
"""Of a table that is held against a network, whatever it is, and more for each of its layers: ten
times what torchinfo prints. What has more is a log, or of another network."""

MOST_MARKING_SECONDS = 90
"""Of a processor, for one hand-in: each row is held against each layer."""

MOST_CHARACTERS = 16 << 20
"""Of all cells of a file: a spreadsheet stores a text once, however many cells show it."""


def check(count: int, most: int, what: str) -> None:
    """Hold a count against its limit.

    Raises:
        SheetError: It is over.
    """
    if count > most:
        raise SheetError(f"has {count:,} {what}; at most {most:,} are read")


_stop: ContextVar[tuple[float, str]] = ContextVar("stop", default=(float("inf"), ""))


@contextmanager
def timed() -> Iterator[None]:
    """Let what is read take no longer than `MOST_SECONDS` of a processor, where `timely` looks."""
    with _timed(MOST_SECONDS, "read"):
        yield


@contextmanager
def timed_marking() -> Iterator[None]:
    """Let what is marked take no longer than `MOST_MARKING_SECONDS`, likewise."""
    with _timed(MOST_MARKING_SECONDS, "mark"):
        yield


@contextmanager
def _timed(seconds: float, what: str) -> Iterator[None]:
    told = f"takes more than {seconds} seconds to {what}"
    token = _stop.set((thread_time() + seconds, told))
    try:
        yield
    finally:
        _stop.reset(token)


def timely(items: Iterable[T]) -> Iterator[T]:
    """Yield items while there is time.

    Raises:
        SheetError: There is none left.
    """
    stop, told = _stop.get()
    for number, item in enumerate(items):
        if number % 64 == 0 and thread_time() > stop:
            raise SheetError(told)
        yield item
