"""Where the results of `archstat bench` go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from archstat.cli.output import STDOUT, Destination, destination, require_other, write_stdout
from archstat.cli.streams import say
from archstat.errors import UsageError, shown
from archstat.files import require_writable, resolved, write_new

if TYPE_CHECKING:
    from archstat.bench.case import Case
    from archstat.bench.comparing.comparison import Comparison
    from archstat.bench.limits.named import LimitsOf
    from archstat.bench.limits.reached import ReachedLimit, ReachedOnDevice
    from archstat.bench.record import Record
    from archstat.documents.document import Document

OF_RECORDS_ALONE = ("svg", "png", "bencher", "benchmark-action")
"""Formats of a record, and not of a comparison: pictures, and what keeps series of figures."""
JSON = "json"


@dataclass(frozen=True)
class Targets:
    """Files to write, each in its format, and the format of standard output.

    Attributes:
        tolerance: What counts as the same in a comparison; None for what is usual.
        against: Devices whose limits stand beside what was measured, by name.
        least: The share of the limit that each case is to reach; None where nobody asked.
    """

    files: Sequence[Destination]
    printed: Destination
    tolerance: float | None
    against: Mapping[str, LimitsOf] = field(default_factory=dict)
    least: float | None = None

    @classmethod
    def of(
        cls,
        outputs: Sequence[str],
        format_name: str | None,
        models: Sequence[str],
        tolerance: float | None,
    ) -> Self:
        """Return where the options want it.

        Raises:
            UsageError: A file has no format, would overwrite what is read, or cannot be written; or
                the tolerance is no share.
        """
        if tolerance is not None and not 0 < tolerance < 1:
            raise UsageError(
                f"--tolerance: must be a share between 0 and 1, got {tolerance:g}",
                hint="write --tolerance 0.05 for 5 %",
            )
        files = [
            destination(format_name, name, special=OF_RECORDS_ALONE)
            for name in outputs
            if name not in STDOUT
        ]
        for path in (one.file for one in files if one.file is not None):
            for name in models:
                what = "record" if name.endswith(".json") else "model"
                require_other(path, what, (Path(name), Path(name.rpartition(":")[0])))
            if not resolved(path).parent.is_dir():  # said before it is measured, not after
                raise UsageError(f"-o {path}: there is no folder {path.parent}")
            require_writable(resolved(path).parent, f"-o {path}")
        printed = destination(None if files else format_name, None, special=OF_RECORDS_ALONE)
        return cls(files, printed, tolerance)

    def beside(self, against: str | None, least: float | None) -> Self:
        """Return it with the limits that records are held against.

        Raises:
            ArchstatError: There is no such device, or no such share.
        """
        if least is not None and not 0 < least <= 1:
            raise UsageError(
                f"--min-share: must be a share of more than 0 and at most 1, got {least:g}",
                hint="write --min-share 0.5 for 50 %",
            )
        if against is None:
            return replace(self, least=least)
        from archstat.bench.limits.named import limits_on

        names = [name.strip() for name in against.split(",") if name.strip()]
        if not names:
            raise UsageError(
                "--against-limit names no device", hint="write --against-limit cpu.json"
            )
        return replace(self, against={name: limits_on(name) for name in names}, least=least)

    def require_limits(self, cases: Sequence[Case]) -> None:
        """Check, before anything is measured, that there are limits for some cases.

        Raises:
            RecordError: There are none for one of them.
        """
        from archstat.bench.limits.reached import require_limits

        for name, limits in self.against.items():
            require_limits(cases, name, limits)

    def keep(self, record: Record) -> None:
        """Write what was measured so far, where all of it is wanted."""
        for target in self.files:
            if target.format_name == JSON:
                try:
                    target.send(_document(record, self._reached(record)))
                except UsageError as error:  # what is measured is still there, to be printed
                    say(f"note: {error}; measuring goes on")

    def show(self, record: Record, old: Record | None = None) -> bool:
        """Write and print a record, and how its models compare, or how it does with an older one.

        What programs read is one document: the comparison, where there is one. Returns whether
        the record is slower than the older one.

        Raises:
            UsageError: A file cannot be written; all that was measured is printed before.
        """
        document = _document(record, self._reached(record))
        problems = []
        for target in self.files:
            try:
                target.send(document)
            except UsageError as error:
                problems.append(error)
        comparison = self._comparison(record, old)
        if (
            comparison is None
            or self.printed.format_name in OF_RECORDS_ALONE
            or self.printed.shows_progress
        ):
            self.printed.send(document)
        if comparison is not None and self.printed.format_name not in OF_RECORDS_ALONE:
            self._print(comparison)
        if problems:
            raise problems[0]
        is_slower = old is not None and comparison is not None and comparison.is_regression
        return self._falls_short(record) or is_slower

    def _falls_short(self, record: Record) -> bool:
        """Tell which cases reach less of their limits than they should; whether some do."""
        if self.least is None:
            return False
        from archstat.bench.limits.reached import reached_here
        from archstat.documents.bench.against import short_of
        from archstat.documents.bench.sheet import sheet

        reached: Sequence[ReachedLimit] = self._reached(record) or [*reached_here(record)]
        short = [one for one in reached if one.is_less(self.least)]
        for one in short:
            say(short_of(sheet(record), one, self.least))
        return bool(short)

    def _reached(self, record: Record) -> list[ReachedOnDevice]:
        """Return what the cases of a record reach of the limits of the devices."""
        from archstat.bench.limits.reached import reached_on

        return [
            one for name, limits in self.against.items() for one in reached_on(record, name, limits)
        ]

    def read(self, name: str, cases: Sequence[Case] = ()) -> Record:
        """Return the record of a file, or the last one of a folder that has some of the cases.

        Raises:
            ArchstatError: It holds none.
        """
        from archstat.bench.reading import read_record

        if not Path(name).is_dir() or not cases:
            record = read_record(Path(name))
            if record.ceilings and not record.results:
                raise UsageError(
                    f"{shown(name)} holds what a device can do at best, and no benchmark",
                    hint=f"archstat limit MODEL --on {name} says what that means for a model",
                )
            return record
        from archstat.bench.history import last_of

        last = last_of(Path(name), cases)
        if last is None:
            raise UsageError(
                f"no record of {name} has any of these cases",
                hint=f"write --save {name} to begin",
            )
        say(f"compared with {last.title}")
        return last.record

    def show_history(self, names: Sequence[str]) -> bool:
        """Show the cases of records over time; return whether the last of one is slower.

        Raises:
            ArchstatError: One is no record, and no folder of them.
        """
        from archstat.bench.comparing.comparison import TOLERANCE
        from archstat.bench.history import history, kept, record_in
        from archstat.documents.bench.history import history_document

        self._require_documents()
        records = [
            each
            for name in names
            for each in ([record_in(Path(name))] if Path(name).is_file() else kept(Path(name)))
        ]
        found = history(records, tolerance=self.tolerance or TOLERANCE)
        self.send(history_document(found, self.tolerance or TOLERANCE))
        return any(each.is_slower for each in found)

    def send(self, document: Document) -> None:
        """Write a document that is no record into the files, or print it.

        Raises:
            UsageError: A file cannot be written, or not in its format.
        """
        for target in self.files or (self.printed,):
            target.send(document)

    def _require_documents(self) -> None:
        if any(one.format_name in OF_RECORDS_ALONE for one in (self.printed, *self.files)):
            raise UsageError(
                "that is a format of records, and not of a comparison", hint="use --format markdown"
            )

    def compare(self, names: Sequence[str]) -> bool:
        """Show records beside each other; return whether the new one is slower.

        Raises:
            ArchstatError: One holds no record, or they cannot be compared.
        """
        if len(names) != len(("old", "new")):
            raise UsageError(
                f"--compare takes two records, got {len(names)}",
                hint="write archstat bench --compare old.json new.json",
            )
        self._require_documents()
        old, new = map(self.read, names)
        comparison = self._comparison(new, old)
        if comparison is None:
            return False
        from archstat.documents.bench.comparison import bench_comparison_document

        document = bench_comparison_document(comparison)
        for target in self.files:
            target.send(document)
        self._print(comparison)
        return comparison.is_regression

    def _comparison(self, record: Record, old: Record | None) -> Comparison | None:
        """Return how a record compares with an older one, or else its models; None for one."""
        from archstat.bench.comparing.comparison import (
            PAIRED_TOLERANCE,
            TOLERANCE,
            compare_models,
            compare_records,
        )

        if old is not None:
            return compare_records(old, record, tolerance=self.tolerance or TOLERANCE)
        if len({result.case.name for result in record.results}) > 1:
            return compare_models(record, tolerance=self.tolerance or PAIRED_TOLERANCE)
        return None

    def _print(self, comparison: Comparison) -> None:
        from archstat.documents.bench.comparison import bench_comparison_document

        if self.printed.shows_progress:
            write_stdout("\n")
        self.printed.send(bench_comparison_document(comparison))


def require_folder(name: str) -> None:
    """Make the folder that records are kept in, before anything is measured.

    Raises:
        UsageError: It cannot be made, or is a file.
    """
    folder = Path(name)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--save {name}: is no folder", hint="name one, which may be a new one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--save {name}: cannot be made: {error.strerror}") from None
    require_writable(folder, f"--save {name}")


def keep_in(folder: str, record: Record) -> None:
    """Keep a record in a folder, and say where.

    Raises:
        UsageError: It cannot be written.
    """
    from archstat.bench.history import places_for
    from archstat.formats import format_named

    text = format_named(JSON).write(_document(record))
    for file in places_for(record, Path(folder)):
        if write_new(text, file):  # others may measure meanwhile
            say(f"kept as {file}")
            return
    raise UsageError(f"--save {folder}: holds too many records of this second")


def _document(record: Record, against: Sequence[ReachedOnDevice] = ()) -> Document:
    """Return a record, beside the limits of devices and with its picture."""
    from archstat.documents.bench.record import record_document
    from archstat.documents.document import Picture
    from archstat.pictures.record import picture_of

    document = record_document(record, against)
    picture = Picture(document.title, lambda: picture_of(record))
    return replace(document, parts=(*document.parts, picture))
