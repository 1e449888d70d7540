"""What every engine does: run cases, and yield what came of each as it comes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

from archstat.sweep.case import SweepCase
from archstat.sweep.outcome import CaseOutcome
from archstat.sweep.running import CaseLimits


class Engine(ABC):
    """Runs cases; one that fails is an outcome, and stops nothing."""

    name: ClassVar[str]

    @abstractmethod
    def run(self, cases: Sequence[SweepCase], limits: CaseLimits) -> Iterator[CaseOutcome]:
        """Yield what came of each case, in any order, each once."""
