"""Devices by name: a record of their ceilings, or what comes with archstat of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

from archstat.bench.limits.datasheets import data_sheets
from archstat.bench.limits.device import DeviceLimit, limits
from archstat.bench.reading import read_record
from archstat.bench.work import Work
from archstat.errors import RecordError, did_you_mean, shown

MEASURED = Path(__file__).with_name("measured")

LimitsOf: TypeAlias = Callable[[Work, Sequence[str]], Iterable[DeviceLimit]]
"""Tells what devices allow a pass, for each of some types, or for all that are known."""


@cache
def known_devices() -> tuple[str, ...]:
    """Return the names of the devices of which ceilings or data sheets come with archstat."""
    return (*sorted(path.stem for path in MEASURED.glob("*.json")), *data_sheets())


def limits_on(name: str) -> LimitsOf:
    """Return what tells the limits on a device: of the record of this name, or what comes with us.

    Raises:
        RecordError: There is neither.
    """
    path = Path(name)
    if name in known_devices() and not path.exists():
        if name in data_sheets():
            return data_sheets()[name].limits
        path = MEASURED / f"{name}.json"
    elif not path.exists() and not path.suffix:
        known = known_devices()
        raise RecordError(
            f"there is no file and no device {shown(name)}",
            hint=did_you_mean(name, list(known)) or f"there are {', '.join(known)}",
        )
    record = read_record(path)
    return lambda work, dtypes: limits(work, record, dtypes)
