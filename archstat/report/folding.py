"""A report with fewer rows: modules folded, layers grouped by kind, the largest first."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice

from archstat.errors import UsageError, did_you_mean, shown
from archstat.graph import Training
from archstat.layers import layer_kinds
from archstat.record import record
from archstat.report.report import NetworkReport, Row
from archstat.report.values import Named

FEW_LAYERS = 40
MOST_SECTIONS = 60

MOST_ROWS = 60
"""As many rows people read; networks with more are folded, unless they are asked for."""

MOST_TRIES = 400  # modules that are tried to be opened

LISTS = frozenset({"ModuleList", "ModuleDict"})
"""Modules that hold others, and are none of the network's parts themselves."""

SORTABLE: Mapping[str, Callable[[Row], int]] = {
    "weights": lambda row: row.weights,
    "biases": lambda row: row.biases,
    "params": lambda row: row.params,
    "neurons": lambda row: row.neurons,
    "macs": lambda row: row.macs or 0,
    "activation_bytes": lambda row: row.activation_bytes,
    "backward_macs": lambda row: row.training.backward_macs or 0,
    "kept_bytes": lambda row: row.training.kept_bytes or 0,
}


def folded(report: NetworkReport, depth: int) -> NetworkReport:
    """Return a report in which modules deeper than `depth` levels are one row each.

    Equal modules that follow one another are one row: "layer3.1 … layer3.5, Bottleneck × 5".
    """
    rows = _grouped(report, lambda row: _module(row, depth))
    rows = tuple(row for row in rows if not row.is_view)  # what is left of them is no module
    return replace(report, layers=tuple(_runs(rows, {row.name for row in report.layers})))


@record
class Section:
    """Neighbouring layers of one module.

    Attributes:
        whole: One row for all of them; the layer itself where there is one.
        rows: Its layers.
    """

    whole: Row
    rows: tuple[Row, ...]

    @property
    def is_folded(self) -> bool:
        """Whether it stands for several layers."""
        return len(self.rows) > 1


def sections(report: NetworkReport) -> tuple[Section, ...]:
    """Return the layers in sections that a reader can take in at once."""
    depth = depth_of_sections(report)
    wholes = _grouped(report, lambda row: _module(row, depth))
    layers = iter(report.layers)
    return tuple(
        Section(rows[0] if len(rows) == 1 else whole, rows)
        for whole in wholes
        for rows in [tuple(islice(layers, whole.count))]
    )


def depth_of_sections(report: NetworkReport) -> int:
    """Return how deep modules are shown at first.

    Few layers are all shown. Many are put together by their modules, of the deepest level at which
    there are not too many of them; where there is none, of the first that tells them apart.
    """
    deepest = max((row.name.count(".") for row in report.layers), default=0) + 1
    if len(report.layers) <= FEW_LAYERS:
        return deepest
    sections = {
        depth: len({_module(row, depth) for row in report.layers})
        for depth in range(1, deepest + 1)
    }
    fitting = [depth for depth, count in sections.items() if 1 < count <= MOST_SECTIONS]
    telling = [depth for depth, count in sections.items() if count > 1]
    return fitting[-1] if fitting else min(telling, default=1)


def folded_to_fit(report: NetworkReport, most: int = MOST_ROWS) -> NetworkReport:
    """Return a report of not much more than so many rows: modules are opened as far as they fit.

    Equal modules that follow one another stay one row. So does a module that holds no others and
    only works with operators, as a norm that is written out. A list of modules is no module.
    """
    layers = {row.name for row in report.layers}
    modules = report.modules or _modules_in(layers)
    open_ones = _that_stay_open(report.layers)
    paths = {name: _path(name, modules, open_ones) for name in layers}
    closed = {path[0] for path in paths.values() if len(path) > 1}

    def rows_of(closed: Container[str]) -> tuple[Row, ...]:
        names = {name: _shown(path, closed) for name, path in paths.items()}
        whole = replace(report, modules=modules)
        rows = _grouped(whole, lambda row: names[row.name])
        return tuple(_runs((row for row in rows if not row.is_view), layers))

    rows = rows_of(closed)
    queue = list(dict.fromkeys(paths[row.name][0] for row in report.layers))
    tries = 0
    while queue and tries < MOST_TRIES:
        prefix = queue.pop(0)
        if prefix not in closed or all(row.name != prefix for row in rows):  # one of several equal
            continue
        tries += 1
        inner = dict.fromkeys(_next(paths[row.name], prefix) for row in report.layers)
        opened = (closed - {prefix}) | {name for name in inner if name}
        if len(found := rows_of(opened)) <= most:
            closed, rows = opened, found
            queue += [name for name in inner if name]
    return replace(report, layers=rows)


