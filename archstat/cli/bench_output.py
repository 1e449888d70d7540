"""Where the results of `archstat bench` go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from archstat.cli.output import STDOUT, format_of, require_other, write_file, write_stdout
from archstat.errors import UsageError

if TYPE_CHECKING:
    from archstat.bench.comparison import Comparison
    from archstat.bench.record import Record

Format: TypeAlias = Literal["table", "markdown", "csv", "json", "svg"]

SUFFIXES: dict[Format, str] = {
    "table": ".txt",
    "markdown": ".md",
    "csv": ".csv",
    "json": ".json",
    "svg": ".svg",
}


@dataclass(frozen=True)
class Targets:
    """Files to write, each in its format, and the format of standard output."""

    files: Sequence[tuple[Format, Path]]
    printed: Format

    @classmethod
    def of(cls, outputs: Sequence[str], format_name: Format | None, models: Sequence[str]) -> Self:
        """Return where the options want it.

        Raises:
            UsageError: A file has no format, would overwrite what is read, or cannot be written.
        """
        files = [
            (format_name or format_of(name, SUFFIXES, "table"), Path(name))
            for name in outputs
            if name != STDOUT
        ]
        for _, path in files:
            if len(models) > 1 or not models[0].endswith(".json"):
                require_other(path, "model", [Path(model) for model in models])
            if not path.resolve().parent.is_dir():  # said before it is measured, not after
                raise UsageError(f"-o {path}: there is no folder {path.parent}")
        return cls(files, "table" if files or format_name is None else format_name)

    def keep(self, record: Record) -> None:
        """Write what was measured so far, where all of it is wanted."""
        from archstat.renderers.bench import render

        for format_name, path in self.files:
            if format_name == "json":
                write_file(render(record, format_name), path)

    def show(self, record: Record) -> None:
        """Write and print a record."""
        from archstat.renderers.bench import render, show

        for format_name, path in self.files:
            write_file(render(record, format_name), path)
        if self.printed == "table":
            show(record)
        else:
            write_stdout(render(record, self.printed))

    def read(self, name: str) -> Record:
        """Return the record that a file holds.

        Raises:
            ArchstatError: It holds none.
        """
        from archstat.bench.reading import read_record

        return read_record(Path(name))

    def show_again(self, name: str) -> None:
        """Show a record of before."""
        self.show(self.read(name))

    def compare(self, names: Sequence[str], tolerance: float | None) -> bool:
        """Show records beside each other; return whether the last is slower.

        Raises:
            ArchstatError: One holds no record, or they cannot be compared.
        """
        from archstat.bench.comparison import TOLERANCE, compare_records

        if len(names) != len(("old", "new")):
            raise UsageError(
                f"--compare takes two records, got {len(names)}",
                hint="write archstat bench --compare old.json new.json",
            )
        old, new = map(self.read, names)
        return self._compared(compare_records(old, new, tolerance=_given(tolerance, TOLERANCE)))

    def answer(self, record: Record, old: Record | None, tolerance: float | None) -> bool:
        """Show how models compare, or a record with an older one; return whether it is slower."""
        from archstat.bench.comparison import (
            PAIRED_TOLERANCE,
            TOLERANCE,
            compare_models,
            compare_records,
        )

        if old is not None:
            return self._compared(
                compare_records(old, record, tolerance=_given(tolerance, TOLERANCE))
            )
        if len({result.case.model for result in record.results}) > 1:
            self._compared(compare_models(record, tolerance=_given(tolerance, PAIRED_TOLERANCE)))
        return False

    def _compared(self, comparison: Comparison) -> bool:
        from archstat.renderers.bench.comparing import render

        if self.printed != "svg":
            write_stdout(render(comparison, self.printed))
        return comparison.is_regression


def _given(tolerance: float | None, usual: float) -> float:
    """Return the tolerance that is stated, or else the usual one.

    Raises:
        UsageError: It is none.
    """
    if tolerance is not None and not 0 < tolerance < 1:
        raise UsageError(
            f"--tolerance: must be a share between 0 and 1, got {tolerance:g}",
            hint="write --tolerance 0.05 for 5 %",
        )
    return usual if tolerance is None else tolerance
