"""Reading a sheet that somebody has handed in: bytes in, tables of plain text out.

Whatever the bytes are, what comes out is tables or a `SheetError`. Each format has its module that
yields what it finds; `table` makes tables of that, `text` takes the markup off, and `limits` says
how much is read.
"""

from __future__ import annotations

from archstat.homework.reading.file import read_bytes, read_file, read_text
from archstat.homework.reading.table import Contents, FoundTable, Passage

__all__ = ["Contents", "FoundTable", "Passage", "read_bytes", "read_file", "read_text"]
