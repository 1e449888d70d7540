"""The option that names a record, beside a command that reads a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archstat.errors import UsageError, within

if TYPE_CHECKING:
    from archstat.bench.record import Record


def read_measured(name: str) -> Record:
    """Return the record that `--bench` names.

    Raises:
        UsageError: It cannot be read.
    """
    from archstat.bench.reading import read_record

    with within("--bench"):
        return read_record(Path(name))


def require_same(record: Record, name: str, models: Sequence[str]) -> None:
    """Check that what was measured is one of some networks.

    Raises:
        UsageError: It is none of them.
    """
    measured = dict.fromkeys(result.case.model for result in record.results)
    if measured and not set(measured) & set(models):
        raise UsageError(
            f"--bench {name}: it measured {', '.join(measured)}, and not {models[0]}",
            hint=f"write archstat bench {models[0]} -o run.json",
        )
