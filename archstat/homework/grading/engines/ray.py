"""A Ray cluster: some submissions a task, and what a lost machine had is graded elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from archstat.cluster import Cluster, LostTask, Task
from archstat.homework.grading.engines.local import grade_each
from archstat.homework.grading.guards import Limits
from archstat.homework.grading.outcome import Outcome, Status
from archstat.homework.grading.submissions import Files
from archstat.homework.grading.submitted.sandbox import Sandbox
from archstat.homework.grading.worker import Work

T = TypeVar("T")

A_TASK = 8
"""Submissions of a task: to start what grades them takes longer than to grade one."""


def grade_on_ray(  # noqa: PLR0913  what, how, where, and whom to tell
    jobs: Iterator[tuple[T, Files]],
    work: Work,
    limits: Limits,
    *,
    done: Callable[[T, Outcome], None],
    sandbox: Sandbox | None = None,
    address: str = "auto",
) -> None:
    """Grade submissions on a cluster; see `GradeEach`.

    One that the cluster loses more often than it is tried is told as an error, which the next run
    grades again.

    Raises:
        UsageError: There is no such cluster, or Ray is not installed.
        ValueError: Submitted code is to be run, which has walls on this machine alone.
    """
    if sandbox is not None:
        raise ValueError("submitted code is run on this machine alone")
    for keys, found in Cluster(address).run(_graded, _tasks(jobs, work, limits)):
        lost = isinstance(found, LostTask)
        outcomes = [Outcome(Status.ERROR, found.reason)] * len(keys) if lost else found
        for key, outcome in zip(keys, outcomes, strict=True):
            done(key, outcome)


def _tasks(
    jobs: Iterator[tuple[T, Files]], work: Work, limits: Limits
) -> Iterator[Task[Sequence[T]]]:
    while some := list(islice(jobs, A_TASK)):
        yield Task([key for key, _ in some], (work, limits, [files for _, files in some]))


def _graded(work: Work, limits: Limits, submissions: Sequence[Files]) -> list[Outcome]:
    """Return what comes of submissions, in their order."""
    found: dict[int, Outcome] = {}
    grade_each(enumerate(submissions), work, limits, workers=1, done=found.__setitem__)
    return [found[number] for number in range(len(submissions))]