def _modules_in(names: Iterable[str]) -> dict[str, str]:
    """Return the modules that names of layers tell; those whose parts are numbers are lists."""
    parts: dict[str, set[str]] = {}
    for name in names:
        words = name.split(".")
        for end in range(1, len(words)):
            parts.setdefault(".".join(words[:end]), set()).add(words[end])
    return {
        path: "ModuleList" if all(word.isdecimal() for word in inner) else "module"
        for path, inner in parts.items()
    }


def _that_stay_open(rows: Iterable[Row]) -> frozenset[str]:
    """Return the modules that hold layers with parameters, and not operators alone."""
    kinds = layer_kinds()
    return frozenset(
        row.name.rpartition(".")[0] for row in rows if row.params and row.kind in kinds
    )


def _path(name: str, modules: Mapping[str, str], open_ones: Container[str]) -> tuple[str, ...]:
    """Return the modules that hold a layer, outermost first, and the row that it is in at most.

    >>> modules = {"layers": "ModuleList", "layers.0": "Block", "layers.0.norm": "Norm"}
    >>> _path("layers.0.norm.mul", modules, ())
    ('layers.0', 'layers.0.norm')
    """
    parts = name.split(".")
    above = [".".join(parts[:end]) for end in range(1, len(parts))]
    holding = [path for path in above if modules.get(path) not in {None, *LISTS}]
    last = holding[-1] if holding else ""
    is_whole = last and last not in open_ones and last == above[-1]
    if is_whole and not any(path.startswith(f"{last}.") for path in modules):
        return tuple(holding)
    return (*holding, name)


def _shown(path: Sequence[str], closed: Container[str]) -> str:
    """Return the name of the row that stands for a layer: that of the first closed module."""
    return next((each for each in path[:-1] if each in closed), path[-1])


def _next(path: Sequence[str], prefix: str) -> str:
    """Return the module below another one that holds a layer; empty if none does."""
    return path[path.index(prefix) + 1] if prefix in path[:-2] else ""


def by_kind(report: NetworkReport) -> NetworkReport:
    """Return a report with one row a kind, in the order in which kinds first appear."""
    groups: dict[str, list[Row]] = {}
    for row in report.layers:
        groups.setdefault(row.kind, []).append(row)
    rows = [
        replace(
            _sum(_layers(rows), rows, label=rows[0].label),
            kind=kind,
            in_shape=(),
            out_shape=(),
            receptive_field=None,
        )
        for kind, rows in groups.items()
    ]
    return replace(report, layers=tuple(rows))


def _layers(rows: Sequence[Row]) -> str:
    count = sum(row.count for row in rows)
    return "1 layer" if count == 1 else f"{count} layers"


def largest(report: NetworkReport, key: str | None, count: int | None) -> NetworkReport:
    """Return a report with its rows sorted by a column, largest first, and cut after `count`.

    Raises:
        UsageError: The column cannot be sorted by.
    """
    rows = list(report.layers)
    if key is not None:
        if key not in SORTABLE:
            raise UsageError(
                f"cannot sort by {shown(key)}",
                hint=did_you_mean(key, list(SORTABLE)) or f"there are {', '.join(SORTABLE)}",
            ).within("sort")
        rows.sort(key=SORTABLE[key], reverse=True)
    if count is None or count >= len(rows):
        return replace(report, layers=tuple(rows))
    note = f"{count} of {len(rows)} rows are shown; totals are those of all"
    return replace(report, layers=tuple(rows[:count]), notes=(*report.notes, note))


def latest(report: NetworkReport, count: int) -> NetworkReport:
    """Return a report with its last rows only."""
    if count >= len(report.layers):
        return report
    note = f"the last {count} of {len(report.layers)} rows are shown; totals are those of all"
    return replace(report, layers=report.layers[-count:], notes=(*report.notes, note))


