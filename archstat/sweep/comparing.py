"""Cases beside each other that differ in one thing: two stores, two devices, two types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archstat.errors import UsageError, did_you_mean, shown
from archstat.sweep.asking import BEST, StoreQuestion
from archstat.sweep.index import Index

ASKED = ("what", "model", "input", "batch_size", "device", "dtype", "mode", "threads",
         "channels_last", "optimizer")  # fmt: skip
"""What tells cases of one machine apart."""

OF_DEVICE = ("device", "device_name", "host")
"""What is compared across devices, which have threads of their own."""

BY_ID = ("store", "torch", "archstat", "engine")
"""What is not asked: cases are the same by their id, whatever came of them."""

KEYS = (*BY_ID, *OF_DEVICE, *(name for name in ASKED[3:] if name not in OF_DEVICE))
"""What cases are compared by: all but what is asked of which model."""

INTERVALS = {
    "latency_s": ("latency_low_s", "latency_high_s"),
    "share_of_limit": ("share_low", "share_high"),
}
VALID = "VALID"
MOST = 8
"""Values that stand beside each other."""


@dataclass(frozen=True)
class Beside:
    """A figure of one case, for each value of what is compared.

    Attributes:
        asked: What is the same, by column.
        figures: The figure for each value; None where there is none.
        ratios: Of each but the first to the first.
        apart: Of each but the first, whether its interval and that of the first do not meet; None
            where one has no interval.
    """

    asked: Mapping[str, Any]
    figures: tuple[float | None, ...]
    ratios: tuple[float | None, ...]
    apart: tuple[bool | None, ...]


@dataclass(frozen=True)
class CasesBeside:
    """Cases beside each other.

    Attributes:
        key: What is compared.
        figure: By which figure.
        names: The values of the key.
        same: The columns in which cases beside each other are the same.
        cases: Those of which there are two or more.
        alone: How many others there are.
        doubtful: How many of the cases have a figure that was measured and is not VALID.
    """

    key: str
    figure: str
    names: tuple[str, ...]
    same: tuple[str, ...]
    cases: tuple[Beside, ...]
    alone: int
    doubtful: int


def compared(
    index: Index, key: str, figure: str = "latency_s", where: Sequence[str] = ()
) -> CasesBeside:
    """Return the cases of stores beside each other; of several of one value, the best.

    Args:
        index: The stores, in the order in which they stand beside each other.
        key: The column whose values are compared.
        figure: The figure.
        where: Conditions that cases meet.

    Raises:
        UsageError: There is no such column or figure, or nothing to compare.
    """
    if key not in KEYS:
        raise UsageError(
            f"cases are not compared by {shown(key)}",
            hint=did_you_mean(key, KEYS) or f"there are {', '.join(KEYS)}",
        )
    if figure not in BEST:
        raise UsageError(
            f"no case is compared by {shown(figure)}",
            hint=did_you_mean(figure, list(BEST)) or f"there are {', '.join(BEST)}",
        )
    columns = dict.fromkeys((*ASKED, "id", "verdict", key, figure, *INTERVALS.get(figure, ())))
    answer = index.ask(*StoreQuestion(list(columns), where).sql())
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    rows = [row for row in rows if row[figure] is not None and row[key] not in (None, "")]
    found = {str(row[key]) for row in rows}
    names = (
        [name for name in index.names if name in found] if key == "store" else _sorted(rows, key)
    )
    if len(names) < 2:  # noqa: PLR2004  one is beside nothing
        raise UsageError(
            f"there is nothing to compare: {figure} is known of "
            + (f"one {key} only, {shown(names[0])}" if names else "no case")
        )
    if len(names) > MOST:
        raise UsageError(
            f"there are {len(names):,} values of {key}, and at most {MOST} stand beside each other",
            hint=f"write --where '{key}={names[0]}' for fewer",
        )
    return _beside(rows, key, figure, names)


def _sorted(rows: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    values = {row[key] for row in rows}
    return [str(value) for value in sorted(values, key=lambda value: (str(type(value)), value))]


def _beside(
    rows: Sequence[Mapping[str, Any]], key: str, figure: str, names: Sequence[str]
) -> CasesBeside:
    left_out = {key, *(("device", "threads") if key in OF_DEVICE else ())}
    same = tuple(name for name in ASKED if name not in left_out)
    is_least = BEST[figure] == "min"
    groups: dict[object, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        group = groups.setdefault(
            row["id"] if key in BY_ID else tuple(row[name] for name in same), {}
        )
        name = str(row[key])
        if name not in group or (row[figure] < group[name][figure]) == is_least:
            group[name] = row
    several = [group for group in groups.values() if len(group) > 1]
    if not several:
        raise UsageError(
            f"no case is there with two values of {key}: all of them differ in something else",
            hint="--compare device is for stores of two devices"
            if key in BY_ID
            else "--where leaves out what is not to be compared",
        )
    return CasesBeside(
        key,
        figure,
        tuple(names),
        same,
        tuple(_of_group(group, names, figure, same) for group in several),
        len(groups) - len(several),
        sum(any(_is_doubtful(row) for row in group.values()) for group in several),
    )


def _is_doubtful(row: Mapping[str, Any]) -> bool:
    return row["verdict"] not in (None, "", VALID)


def _of_group(
    group: Mapping[str, Mapping[str, Any]],
    names: Sequence[str],
    figure: str,
    same: Sequence[str],
) -> Beside:
    first = group.get(names[0])
    others = [group.get(name) for name in names[1:]]
    asked = next(iter(group.values()))
    return Beside(
        {name: asked[name] for name in same},
        tuple(group[name][figure] if name in group else None for name in names),
        tuple(
            other[figure] / first[figure] if first and other and first[figure] else None
            for other in others
        ),
        tuple(_apart(first, other, figure) for other in others),
    )


def _apart(
    first: Mapping[str, Any] | None, other: Mapping[str, Any] | None, figure: str
) -> bool | None:
    if first is None or other is None or figure not in INTERVALS:
        return None
    low, high = INTERVALS[figure]
    ends = [row[end] for row in (first, other) for end in (low, high)]
    if None in ends:
        return None
    return bool(ends[1] < ends[2] or ends[3] < ends[0])
