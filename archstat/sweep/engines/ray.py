"""A Ray cluster: a GPU a case, and what a lost machine had is run elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from archstat.errors import UsageError
from archstat.extras import RAY, require
from archstat.sweep.case import SweepCase
from archstat.sweep.engines.engine import Engine
from archstat.sweep.outcome import FAILED, CaseOutcome
from archstat.sweep.running import CaseLimits, run_case

RETRIES = 3
"""How often a case is run elsewhere when its machine is lost."""


@dataclass(frozen=True)
class Ray(Engine):
    """A cluster.

    Attributes:
        address: Of its head; "auto" finds the one that this machine belongs to, "local" starts one.
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
        require(RAY, purpose="a Ray cluster")
        import ray  # noqa: PLC0415  an extra, and slow to import

        if not ray.is_initialized():
            try:
                where = None if self.address == "local" else self.address
                ray.init(address=where, log_to_driver=False, configure_logging=False)
            except (ConnectionError, ValueError, RuntimeError) as error:
                told = str(error).strip().splitlines()[0]
                raise UsageError(
                    f"there is no Ray cluster at {self.address}: {told}",
                    hint="start one with 'ray start --head', or ask for a local one",
                ) from None
        remote = ray.remote(_run)
        waiting = {
            remote.options(**self._needs(case)).remote(case, limits, self.name): case
            for case in cases
        }
        while waiting:
            ready, _ = ray.wait(list(waiting), num_returns=1)
            for reference in ready:
                case = waiting.pop(reference)
                try:
                    yield ray.get(reference)
                except ray.exceptions.RayError as error:
                    told = str(error).strip().splitlines()[0]
                    yield CaseOutcome(case, FAILED, reason=f"lost by the cluster: {told}")

    def _needs(self, case: SweepCase) -> dict[str, Any]:
        """Return what a case needs to itself: a GPU, or the processors that its threads run on."""
        is_gpu = case.device.startswith("cuda")
        return {
            "num_gpus": 1 if is_gpu else 0,
            "num_cpus": max(1, case.threads),
            "resources": dict(self.resources) if is_gpu else {},
            "max_retries": RETRIES,
        }


def _run(case: SweepCase, limits: CaseLimits, engine: str) -> CaseOutcome:
    return run_case(case, limits, None, engine)
