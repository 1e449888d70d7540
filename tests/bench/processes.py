"""Processes that measure nothing: they answer at once, with times that are known."""

from __future__ import annotations

from archstat.bench.plan import Done, Fits, Plan, Ready, Search, Surrounding, Survey, Taken
from archstat.bench.record import Ceiling, Reading, Sample

MS = 1_000_000
GIGA = 1e9


def started(asked):
    """Answer as a process would that takes as many milliseconds as a batch has examples.

    It reaches 100 GFLOP/s and 10 GB/s, and nothing disturbs it.
    """
    if isinstance(asked, Search):
        for size in (1, 2, 4):
            yield Fits(size, max(2, size) * MS)  # two take no longer than one
        yield Done()
        return
    if isinstance(asked, Survey):
        yield from surveyed(asked)
        return
    assert isinstance(asked, Plan)
    yield Surrounding({"software": {"torch": "2.15.0"}, "cpu": {"name": "Some Processor"}})
    for number, case in asked.cases.items():
        yield Ready(number, 10, 300 * MS, case.batch_size * MS)
    for number, case in asked.cases.items():
        for size, names, rate in (
            (0, ("conv", "matmul"), 100 * GIGA),
            (asked.set_bytes(number), ("memory",), 10 * GIGA),
        ):
            yield Ceiling(*case.surroundings, names[0], names, size, (rate,), (rate,))
    for number, case in asked.cases.items():
        for at in range(3):
            yield Taken(
                number,
                Sample(
                    at * 100 * MS,
                    (case.batch_size * MS,) * 20,
                    flops_rate=100 * GIGA,
                    bytes_rate=10 * GIGA,
                    reading=Reading(wait=0.0, stolen=0.0, faults=0),
                ),
            )
    yield Done({"all": 2.0, "model": 1.0, "probes": 0.5})


def surveyed(asked):
    """Answer as a process would that looks at what a device can do at best."""
    yield Surrounding({"software": {"torch": "2.15.0"}, "cpu": {"name": "Some Processor"}})
    for dtype in asked.dtypes:
        key = (asked.device, dtype, asked.threads)
        rates = ((80 * GIGA, 100 * GIGA, 90 * GIGA), (10 * GIGA, 8 * GIGA, 8 * GIGA))
        yield Ceiling(*key, "product", ("conv", "matmul"), 0, rates[0], rates[0])
        for size in asked.sizes:
            yield Ceiling(*key, "sum", ("memory",), size, rates[1], rates[1])
    yield Done({"all": 1.0})
