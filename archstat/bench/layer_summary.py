"""What each layer takes of the whole, beside its own floor, and what is left between the layers.

A layer's share is taken round by round, against the whole of the same round, and its latency is
that share of the whole's; nothing is scaled so that the sum fits. Times are whole nanoseconds, so
that sum and remainder are the whole exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from archstat.bench.case import BYTES
from archstat.bench.protocol import SECOND
from archstat.bench.record import LayerRound, LayerTimes, Record, Result
from archstat.bench.summary import MOST_SHARE, reached
from archstat.bench.work import LayerWork, Rates, compute_s, layer_s, memory_s
from archstat.devices import kind_of
from archstat.devices.device import COMPILE, GRAPH

MOST_REMAINDER = 0.1
"""Of the whole, that may lie between the layers before it is said."""

MOST_NAMED = 3
"""Layers that a note names."""


@dataclass(frozen=True)
class LayerFigures:
    """What is said of a layer.

    Attributes:
        ns: Its latency.
        share: Of the whole.
        floor_s: The least seconds for it, with the device as the probes beside the rounds found it;
            at the ceilings where there were none; None where nothing is known of it.
        of_floor: How much of its latency that is; None where no probes ran beside the rounds.
        bound: "compute" or "memory", by its floor; empty without one.
    """

    name: str
    kind: str
    ns: int
    share: float
    floor_s: float | None = None
    of_floor: float | None = None
    bound: str = ""


@dataclass(frozen=True)
class Breakdown:
    """What is said of the layers of a case, and of the whole in the same rounds."""

    layers: tuple[LayerFigures, ...]
    whole_ns: int
    rounds: int
    set_aside: int
    notes: tuple[str, ...] = ()

    @property
    def sum_ns(self) -> int:
        """All layers together."""
        return sum(layer.ns for layer in self.layers)

    @property
    def remainder_ns(self) -> int:
        """The whole without its layers; less than 0 if they take longer apart than together."""
        return self.whole_ns - self.sum_ns

    @property
    def remainder(self) -> float:
        """The same as a share of the whole."""
        return self.remainder_ns / self.whole_ns


def breakdown(record: Record, result: Result) -> Breakdown | None:
    """Return what is said of the layers of a result; None if none were measured."""
    trials = _trials(result)
    if not trials:
        return None
    rates = reached(record, result)
    works = {layer.name: layer for layer in result.work.layers}
    whole_ns = _whole_ns(trials)
    layers = []
    for number, (name, kind) in enumerate(zip(trials[0].names, trials[0].kinds, strict=True)):
        share = _median(trials, _share_of(number))
        figures = LayerFigures(name, kind, round(share * whole_ns), share)
        if rates is not None and name in works:
            figures = _beside_floor(figures, number, trials, works[name], rates, result)
        layers.append(figures)
    rounds = [each for trial in trials for each in trial.rounds]
    found = Breakdown(
        tuple(layers), whole_ns, len(rounds), sum(bool(each.set_aside) for each in rounds)
    )
    return replace(found, notes=tuple(_notes(found, result)))


def layer_seconds(result: Result) -> dict[str, float]:
    """Return the latency of each layer that was measured, by its name."""
    trials = _trials(result)
    if not trials:
        return {}
    whole_ns = _whole_ns(trials)
    return {
        name: _median(trials, _share_of(number)) * whole_ns / SECOND
        for number, name in enumerate(trials[0].names)
    }


def layers_of(record: Record, models: Container[str]) -> Breakdown | None:
    """Return the layers of the first case of one of some models whose layers were measured."""
    for result in record.results:
        if result.case.model in models and (found := breakdown(record, result)):
            return found
    return None


def failure(result: Result) -> str:
    """Return why no layers were measured; empty if some were, or nobody asked."""
    if _trials(result):
        return ""
    return next((times.failure for times in result.layers if times.failure), "")


def _trials(result: Result) -> list[LayerTimes]:
    """Return the processes that measured the same layers as the first."""
    measured = [times for times in result.layers if times.rounds]
    return [times for times in measured if times.names == measured[0].names]


def _whole_ns(trials: Sequence[LayerTimes]) -> int:
    return round(_median(trials, lambda each: each.whole_ns))


def _median(trials: Sequence[LayerTimes], of: Callable[[LayerRound], float]) -> float:
    """Return the median over the processes of their medians."""
    return median(median(of(each) for each in _counted(trial)) for trial in trials)


def _counted(trial: LayerTimes) -> Sequence[LayerRound]:
    """Return the rounds that count; all of them where none does, which a note tells."""
    return [each for each in trial.rounds if not each.set_aside] or trial.rounds


def _share_of(number: int) -> Callable[[LayerRound], float]:
    return lambda each: each.layers_ns[number] / each.whole_ns


def _beside_floor(  # noqa: PLR0913, PLR0917  a layer, its work and its times
    figures: LayerFigures,
    number: int,
    trials: Sequence[LayerTimes],
    work: LayerWork,
    rates: tuple[Rates, Rates],
    result: Result,
) -> LayerFigures:
    """Return a layer's figures with its floor, if it does anything."""
    ceilings, above = rates
    number_bytes = BYTES[result.case.dtype]
    least = layer_s(work, ceilings, number_bytes=number_bytes)
    if not least:
        return figures

    def of_floor(each: LayerRound) -> float:
        now = above.scaled(each.flops_rate or 0, each.bytes_rate or 0)
        return (
            layer_s(work, now, number_bytes=number_bytes) * SECOND / max(1, each.layers_ns[number])
        )

    is_compute = compute_s(work, ceilings) >= memory_s(work, ceilings, number_bytes=number_bytes)
    paired = [
        trial
        for trial in trials
        if all(each.flops_rate and each.bytes_rate for each in trial.rounds)
    ]
    share = _median(paired, of_floor) if paired else None
    return replace(
        figures,
        floor_s=least if share is None else share * figures.ns / SECOND,
        of_floor=share,
        bound="compute" if is_compute else "memory",
    )


def _notes(found: Breakdown, result: Result) -> Iterator[str]:
    if found.remainder > MOST_REMAINDER:
        yield (
            f"{100 * found.remainder:.0f} % of the whole is in no layer: what the model does "
            "between them, and what Python takes"
        )
    if found.remainder < -MOST_REMAINDER:
        yield (
            f"the layers take {-100 * found.remainder:.0f} % longer apart than in the whole, "
            "where they overlap or are fused"
        )
    if 2 * found.set_aside > found.rounds:
        yield (
            f"{found.set_aside} of {found.rounds} rounds were disturbed: trust the shares more "
            "than the latencies"
        )
    over = [layer.name for layer in found.layers if (layer.of_floor or 0) > MOST_SHARE]
    if over and 2 * found.set_aside <= found.rounds:
        yield (
            f"over 100 % of the floor: {_some(over)}; what they work on lies in a cache that is "
            "faster than the memory, or they multiply less than is counted"
        )
    timed = {layer.name for layer in found.layers}
    failed = {name: why for times in result.layers for name, why in times.failures.items()}
    missing = [layer.name for layer in result.work.layers if layer.name not in {*timed, *failed}]
    for why in dict.fromkeys(failed.values()):
        names = [name for name, other in failed.items() if other == why]
        yield f"not measured, as they fail by themselves: {_some(names)}: {why}"
    if missing:
        yield f"not measured, as they do not run by themselves: {_some(missing)}"
    if result.case.mode == COMPILE:
        yield "layers run one by one, as they are; the whole is compiled"
    elif GRAPH in kind_of(result.case.device).modes:
        yield "layers and whole are timed by the device's own clock, each replayed as a graph"


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
