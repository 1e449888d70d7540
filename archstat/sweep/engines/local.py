"""This machine: one case after the other, so that none disturbs another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from archstat.sweep.case import TABLE, SweepCase
from archstat.sweep.engines.engine import Engine
from archstat.sweep.nursery import NEEDED, Nursery
from archstat.sweep.outcome import CaseOutcome
from archstat.sweep.running import CaseLimits, run_case


class Local(Engine):
    """This machine."""

    name: ClassVar[str] = "local"

    def run(self, cases: Sequence[SweepCase], limits: CaseLimits) -> Iterator[CaseOutcome]:
        """Yield what came of each case, in their order."""
        libraries = {case.model.partition("/")[0] for case in cases if case.what == TABLE}
        modules = sorted({name for each in libraries for name in NEEDED.get(each, ())})
        with Nursery(modules) as nursery:
            for case in cases:
                ask = nursery.ask if case.what == TABLE else None
                yield run_case(case, limits, ask, self.name)
