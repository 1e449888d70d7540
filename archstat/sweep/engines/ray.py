"""A Ray cluster: a GPU a case, and what a lost machine had is run elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from archstat.cluster import Cluster, LostTask, Task
from archstat.sweep.case import SweepCase
from archstat.sweep.engines.engine import Engine
from archstat.sweep.outcome import FAILED, CaseOutcome
from archstat.sweep.running import CaseLimits, run_case


@dataclass(frozen=True)
class Ray(Engine):
    """A cluster.

    Attributes:
        address: See `Cluster`.
        resources: What a case of a kind of device needs beside a GPU, such as {"h200": 1}.
    """

    name: ClassVar[str] = "ray"

    address: str = "auto"
    resources: Mapping[str, float] = field(default_factory=dict)

    def run(self, cases: Sequence[SweepCase], limits: CaseLimits) -> Iterator[CaseOutcome]:
        """Yield what came of each case, as it comes.

        Raises:
            UsageError: There is no such cluster, or Ray is not installed.
        """
        tasks = (Task(case, (case, limits, self.name), self._needs(case)) for case in cases)
        for case, found in Cluster(self.address).run(_run, tasks):
            if isinstance(found, LostTask):
                yield CaseOutcome(case, FAILED, reason=found.reason)
            else:
                yield found

    def _needs(self, case: SweepCase) -> dict[str, Any]:
        """Return what a case needs to itself: a GPU, or the processors that its threads run on."""
        is_gpu = case.device.startswith("cuda")
        return {
            "num_gpus": 1 if is_gpu else 0,
            "num_cpus": max(1, case.threads),
            "resources": dict(self.resources) if is_gpu else {},
        }


def _run(case: SweepCase, limits: CaseLimits, engine: str) -> CaseOutcome:
    return run_case(case, limits, None, engine)
