"""What a trace says of a model: the time of each layer, and how much of it all these are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from archstat.analyses.conventions.convention import FLOPS_PER_MAC
from archstat.bench.case import BYTES
from archstat.bench.limits.device import DeviceLimit
from archstat.bench.traces.alignment import aligned
from archstat.bench.traces.operation import PassOperator, Trace, TracedOperator
from archstat.bench.work import LayerWork, Work, compute_s, layer_s, memory_s
from archstat.devices.device import BFLOAT16, FLOAT16, FLOAT32
from archstat.errors import RecordError
from archstat.layers.base import Shape, times

TYPES: Mapping[str, str] = {
    "float": FLOAT32,
    "c10::BFloat16": BFLOAT16,
    "c10::Half": FLOAT16,
}
"""What traces call the types that are measured."""


LEAST_COMMON = 0.5
"""Of the layers of a model, whose operators must be found in a trace for it to be of that model."""


@dataclass(frozen=True)
class TracedLayer:
    """A layer, or several that one operator is of.

    Attributes:
        names: Of the layers.
        kind: What kind of layer it is; the operator's name for several.
        ns: What it took in the median of the passes.
        flops: Its operations, two a MAC.
        floor_s: The least seconds for it; None where no ceilings are known.
        bound: "compute" or "memory", by its floor; empty without one.
    """

    names: tuple[str, ...]
    kind: str
    ns: int
    flops: int
    floor_s: float | None = None
    bound: str = ""

    @property
    def flop_per_s(self) -> float | None:
        """Operations a second; None where it has none, or took no time."""
        return self.flops / (self.ns / 1e9) if self.flops and self.ns else None

    @property
    def of_floor(self) -> float | None:
        """How much of its time its floor is."""
        return self.floor_s / (self.ns / 1e9) if self.floor_s and self.ns else None


@dataclass(frozen=True)
class TraceFigures:
    """What a trace says of a model.

    Attributes:
        layers: In the order of a pass.
        passes: How many were found.
        mapped_ns: The time of the operators that are of a layer, in all passes.
        total_ns: That of all operators of the trace.
        others: The names of the operators that are of no layer: how many, and their time.
        on_device: Whether times are those of kernels, and not the host's.
        limit: The ceilings of the floors; None where none are known.
    """

    layers: tuple[TracedLayer, ...]
    passes: int
    mapped_ns: int
    total_ns: int
    others: Sequence[tuple[str, int, int]]
    on_device: bool
    limit: DeviceLimit | None = None

    @property
    def sum_ns(self) -> int:
        """All layers of a pass together."""
        return sum(layer.ns for layer in self.layers)


@dataclass(frozen=True)
class FoundPasses:
    """The operators of a trace that are those of a pass of a model.

    Attributes:
        wanted: Those of the pass.
        thread: The operators of the thread that has them.
        passes: For each pass, which of `wanted` is where in `thread`.
    """

    wanted: Sequence[PassOperator]
    thread: Sequence[TracedOperator]
    passes: Sequence[Mapping[int, int]]

    def pairs(self) -> Iterator[tuple[PassOperator, TracedOperator]]:
        """Yield every operator of a pass with that of the trace."""
        for each in self.passes:
            for number, place in each.items():
                yield self.wanted[number], self.thread[place]

    @property
    def dtype(self) -> str:
        """The type that most operators are given, or that of the usual numbers."""
        named = Counter(
            TYPES[each.types[0]]
            for _, each in self.pairs()
            if each.types[:1] and each.types[0] in TYPES
        )
        return named.most_common(1)[0][0] if named else FLOAT32

    @property
    def batch_size(self) -> int | None:
        """How many examples a pass had, told by the first operators; None where no shapes are.

        The operators that are wanted must be those of one example.
        """
        sizes = Counter(
            seen.shapes[0][0]
            for wanted, seen in self.pairs()
            if seen.shapes
            and seen.shapes[0]
            and wanted.shapes
            and wanted.shapes[0][:1] == (1,)
            and seen.shapes[0][1:] == wanted.shapes[0][1:]
        )
        return sizes.most_common(1)[0][0] if sizes else None

    @property
    def has_shapes(self) -> bool:
        """Whether the trace says what its operators are given."""
        return any(seen.shapes is not None for _, seen in self.pairs())

    def first_other(self) -> tuple[str, Shape, Shape] | None:
        """Return the first operator that is given another shape: its name, ours and that."""
        for wanted, seen in self.pairs():
            if seen.shapes and wanted.shapes and seen.shapes[0] != wanted.shapes[0]:
                return wanted.name, wanted.shapes[0], seen.shapes[0]
        return None


def found_in(trace: Trace, wanted: Sequence[PassOperator], model: str) -> FoundPasses:
    """Return the passes of a model in a trace.

    Raises:
        RecordError: There is none.
    """
    names = [each.name for each in wanted]
    best: FoundPasses | None = None
    for thread in trace.threads:
        passes = aligned(names, [each.name for each in thread])
        found = FoundPasses(wanted, thread, [each for each in passes if _is_like(wanted, each)])
        if found.passes and (best is None or len(found.passes) > len(best.passes)):
            best = found
    if best is None:
        calls = [each.name for thread in trace.threads for each in thread]
        raise RecordError(
            f"has no pass of {model}, whose operators begin with {_first(names)}; "
            f"those of the trace begin with {_first(calls)}",
            hint="name the model that was profiled, in eager mode and from a pass's beginning on",
        )
    return best


def _is_like(wanted: Sequence[PassOperator], each: Mapping[int, int]) -> bool:
    """Return whether the operators of enough layers were found for a pass to be of that model."""
    layers = {operator.nodes for operator in wanted} - {()}
    there = {wanted[number].nodes for number, _ in _filled(each, wanted)} - {()}
    return len(there) >= LEAST_COMMON * len(layers)


def _first(names: Sequence[str]) -> str:
    return ", ".join(name.removeprefix("aten::") for name in names[:3])


def require_same_shapes(found: FoundPasses, model: str) -> None:
    """Check that what is given to the operators has the shapes that it has in the model.

    Raises:
        RecordError: It has others.
    """
    if (other := found.first_other()) is None:
        return
    name, ours, theirs = other
    raise RecordError(
        f"has {name.removeprefix('aten::')} on {times(theirs)}, and {model} has it on "
        f"{times(ours)}",
        hint="state the --input and --batch that were profiled",
    )


def trace_figures(  # noqa: PLR0913  what is found, and what it is held against
    trace: Trace,
    found: FoundPasses,
    work: Work,
    kinds: Mapping[str, str],
    *,
    dtype: str,
    limit: DeviceLimit | None,
) -> TraceFigures:
    """Return what a trace says of the layers of a model.

    Args:
        trace: The trace.
        found: The passes in it.
        work: What a pass costs.
        kinds: The kind of each layer, by its name.
        dtype: The type of its numbers.
        limit: The ceilings of a device; None where nobody knows them.
    """
    works = {layer.name: layer for layer in work.layers}
    took: dict[tuple[str, ...], list[int]] = {}
    named: dict[tuple[str, ...], str] = {}
    used: set[int] = set()
    for each in found.passes:
        spent: Counter[tuple[str, ...]] = Counter()
        for number, place in _filled(each, found.wanted):
            nodes = found.wanted[number].nodes
            if nodes:
                used.add(id(found.thread[place]))
                spent[nodes] += trace.ns(found.thread[place])
                named.setdefault(nodes, found.thread[place].name)
        for nodes, ns in spent.items():
            took.setdefault(nodes, []).append(ns)
    layers = []
    for nodes in dict.fromkeys(operator.nodes for operator in found.wanted):
        if not (each_ns := took.get(nodes)):
            continue
        parts = [works[name] for name in nodes if name in works]
        kind = kinds[nodes[0]] if len(nodes) == 1 else named[nodes].removeprefix("aten::")
        layer = TracedLayer(nodes, kind, round(median(each_ns)), sum(p.flops for p in parts))
        layers.append(_beside_floor(layer, parts, dtype, limit))
    rest = [call for thread in trace.threads for call in thread if id(call) not in used]
    return TraceFigures(
        tuple(layers),
        len(found.passes),
        trace.total_ns - sum(map(trace.ns, rest)),
        trace.total_ns,
        _summed(rest, trace),
        trace.has_kernels,
        limit,
    )


def _filled(each: Mapping[int, int], wanted: Sequence[PassOperator]) -> Iterator[tuple[int, int]]:
    """Yield the places of a pass, and those between that can only be of one layer.

    A device may have an operator of its own for all that a layer does elsewhere.
    """
    yield from each.items()
    known = sorted(each.items())
    for (number, place), (next_number, next_place) in pairwise(known):
        missing = range(number + 1, next_number)
        nodes = {wanted[other].nodes for other in missing} - {()}
        if len(nodes) == 1:
            first = next(other for other in missing if wanted[other].nodes)
            yield from ((first, between) for between in range(place + 1, next_place))


def _beside_floor(
    layer: TracedLayer, parts: Sequence[LayerWork], dtype: str, limit: DeviceLimit | None
) -> TracedLayer:
    """Return a layer with its floor; of several in one operator, that of their operations."""
    if limit is None or not parts:
        return layer
    rates, number_bytes = limit.rates, BYTES[dtype]
    operations = sum(compute_s(part, rates) for part in parts)
    if len(parts) > 1:
        return replace(layer, floor_s=operations, bound="compute")
    moving = memory_s(parts[0], rates, number_bytes=number_bytes)
    least = layer_s(parts[0], rates, number_bytes=number_bytes)
    return replace(layer, floor_s=least, bound="compute" if operations >= moving else "memory")


def _summed(calls: Iterable[TracedOperator], trace: Trace) -> list[tuple[str, int, int]]:
    counts: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for call in calls:
        counts[call.name] += 1
        spent[call.name] += trace.ns(call)
    return [(name, counts[name], ns) for name, ns in spent.most_common()]


def macs(layer: TracedLayer) -> int:
    """Return the multiply–accumulates of a layer."""
    return layer.flops // FLOPS_PER_MAC
