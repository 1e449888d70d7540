"""Traces as torch.profiler writes them, made by hand: times are in microseconds."""

from __future__ import annotations

LENET = (
    ("aten::conv2d", [1, 1, 32, 32]),
    ("aten::tanh", [1, 6, 28, 28]),
    ("aten::avg_pool2d", [1, 6, 28, 28]),
    ("aten::conv2d", [1, 6, 14, 14]),
    ("aten::tanh", [1, 16, 10, 10]),
    ("aten::avg_pool2d", [1, 16, 10, 10]),
    ("aten::flatten", [1, 16, 5, 5]),
    ("aten::linear", [1, 400]),
    ("aten::tanh", [1, 120]),
    ("aten::linear", [1, 120]),
    ("aten::tanh", [1, 84]),
    ("aten::linear", [1, 84]),
)
"""The operators of LeNet-5, and the shape of what each works on."""


def event(name, begin, took, *, cat="cpu_op", tid=1, **arguments):
    return {
        "ph": "X", "cat": cat, "name": name, "pid": 1, "tid": tid, "ts": begin, "dur": took,
        "args": arguments,
    }  # fmt: skip


def passes(*times, batch=1, has_shapes=True):
    """Return passes of LeNet-5, in which the operators take so many microseconds each."""
    events, now = [], 1000.0
    for took in times:
        for name, shape in LENET:
            dims = {"Input Dims": [[batch, *shape[1:]], []], "Input type": ["float", ""]}
            events.append(event(name, now, took, **(dims if has_shapes else {})))
            events.append(event("aten::inside", now + took / 4, took / 2))
            now += took + 5
    return events


def trace(events, **more):
    return {"schemaVersion": 1, "traceEvents": events, **more}
