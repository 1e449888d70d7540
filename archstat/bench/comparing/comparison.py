"""Whether something is faster than something else: models of one run, or runs of two days.

Models of one run were sampled in turn, so each sample has a neighbour of the other model: their
ratio holds nothing of what disturbed both. Runs of two days have no neighbours. What lasts there
is the share of the limit, as it is taken against what the device could do at that moment; the
latency stands beside it.

An answer is of 95 %. SAME: the whole interval lies within the tolerance. FASTER or SLOWER: the
ratio lies beyond the tolerance, and the interval does not hold 1. Everything else is UNDECIDED.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from archstat.bench.case import Case
from archstat.bench.comparing.change import (
    Basis,
    Change,
    Difference,
    Measured,
    device_name,
    differences,
    of_neighbours,
    of_shares,
)
from archstat.bench.comparing.ratio import Answer
from archstat.bench.record import Record
from archstat.bench.summary import Figures, figures
from archstat.bench.work import Work
from archstat.errors import Problem, UsageError

PAIRED_TOLERANCE = 0.03
"""How far the latencies of two models of one run may lie apart and count as the same."""

TOLERANCE = 0.05
"""The same for two runs: as far as the processes of a valid figure may lie apart."""


@dataclass(frozen=True)
class Entry:
    """What a column has in a row.

    Attributes:
        figures: None if it failed.
        change: None in the first column, and where either has no figures.
    """

    case: Case
    figures: Figures | None
    failure: str = ""
    change: Change | None = None
    is_new_failure: bool = False

    @property
    def answer(self) -> Answer | None:
        """What has become of it; None where that is no question."""
        if self.is_new_failure:
            return Answer.FAILED
        return self.change.answer if self.change else None


@dataclass(frozen=True)
class ComparedCase:
    """One case in all columns.

    Attributes:
        case: What is compared, without that in which the columns differ.
        entries: One for each column; None where it was not measured.
    """

    case: Case
    entries: tuple[Entry | None, ...]


@dataclass(frozen=True)
class Comparison:
    """Figures side by side.

    Attributes:
        titles: Of the columns: models, records, or devices.
        rows: Cases that more than one column has.
        differences: Of the records' environments.
        unmatched: Cases that only one column has, with its title.
    """

    titles: tuple[str, ...]
    rows: tuple[ComparedCase, ...]
    tolerance: float
    differences: tuple[Difference, ...] = ()
    unmatched: tuple[tuple[str, Case], ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers, row by row."""
        entries = (entry for row in self.rows for entry in row.entries if entry)
        return tuple(entry.answer for entry in entries if entry.answer)

    @property
    def is_regression(self) -> bool:
        """Whether anything is slower than it was, or no longer works."""
        return not {Answer.SLOWER, Answer.FAILED}.isdisjoint(self.answers)


_Columns: TypeAlias = Mapping[str, Mapping[Case, Measured]]
_Compare: TypeAlias = Callable[[Measured, Measured, tuple[Figures, Figures], float], Change]


def compare_models(record: Record, *, tolerance: float = PAIRED_TOLERANCE) -> Comparison:
    """Return the models of a run side by side, each beside the first.

    Raises:
        UsageError: There is only one.
    """
    columns: dict[str, dict[Case, Measured]] = {}
    for result in record.results:
        title = result.case.name
        key = replace(result.case, model="", copy=1)
        columns.setdefault(title, {})[key] = Measured(title, record, result)
    if len(columns) < 2:  # noqa: PLR2004  two are compared
        raise UsageError("one model has nothing to be compared with", hint="name another")
    return _comparison(columns, tolerance, of_neighbours)


def compare_records(
    *records: Record, names: Sequence[str] = ("old", "new"), tolerance: float = TOLERANCE
) -> Comparison:
    """Return runs side by side, each beside the first.

    Where the records are of the same devices, a column is a record, and elsewhere a device of one.

    Raises:
        UsageError: They were measured in another way, or their models are not the same.
    """
    models = [{result.case.model for result in record.results} for record in records]
    is_any_name = all(len(each) == 1 for each in models) and len(set.union(*models)) > 1
    is_by_device = not _is_one_machine(records)
    columns: dict[str, dict[Case, Measured]] = {}
    for record, name in zip(records, names, strict=True):
        for result in record.results:
            case = result.case
            title = _device_title(name, record, case) if is_by_device else name
            key = replace(case, model="") if is_any_name else case
            key = replace(key, device="", threads=0) if is_by_device else key
            columns.setdefault(title, {})[key] = Measured(title, record, result)
    _refuse(records, columns)
    found = _comparison(columns, tolerance, of_shares)
    return replace(found, differences=tuple(differences(records)))