def _module(row: Row, depth: int) -> str:
    """Return the path of the module that a row is folded into; its own name if it is not deeper."""
    parts = row.name.split(".")
    return row.name if len(parts) <= depth else ".".join(parts[:depth])


def _grouped(report: NetworkReport, name_of: Callable[[Row], str]) -> tuple[Row, ...]:
    """Return neighbouring rows of the same name as one."""
    groups: list[tuple[str, list[Row]]] = []
    for row in report.layers:
        name = name_of(row)
        if groups and groups[-1][0] == name:
            groups[-1][1].append(row)
        else:
            groups.append((name, [row]))
    return tuple(
        rows[0]
        if len(rows) == 1 and rows[0].name == name
        else _sum(name, rows, report.modules.get(name, "module"))
        for name, rows in groups
    )


def _runs(rows: Iterable[Row], layers: Container[str]) -> Iterator[Row]:
    """Yield rows with each run of equal modules as one; single layers stay apart."""
    for key, run in groupby(rows, lambda row: row.name if row.name in layers else _looks(row)):
        equal = list(run)
        if isinstance(key, str) or len(equal) == 1:
            yield from equal
        else:
            name = f"{equal[0].name} … {equal[-1].name}"
            yield _sum(name, equal, f"{equal[0].label} × {len(equal)}")


def _looks(row: Row) -> tuple[object, ...]:
    """Return what two modules must have in common to be shown as one twice."""
    return (row.label, row.out_shape, row.weights, row.biases, row.macs, row.neurons)


def _sum(name: str, rows: Iterable[Row], label: str) -> Row:
    """Return one row for several: sums, the first input, the last output and receptive field."""
    rows = list(rows)
    uncounted = tuple(sorted({operator for row in rows for operator in row.uncounted}))
    return Row(
        name=name,
        kind=label,
        label=label,
        depth=name.count("."),
        in_shape=rows[0].in_shape,
        out_shape=rows[-1].out_shape,
        filters=None,
        filter_depth=None,
        kernel_size=None,
        stride=None,
        padding=None,
        groups=None,
        weights=sum(row.weights for row in rows),
        biases=sum(row.biases for row in rows),
        params=sum(row.params for row in rows),
        neurons=sum(row.neurons for row in rows),
        macs=None if uncounted else sum(row.macs or 0 for row in rows),
        activation_bytes=sum(row.activation_bytes for row in rows),
        param_bytes=sum(row.param_bytes for row in rows),
        receptive_field=rows[-1].receptive_field,
        uncounted=uncounted,
        counted=None
        if any(row.counted is None for row in rows)
        else sum(row.counted or 0 for row in rows),
        count=sum(row.count for row in rows),
        training=_trained(row.training for row in rows),
        latency_s={
            device: None if None in times else sum(time for time in times if time is not None)
            for device in rows[0].latency_s
            for times in [[row.latency_s[device] for row in rows]]
        },
        is_placed=any(row.is_placed for row in rows),
        is_untold=any(row.is_untold for row in rows),
        trainable=sum(row.trainable for row in rows),
    )


def _trained(costs: Iterable[Training]) -> Training:
    """Return what the backward pass of several rows costs."""
    costs = list(costs)

    def total(values: Sequence[int | None]) -> int | None:
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None

    return Training(
        total([cost.input_gradient_macs for cost in costs]),
        total([cost.weight_gradient_macs for cost in costs]),
        total([cost.kept_bytes for cost in costs]),
        tuple(sorted({reason for cost in costs for reason in cost.unknown})),
        sum(cost.again_macs for cost in costs),
    )


def short_run(name: str) -> str:
    """Return the name of a run without saying twice where its modules are.

    >>> short_run("model.layers.0 … model.layers.31"), short_run("conv1")
    ('model.layers.0 … 31', 'conv1')
    """
    first, between, last = name.partition(" … ")
    home = last.rpartition(".")[0]
    return f"{first}{between}{last.removeprefix(f'{home}.')}" if first.startswith(home) else name


def named(row: Row, _: object = None) -> str | Named:
    """Return the name of a row; of a run of modules, for people the shorter one."""
    short = short_run(row.name)
    return row.name if short == row.name else Named(row.name, short)
