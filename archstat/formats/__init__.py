"""The formats: one file each, and each writes any document.

A module of this package holds a format as `FORMAT`; its name is that of the module. Those in
`special` write some documents only. To add a format is to add a file; `register` takes one from
elsewhere.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import cast

from archstat.documents.document import Document, Table
from archstat.errors import ArchstatError, UsageError, did_you_mean, shown

TEXT, TERMINAL = "text", "terminal"
AUTO, ALWAYS, NEVER = "auto", "always", "never"
COLOR: ContextVar[str] = ContextVar("COLOR", default=AUTO)
"""When a terminal gets colours: if it wants them, or always, or never."""

OTHER_NAMES = {"table": TEXT}


class Format(ABC):
    """A way to write documents.

    Attributes:
        suffix: Of a file in it; empty if no suffix stands for it.
        refuses: Whether it can say in its own form why a question has no answer.
    """

    suffix: str
    refuses = False

    @abstractmethod
    def write(self, document: Document) -> str | bytes:
        """Return a whole file.

        Raises:
            UsageError: It cannot hold such a document, or needs what is not installed.
        """

    def refusal(self, error: ArchstatError) -> str:
        """Return a whole file that says why there is no answer; only if it `refuses`."""
        raise NotImplementedError


def records_of(document: Document, format_name: str) -> Table:
    """Return what programs read of a document.

    Raises:
        UsageError: It has no table.
    """
    if document.record_table is None:
        raise UsageError(
            f"a {document.kind} has no table to write as {format_name}", hint="use text or JSON"
        )
    return document.record_table


_REGISTERED: dict[str, Format] = {}


def register(name: str, new: Format) -> None:
    """Add a format, for every command."""
    _REGISTERED[name] = new


def format_names() -> list[str]:
    """Return the names of the formats that write any document."""
    return [*_modules(__name__), *_REGISTERED]


@cache
def _modules(package: str) -> dict[str, str]:
    """Return the modules of a package by the names of their formats."""
    folder = os.path.join(*__path__, *package.removeprefix(__name__).split("."))  # noqa: PTH118
    names = sorted(name[: -len(".py")] for name in os.listdir(folder) if name.endswith(".py"))  # noqa: PTH208  no module more at the start
    return {name.replace("_", "-"): f"{package}.{name}" for name in names if name[0] != "_"}


def format_named(name: str, special: Sequence[str] = ()) -> Format:
    """Return a format.

    Args:
        name: What it is called.
        special: The names of those that write such a document only.

    Raises:
        UsageError: There is none of this name.
    """
    name = OTHER_NAMES.get(name, name)
    if name in _REGISTERED:
        return _REGISTERED[name]
    modules = {**_modules(__name__), **_modules(f"{__name__}.special")}
    if name not in [*format_names(), *special]:
        known = [*format_names(), *special]
        raise UsageError(
            f"there is no format {shown(name)}",
            hint=did_you_mean(name, known) or f"there are {', '.join(known)}",
        )
    return cast("Format", import_module(modules[name]).FORMAT)


def text_in(format_name: str, document: Document) -> str:
    """Return a document in a format whose files are texts."""
    written = format_named(format_name).write(document)
    return written if isinstance(written, str) else written.decode()


def name_of_suffix(suffix: str, special: Sequence[str] = ()) -> str | None:
    """Return the first format that a suffix stands for; None if there is none."""
    known = _by_suffix(special)
    return next((name for name, its in known if its == suffix.lower()), None)


def suffixes(special: Sequence[str] = ()) -> list[str]:
    """Return the suffixes that stand for formats."""
    return list(dict.fromkeys(suffix for _, suffix in _by_suffix(special)))


def _by_suffix(special: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in (*format_names(), *special):
        if suffix := format_named(name, special).suffix:
            yield name, suffix
