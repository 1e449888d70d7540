"""What every engine does: grade submissions, and tell what comes of each as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from archstat.homework.grading.guards import Limits
from archstat.homework.grading.outcome import Outcome
from archstat.homework.grading.submissions import Files
from archstat.homework.grading.submitted.sandbox import Sandbox
from archstat.homework.grading.worker import Work

T = TypeVar("T")


class GradeEach(Protocol):
    """Grades submissions, each once."""

    def __call__(
        self,
        jobs: Iterator[tuple[T, Files]],
        work: Work,
        limits: Limits,
        *,
        done: Callable[[T, Outcome], None],
        sandbox: Sandbox | None = None,
    ) -> None:
        """Grade submissions, and tell what comes of each, in this thread and in any order.

        Args:
            jobs: The submissions, each with what `done` is told of it; read as there is room.
            work: What grades one; it travels.
            limits: What one may take.
            done: Told of each.
            sandbox: Runs Python that was handed in where no sheet was; None if nothing does.

        Raises:
            ArchstatError: Nothing can be graded there.
        """
