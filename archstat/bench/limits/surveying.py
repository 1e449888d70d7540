"""A look at what devices can do at best, in several fresh processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archstat.bench.plan import Done, Surrounding, Survey
from archstat.bench.record import Ceiling, Record
from archstat.bench.run import Start
from archstat.bench.work import LEAST_SET_BYTES, MOST_SET_BYTES

SIZES = tuple(
    1 << power for power in range(LEAST_SET_BYTES.bit_length() - 1, MOST_SET_BYTES.bit_length())
)
"""Of the memory probes: every power of two that a pass may move, so that each finds its own."""


def surveyed(empty: Record, surveys: Sequence[Survey], processes: int, start: Start) -> Record:
    """Return a record with what devices can do at best, of several fresh processes.

    Raises:
        DeviceError: A process fails.
    """
    found: dict[object, Ceiling] = {}
    environment, spent = dict(empty.environment), 0.0
    for _ in range(processes):
        for survey in surveys:
            for event in start(survey):
                if isinstance(event, Surrounding):
                    environment.update(event.environment)
                elif isinstance(event, Ceiling):
                    found[event.key] = event.after(found.get(event.key))
                elif isinstance(event, Done):
                    spent += event.spent_s.get("all", 0.0)
    return replace(
        empty,
        environment=environment,
        ceilings=tuple(found.values()),
        spent_s={"all": spent},
    )
