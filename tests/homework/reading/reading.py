"""Reading in one line, for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archstat.errors import SheetError
from archstat.homework.reading import FoundTable, read_text

SHEETS = Path(__file__).parent.parent / "sheets"


def read(text: str, name: str = "sheet") -> list[tuple[str, ...]]:
    """Return the header and the rows of the only table in a text."""
    return lines(*read_text(text, name=name).tables)


def lines(table: FoundTable) -> list[tuple[str, ...]]:
    """Return the header and the rows of a table."""
    return [table.header, *table.rows]


def assert_refused(call: Callable[[], object], message: str) -> None:
    """Check that a call ends in a SheetError, and all of its text."""
    with pytest.raises(SheetError) as caught:
        call()
    assert str(caught.value) == message
