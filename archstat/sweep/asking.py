"""Questions to a store, as options state them, in SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archstat.errors import UsageError, did_you_mean, shown
from archstat.sweep.rows import FIELDS

KEYS = (*FIELDS, "store")
CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|!=|=|<|>)\s*(.*?)\s*", re.DOTALL)

ORDER = ("model", "input", "device", "dtype", "mode", "threads", "optimizer", "batch_size", "store")
"""How rows are sorted where nobody says it."""

BEST = {
    "latency_s": "min",
    "examples_per_s": "max",
    "share_of_limit": "max",
    "params": "min",
    "macs": "min",
    "activation_bytes": "min",
}
"""By which figure a case is the best, and whether that is its least or its greatest."""


@dataclass(frozen=True)
class StoreQuestion:
    """What is wanted of a store.

    Attributes:
        where: Conditions, as in "model=torchvision/*" and "batch_size>=32".
        best: The figure by which only the best case of each group is wanted; empty for all cases.
        per: The columns that make a group.
        sort: The column to sort by; "-" before it turns the order round.
        top: How many rows.
    """

    columns: Sequence[str]
    where: Sequence[str] = ()
    best: str = ""
    per: Sequence[str] = ()
    sort: str = ""
    top: int | None = None

    def sql(self) -> tuple[str, list[object]]:
        """Return the query, and the values in it.

        Raises:
            UsageError: Something in it is unknown.
        """
        columns = [known(name) for name in self.columns]
        values: list[object] = []
        conditions = []
        for text in self.where:
            condition, value = _condition(text)
            conditions.append(condition)
            values.append(value)
        source = "cases"
        if conditions:
            source = f"(SELECT * FROM cases WHERE {' AND '.join(conditions)})"  # noqa: S608
        if self.best:
            source = self._best_of(source)
        sql = f"SELECT {', '.join(columns)} FROM {source}"  # noqa: S608  names are known ones
        sql += f" ORDER BY {self._order()}"
        if self.top is not None:
            sql += f" LIMIT {self.top:d}"
        return sql, values

    def _best_of(self, source: str) -> str:
        if self.best not in BEST:
            raise UsageError(
                f"no case is the best by {shown(self.best)}",
                hint=did_you_mean(self.best, list(BEST)) or f"there are {', '.join(BEST)}",
            )
        per = ", ".join(known(name) for name in self.per) or "what"
        turned = "DESC" if BEST[self.best] == "max" else "ASC"
        needed = ", ".join(dict.fromkeys([*self.columns, self.best, *self._ordering()]))
        return (
            f"(SELECT * FROM (SELECT {needed}, row_number() OVER (PARTITION BY {per} "  # noqa: S608
            f"ORDER BY {self.best} {turned}) AS place FROM {source} "
            f"WHERE {self.best} IS NOT NULL) WHERE place = 1)"
        )

    def _ordering(self) -> Sequence[str]:
        """Return the columns that the rows are sorted by."""
        name = self.sort.removeprefix("-")
        return (known(name), "model", "batch_size") if name else ORDER

    def _order(self) -> str:
        first, *others = self._ordering()
        turned = " DESC" if self.sort.startswith("-") else ""
        return ", ".join((f"{first}{turned} NULLS LAST", *others))


def known(name: str) -> str:
    """Return a column's name, if there is one of this name.

    Raises:
        UsageError: There is not.
    """
    if name not in KEYS:
        raise UsageError(
            f"a store has no column {shown(name)}",
            hint=did_you_mean(name, KEYS) or f"there are {', '.join(KEYS)}",
        )
    return name


def _condition(text: str) -> tuple[str, object]:
    """Return a condition in SQL, and the value in it.

    >>> _condition("batch_size>=32"), _condition("model=torchvision/*")
    (('batch_size >= ?', 32.0), ('model GLOB ?', 'torchvision/*'))
    """
    match = CONDITION.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{shown(text)} is no condition",
            hint="write model=torchvision/*, batch_size>=32, verdict!=VALID",
        )
    name, sign, value = match.groups()
    known(name)
    if FIELDS.get(name, "TEXT") == "TEXT":
        if sign == "=":
            return f"{name} GLOB ?", value
        if sign == "!=":
            return f"coalesce({name}, '') NOT GLOB ?", value
        return f"{name} {sign} ?", value
    try:
        return f"{name} {sign} ?", float(value)
    except ValueError:
        raise UsageError(f"{name} is a number, and {shown(value)} is none") from None
