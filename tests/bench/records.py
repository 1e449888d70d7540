"""Records made by hand, so that every figure of theirs can be worked out by head."""

from __future__ import annotations

from dataclasses import replace

from archstat.bench.case import Case
from archstat.bench.record import (
    CONV,
    MATMUL,
    MEMORY,
    Ceiling,
    Reading,
    Record,
    Result,
    Sample,
    Trial,
)
from archstat.bench.work import LayerWork, Work

MS = 1_000_000
US = 1_000
CONV_RATE, MATMUL_RATE, MEMORY_RATE = 4e11, 2e11, 4e10


def work(batch_size=1):
    """Return the work of a network of a convolution and a linear layer, 1,000,000 weights.

    A pass is 0.4 GFLOP of convolution and 0.02 GFLOP of matrix product an example, so 1 ms + 0.1 ms
    at `ceilings`; weights of 4 MB, input and output of 4,000 bytes an example, so 0.1001 ms.
    """
    conv = LayerWork(
        "conv",
        "conv2d",
        flops=400_000_000 * batch_size,
        is_conv=True,
        values=200_000 * batch_size,
        weights=10_000,
    )
    fc = LayerWork(
        "fc",
        "linear",
        flops=20_000_000 * batch_size,
        is_conv=False,
        values=2_000 * batch_size,
        weights=990_000,
    )
    return Work((conv, fc), 1_000 * batch_size)


def ceilings(device="cpu", dtype="float32", threads=2):
    """Return what the probes reached; beside samples run the convolution and the read."""
    return tuple(
        Ceiling(device, dtype, threads, name, resources, set_bytes, (rate,), (beside,))
        for name, resources, set_bytes, rate, beside in (
            ("convolution", (CONV,), 0, CONV_RATE, CONV_RATE),
            ("matrix product", (MATMUL,), 0, MATMUL_RATE, CONV_RATE),
            ("read", (MEMORY,), 0, MEMORY_RATE, MEMORY_RATE),
        )
    )


def trial(process, call_ns, *, samples=6, queue_ns=None, **changes):
    """Return a process that always measured the same ten calls, the probes at their ceilings."""
    sample = Sample(
        0,
        (call_ns,) * 10,
        flops_rate=CONV_RATE,
        bytes_rate=MEMORY_RATE,
        reading=Reading(wait=0.0, stolen=0.0, faults=0),
    )
    if queue_ns is not None:
        whole = 10 * queue_ns
        sample = replace(sample, queue_calls=10, queue_ns=whole, device_ns=whole)
    taken = [replace(sample, at_ns=at * 10 * MS, **changes) for at in range(samples)]
    return Trial(process, 12, 300 * MS, tuple(taken))


def result(case, *call_ns, **how):
    """Return what came of a case: a process for each latency."""
    trials = tuple(trial(number, ns, **how) for number, ns in enumerate(call_ns))
    return Result(case, work(case.batch_size), trials)


def cpu(batch_size, **settings):
    """Return a case on a processor with two threads."""
    return Case("net", "cpu", batch_size, threads=2, **settings)


def record(*results, **changes):
    """Return a record of results on a processor."""
    whole = Record(
        "archstat bench net --device cpu --batch 1,32",
        is_quick=False,
        environment={"cpu": {"name": "Some Processor"}, "software": {"torch": "2.15.0"}},
        titles={"net": "a small network"},
        results=results,
        ceilings=ceilings(),
        spent_s={"model": 15.0, "probes": 6.0, "all": 30.0},
        inputs={"net": (3, 8, 8)},
    )
    return replace(whole, **changes)


def usual():
    """Return three processes of batch 1 and 32, and a batch that did not fit."""
    return record(
        result(cpu(1), 2 * MS, 2 * MS, 2 * MS),
        result(cpu(32), 44 * MS, 44 * MS, 44 * MS),
        Result(cpu(4096), work(4096), failure="does not fit in memory"),
    )