def _is_one_machine(records: Sequence[Record]) -> bool:
    """Whether the devices that records have in common are the same, and there are some."""
    devices = [{result.case.device for result in record.results} for record in records]
    common = set.intersection(*devices)
    names = [{device: device_name(record, device) for device in common} for record in records]
    return bool(common) and all(each == names[0] for each in names)


def _device_title(name: str, record: Record, case: Case) -> str:
    """Return the title of a column of one device."""
    known = device_name(record, case.device)
    device = case.device if known is None else f"{case.device} ({known})"
    threads = f", {case.threads} threads" if case.threads else ""
    return f"{name}: {device}{threads}"


def _refuse(records: Sequence[Record], columns: _Columns) -> None:
    """Raise what keeps records from being compared at all."""
    first, *others = records
    problems = [
        Problem(
            f"measured by protocol {first.protocol} and by protocol {other.protocol}, "
            "whose figures are not comparable",
            "measure again with one version of archstat",
        )
        for other in others
        if other.protocol != first.protocol
    ]
    for case, entries in _lines(columns):
        known = [each.result.work for each in entries if each]
        problems += [
            Problem(
                f"not the same model: {_size(known[0])}, and {_size(other)}",
                "to compare two models, measure both in one run: archstat bench A B",
                (str(case),),
            )
            for other in known[1:]
            if not is_same_model(other, known[0])
        ]
    if problems:
        raise UsageError.of(problems)


def _size(work: Work) -> str:
    layers = f"{len(work.layers):,} layer{'' if len(work.layers) == 1 else 's'}"
    return f"{layers} of {work.weights:,} weights and {work.flops:,} FLOP"


def beside(first: Measured, this: Measured, tolerance: float = TOLERANCE) -> Entry:
    """Return a figure of one run beside that of an older one."""
    return _entry(first, this, tolerance, of_shares)


def is_same_model(work: Work, other: Work) -> bool:
    """Whether two passes cost the same, layer by layer; the names of layers do not matter."""
    return _costs(work) == _costs(other)


def _costs(work: Work) -> object:
    layers = [(each.is_conv, each.flops, each.values, each.weights) for each in work.layers]
    return layers, work.ends, work.uncounted


def _lines(columns: _Columns) -> list[tuple[Case, tuple[Measured | None, ...]]]:
    """Return what the columns have of each case."""
    cases = dict.fromkeys(case for column in columns.values() for case in column)
    return [(case, tuple(column.get(case) for column in columns.values())) for case in cases]


def _comparison(columns: _Columns, tolerance: float, compare: _Compare) -> Comparison:
    rows, unmatched = [], []
    for case, line in _lines(columns):
        first, *others = (each for each in line if each)
        if others:
            entries = (each and _entry(first, each, tolerance, compare) for each in line)
            rows.append(ComparedCase(case, tuple(entries)))
        else:
            unmatched.append((first.title, first.result.case))
    if not rows:
        raise UsageError(
            f"no case was measured in more than one of {', '.join(columns)}",
            hint="measure with the same options",
        )
    return Comparison(tuple(columns), tuple(rows), tolerance, unmatched=tuple(unmatched))


def _entry(first: Measured, this: Measured, tolerance: float, compare: _Compare) -> Entry:
    """Return what a column has in a row whose first is given."""
    said = figures(this.record, this.result)
    entry = Entry(this.result.case, said, this.result.failure)
    before = None if this is first else figures(first.record, first.result)
    if before is None:
        return entry
    is_one_place = this.place == first.place
    if said is None:
        return replace(entry, is_new_failure=is_one_place and bool(entry.failure))
    change = compare(first, this, (before, said), tolerance)
    if not is_one_place:
        change = replace(change, by=Basis.LATENCY, answer=None, reason="")
    return replace(entry, change=change)
