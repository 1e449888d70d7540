"""Where output goes: a file, whole or not at all, or standard output; and in which format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from archstat.cli.streams import answers
from archstat.documents.document import Document
from archstat.errors import ArchstatError, UsageError, shown, within
from archstat.files import is_file, is_there, require_unread, write_file
from archstat.formats import (
    ALWAYS,
    COLOR,
    OTHER_NAMES,
    TERMINAL,
    TEXT,
    format_named,
    name_of_suffix,
    suffixes,
)
from archstat.record import record

STDOUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
"""What standard output is called where a file may stand."""


@record
class Destination:
    """Where a document goes.

    Attributes:
        format_name: The format in which it is written.
        file: The file; None for standard output.
        special: The names of formats that write such a document only.
    """

    format_name: str
    file: Path | None
    special: Sequence[str] = ()

    @property
    def shows_progress(self) -> bool:
        """Whether people see each line as soon as it is there."""
        return self.file is None and self.format_name in {TEXT, TERMINAL}

    def send(self, document: Document, end: str = "") -> None:
        """Write a document, and behind it what else is to stand there.

        Raises:
            UsageError: It cannot be written, or not in this format.
        """
        name = self.format_name
        is_seen = self.file is None and (answers().isatty() or COLOR.get() == ALWAYS)
        if name == TEXT and is_seen:
            name = TERMINAL
        with redirect_stdout(answers()):  # of whose terminal the colours are
            written = format_named(name, self.special).write(document)
        self.write(f"{written}{end}" if isinstance(written, str) else written)

    def refuse(self, error: ArchstatError) -> None:
        """Write why there is no answer, if the format has a form for it.

        Raises:
            UsageError: It cannot be written.
        """
        form = format_named(self.format_name, self.special)
        if form.refuses:
            self.write(form.refusal(error))

    def write(self, content: str | bytes) -> None:
        """Write what has its format already.

        Raises:
            UsageError: It cannot be written.
        """
        if self.file is None:
            write_stdout(content)
        else:
            require_unread(self.file)
            write_file(content, self.file)


def destination(
    format_name: str | None,
    output: str | None,
    *models: str,
    special: Sequence[str] = (),
) -> Destination:
    """Return where the options want a document.

    Args:
        format_name: What `--format` names.
        output: What `-o` names.
        models: What is read, which is not to be overwritten.
        special: The names of formats that write such a document only.

    Raises:
        UsageError: There is no such format, the suffix stands for none, or the file is read from.
    """
    file = target_of(output, models)
    if format_name is None:
        format_name = TEXT if file is None else _name_of(str(output), special)
    with within("--format"):
        format_named(format_name, special)
    return Destination(OTHER_NAMES.get(format_name, format_name), file, special)


def _name_of(output: str, special: Sequence[str]) -> str:
    """Return the format that the suffix of a file stands for."""
    found = name_of_suffix(Path(output).suffix, special)
    if found is None:
        raise UsageError(
            f"-o {shown(output)}: the suffix says no format",
            hint=f"use {', '.join(suffixes(special))}, or state one with --format",
        )
    return found


def target_of(output: str | None, models: Iterable[str]) -> Path | None:
    """Return the file to write, which is none of those that models are read from.

    Raises:
        UsageError: It is.
    """
    if output is None or output in STDOUT:
        return None
    target = Path(output)
    for model in models:
        require_other(target, "model", (Path(model), Path(model.rpartition(":")[0])))
    return target


def require_other(target: Path, what: str, sources: Iterable[Path]) -> None:
    """Check that a file to write is none of those that something was read from.

    Raises:
        UsageError: It is one of them.
    """
    for source in sources:
        if is_file(source) and is_there(target) and target.samefile(source):
            raise UsageError(f"-o {shown(str(target))} would overwrite the {what} itself")


def write_stdout(content: str | bytes) -> None:
    """Write to standard output; if it takes no more, the process ends.

    Raises:
        UsageError: It is no text, for a terminal.
    """
    stream = answers()
    if isinstance(content, str):
        stream.write(content)
    elif stream.isatty():
        raise UsageError("a terminal cannot show this format", hint="write a file, with -o FILE")
    else:
        stream.flush()
        stream.buffer.write(content)
    stream.flush()
