"""A sweep: what of a plan is still to be done, run by an engine, and kept as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archstat.sweep.case import SweepCase
from archstat.sweep.engines.engine import Engine
from archstat.sweep.outcome import DONE, FAILED, CaseOutcome
from archstat.sweep.running import CaseLimits
from archstat.sweep.store import Store


@dataclass(frozen=True)
class CaseEnd:
    """A case has ended.

    Attributes:
        number: Of how many `of` it is the last.
        left_s: How long the others will take, about, by how long these took.
    """

    outcome: CaseOutcome
    number: int
    of: int
    left_s: float


def to_do(
    cases: Sequence[SweepCase], store: Store, *, retry_failed: bool = False
) -> list[SweepCase]:
    """Return the cases that a store does not have; those that failed only where asked for."""
    statuses = store.statuses()
    known = {DONE} if retry_failed else {DONE, FAILED}
    return [case for case in cases if statuses.get(case.id) not in known]


def sweep(
    cases: Sequence[SweepCase], engine: Engine, store: Store, limits: CaseLimits
) -> Iterator[CaseEnd]:
    """Run cases, keep what comes of each in a store, and tell it.

    Raises:
        UsageError: The store cannot be written.
    """
    left = sum(case.estimate_s for case in cases)
    estimated = took = 0.0
    for number, outcome in enumerate(engine.run(cases, limits), start=1):
        store.keep(outcome)
        estimated += outcome.case.estimate_s
        left -= outcome.case.estimate_s
        took += outcome.took_s
        yield CaseEnd(outcome, number, len(cases), max(0.0, left) * took / estimated)
