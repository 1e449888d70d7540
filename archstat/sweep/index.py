"""An index over a store, so that questions need not read every file again.

It is SQLite, which every Python has: at 100,000 cases it answers in less than a second, and a
column store would bring 60 MB to install for what is a fraction of that. It can be deleted at any
time: the files are the truth, and what has changed among them is read anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from archstat.errors import RecordError, UsageError, shown
from archstat.sweep.rows import FIELDS, row_of
from archstat.sweep.store import Store

VERSION = 2
NAME = f"index-{VERSION}.sqlite"
MOST_ROWS = 1_000_000
CHUNK = 5_000
STEPS = 1_000_000
"""As many steps of SQLite, some hundredths of a second, pass between looks at whether to stop."""


class Rows:
    """Rows, and what their columns are called."""

    def __init__(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        self.columns = tuple(columns)
        self.rows = tuple(rows)


class Index:
    """The cases of several stores in one table, `cases`; where each is from stands in `store`.

    Attributes:
        stores: The stores.
        names: Of the stores: their folders, with the way to them where several are called alike.
        unreadable: What is said of files that hold no case.
    """

    def __init__(self, stores: Sequence[Store]) -> None:
        self.stores = stores
        last = [store.folder.name for store in stores]
        self.names = [
            name if name and last.count(name) == 1 else str(store.folder)
            for name, store in zip(last, stores, strict=True)
        ]
        self.unreadable: list[str] = []

    def ask(self, sql: str, values: Sequence[object] = ()) -> Rows:
        """Return what a query answers.

        Raises:
            UsageError: It is wrong, or would change something.
        """
        if not sql.strip():
            raise UsageError("the query is empty", hint="write select * from cases")
        with self._opened() as connection:
            # Python sees Ctrl-C only where its own code runs, and a query may take for ever
            connection.set_progress_handler(lambda: 0, STEPS)
            try:
                cursor = connection.execute(sql, values)
                rows = cursor.fetchmany(MOST_ROWS)
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                    raise KeyboardInterrupt from None
                raise UsageError(
                    f"the query cannot be answered: {error}",
                    hint="the table is called cases; its columns are " + ", ".join(FIELDS),
                ) from None
            return Rows([each[0] for each in cursor.description or ()], rows)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(":memory:")) as connection:
            parts = []
            for number, (called, store) in enumerate(zip(self.names, self.stores, strict=True)):
                path = _updated(store, self.unreadable)
                connection.execute(f"ATTACH ? AS part{number}", (str(path),))
                name = _quoted(called)
                parts.append(f"SELECT *, {name} AS store FROM part{number}.cases")  # noqa: S608
            connection.execute(f"CREATE TEMP VIEW cases AS {' UNION ALL '.join(parts)}")
            connection.set_authorizer(_reads_only)
            yield connection


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _reads_only(action: int, *_: object) -> int:
    allowed = {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
    return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY


def _updated(store: Store, unreadable: list[str]) -> Path:
    """Bring the index of a store up to date, and return its file.

    Raises:
        UsageError: It cannot be written.
    """
    store.require()
    path = store.folder / NAME
    there = store.stamps()
    columns = ", ".join(f"{name} {kind}" for name, kind in FIELDS.items())
    try:
        with closing(sqlite3.connect(path, timeout=60)) as connection:
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS cases (file TEXT PRIMARY KEY, stamp TEXT, {columns})"
            )
            known = dict(connection.execute("SELECT file, stamp FROM cases"))
            gone = [(file,) for file in known if file not in there]
            new = [file for file, stamp in there.items() if known.get(file) != stamp]
            with connection:
                connection.executemany("DELETE FROM cases WHERE file = ?", gone)
            for at in range(0, len(new), CHUNK):
                rows = list(_rows(store, new[at : at + CHUNK], there, unreadable))
                marks = ", ".join("?" * (len(FIELDS) + 2))
                with connection:
                    connection.executemany(
                        f"INSERT OR REPLACE INTO cases VALUES ({marks})",  # noqa: S608  only marks
                        rows,
                    )
    except sqlite3.Error as error:
        raise UsageError(
            f"the index {shown(str(path))} cannot be used: {error}",
            hint="delete it: it is made anew from the files",
        ) from None
    return path


def _rows(
    store: Store, names: Sequence[str], stamps: dict[str, str], unreadable: list[str]
) -> Iterator[tuple[Any, ...]]:
    for name in names:
        try:
            row = row_of(store.read(name))
        except RecordError as error:
            unreadable.append(str(error))
        except (KeyError, TypeError, IndexError, AttributeError, ValueError):
            unreadable.append(f"{store.files / name}: its answer is not what archstat writes")
        else:
            yield (name, stamps[name], *row.values())
