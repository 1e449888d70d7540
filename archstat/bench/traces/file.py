"""Files that torch.profiler exports, in the Trace Event Format that Chrome reads."""

from __future__ import annotations

import gzip
import json
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from archstat.bench.traces.operation import Trace, TracedOperator
from archstat.errors import RecordError, UsageError, within
from archstat.files import opened
from archstat.layers.base import Shape

MOST_BYTES = 512 << 20
"""Of a trace; Python needs some ten times as many to hold it."""

US = 1_000  # in nanoseconds: times of a trace are in microseconds

GZIP = b"\x1f\x8b"
KEY = b'"traceEvents"'
HEAD_BYTES = 1 << 16
OPERATOR = "cpu_op"
KERNELS = frozenset({"kernel", "gpu_memcpy", "gpu_memset"})
LAUNCHES = frozenset({"cuda_runtime", "cuda_driver"})
HINT = "give a file that torch.profiler wrote: prof.export_chrome_trace('trace.json')"


def is_trace(path: Path) -> bool:
    """Return whether a file begins like a trace, or is one as a whole that is packed."""
    try:
        with opened(path) as file:
            head = file.read(HEAD_BYTES)
    except UsageError:
        return False
    return head.startswith(GZIP) or KEY in head or b'"ph"' in head


def read_trace(path: Path) -> Trace:
    """Return the operators that a file holds.

    Raises:
        RecordError: It holds no trace, or one without operators.
    """
    with within(str(path)):
        return trace_of(_document(_text(path)))


def _text(path: Path) -> bytes:
    try:
        with opened(path, RecordError) as file:
            is_packed = file.read(len(GZIP)) == GZIP
            file.seek(0)
            data = (gzip.GzipFile(fileobj=file) if is_packed else file).read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RecordError("ends in the middle of the trace", hint="export it again") from None
    if len(data) > MOST_BYTES:
        raise RecordError(
            f"has more than {MOST_BYTES >> 20} MiB",
            hint="profile fewer passes, and without with_stack",
        )
    return data


def _document(data: bytes) -> object:
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()) - 1 or not error.doc.rstrip().endswith(("}", "]")):
            raise RecordError("ends in the middle of the trace", hint="export it again") from None
        raise RecordError(f"is no JSON: line {error.lineno}: {error.msg}", hint=HINT) from None
    except (ValueError, RecursionError):
        raise RecordError("is no JSON of a trace", hint=HINT) from None


def trace_of(document: object) -> Trace:
    """Return the operators that JSON holds.

    Raises:
        RecordError: It is no trace, or has no operators.
    """
    listed = document.get("traceEvents") if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise RecordError("holds no trace of torch.profiler", hint=HINT)
    events = [each for each in listed if isinstance(each, dict) and each.get("ph") == "X"]
    calls = [each for each in events if each.get("cat") == OPERATOR]
    if not calls:
        raise RecordError(
            "holds no operators of PyTorch",
            hint="profile with activities=[ProfilerActivity.CPU], beside CUDA if there is one",
        )
    try:
        kernels = [each for each in events if each.get("cat") in KERNELS]
        launches = [each for each in events if each.get("cat") in LAUNCHES]
        threads = _threads(calls)
        took = _kernel_ns(kernels, launches, calls, threads)
        made = tuple(
            tuple(_operator(each, took.get(id(each), 0)) for each in thread)
            for thread in threads.values()
        )
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise RecordError("has an operator without a time or a name", hint=HINT) from None
    found = document.get("deviceProperties") if isinstance(document, dict) else None
    device = found[0].get("name", "") if isinstance(found, list) and found else ""
    return Trace(made, str(device), has_kernels=bool(kernels))


def _threads(calls: Iterable[Mapping[str, Any]]) -> dict[object, list[Mapping[str, Any]]]:
    """Return the operators that no other one calls, by their threads, in their order."""
    threads: dict[object, list[Mapping[str, Any]]] = {}
    for call in sorted(calls, key=lambda each: (each["ts"], -each["dur"])):
        thread = threads.setdefault((call["pid"], call["tid"]), [])
        if not thread or call["ts"] >= _end(thread[-1]):
            thread.append(call)
    return threads


def _end(event: Mapping[str, Any]) -> float:
    end: float = event["ts"] + event["dur"]
    return end


def _kernel_ns(
    kernels: Iterable[Mapping[str, Any]],
    launches: Iterable[Mapping[str, Any]],
    calls: Iterable[Mapping[str, Any]],
    threads: Mapping[object, Sequence[Mapping[str, Any]]],
) -> dict[int, int]:
    """Return the time of the kernels of each operator, by its identity.

    A kernel has the number of the call of the driver that launched it, which lies inside of an
    operator; and in most traces that of the innermost operator, too.
    """
    starts = {thread: [each["ts"] for each in calls] for thread, calls in threads.items()}

    def around(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
        thread = event["pid"], event["tid"]
        place = bisect_right(starts.get(thread, []), event["ts"]) - 1
        found = threads[thread][place] if place >= 0 else None
        return found if found is not None and event["ts"] <= _end(found) else None

    by_launch = {_number(each, "correlation"): each for each in launches}
    by_operator = {_number(each, "External id"): each for each in calls}
    took: dict[int, int] = {}
    for kernel in kernels:
        launch = by_launch.get(_number(kernel, "correlation"))
        caller = around(launch) if launch is not None else None
        if caller is None and (inner := by_operator.get(_number(kernel, "External id"))):
            caller = around(inner)
        if caller is not None:
            took[id(caller)] = took.get(id(caller), 0) + round(kernel["dur"] * US)
    return took


def _number(event: Mapping[str, Any], key: str) -> object:
    """Return a number of an event; one of its own where it has none, which is like no other."""
    return event.get("args", {}).get(key, id(event))


def _operator(event: Mapping[str, Any], device_ns: int) -> TracedOperator:
    arguments = event.get("args", {})
    dims = arguments.get("Input Dims")
    types = tuple(map(str, arguments.get("Input type") or ()))
    return TracedOperator(
        str(event["name"]),
        round(event["ts"] * US),
        round(_end(event) * US),
        device_ns,
        None if dims is None else tuple(_shapes(dims)),
        types,
    )


def _shapes(dims: Iterable[Any]) -> Iterator[Shape]:
    """Yield the shapes of arguments; nothing for lists of tensors, as our own pass has it."""
    for each in dims:
        is_shape = isinstance(each, list) and all(type(size) is int for size in each)
        yield tuple(each) if is_shape else ()
