"""How the receptive field of a layer follows from that of the layer before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archstat.analyses.receptive_field import ReceptiveField
from archstat.analyses.receptive_field.recurrence import field_behind, padding_behind
from archstat.analyses.symbols import Symbol
from archstat.graph import INPUT, Node
from archstat.layers.reach import Mixing
from archstat.layers.window import Sliding
from archstat.report.explanation.letters import AXES
from archstat.report.explanation.line import QUANTITIES, Explanation, worked_out

FIELDS = "Araujo, Norris & Sim (2019), doi:10.23915/distill.00021"


def field_lines(
    node: Node, nodes: Mapping[str, Node], fields: Mapping[str, ReceptiveField | None]
) -> Iterator[Explanation]:
    """Yield how the receptive field follows from that of the layer before."""
    field = fields.get(node.name)
    if field is None or len(node.inputs) != 1:
        return
    source = node.inputs[0]
    before = fields.get(source)
    windows = _windows(node, nodes)
    if windows is None or (before is None and source != INPUT):
        return
    named = AXES.get(len(windows), ("",) * len(windows))
    lines = []
    for number, window in enumerate(windows):
        letter = "" if _is_square(windows, field, before) else f"_{named[number]}"
        r = Symbol.named(f"r{letter}", 1 if before is None else before.size[number])
        j = Symbol.named(
            f"j{letter}", 1 if before is None else int(before.effective_stride[number] or 0)
        )
        start = 0 if before is None else before.effective_padding[number]
        lettered = _lettered(window, letter)
        axis = named[number] if letter else ""
        size, stride = field_behind(r, j, lettered)
        if size != field.size[number] or stride != field.effective_stride[number]:
            return  # branches have met, or units differ: no one formula
        lines += [
            worked_out("receptive_field", size, axis, source=FIELDS),
            worked_out("effective_stride", stride, axis, source=FIELDS),
        ]
        if start is None:
            continue
        padding = padding_behind(Symbol.named(f"P{letter}", start), j, lettered)
        if padding == field.effective_padding[number]:
            lines.append(worked_out("effective_padding", padding, axis, source=FIELDS))
        if not letter:
            break
    yield from sorted(lines, key=lambda line: QUANTITIES.index(line.quantity))


def _lettered(window: Sliding, letter: str) -> Sliding:
    """Return a window of which the numbers have names; a dilation only if it changes anything."""
    return Sliding(
        Symbol.named(f"k{letter}", window.kernel_size),
        Symbol.named(f"s{letter}", window.stride),
        Symbol.named(f"p{letter}", window.padding),
        Symbol.named(f"d{letter}", window.dilation) if window.dilation > 1 else 1,
    )


def _windows(node: Node, nodes: Mapping[str, Node]) -> Sequence[Sliding] | None:
    """Return the windows through which a layer reads; for one that reads all, the whole map."""
    reach = node.layer.reach(node.in_shape)
    if reach == (Mixing.EVERYTHING,):
        above: Node | None = node
        while above is not None and len(above.in_shape) < 2:  # noqa: PLR2004  no places
            if above.layer.reach(above.in_shape) == reach and above is not node:
                return None  # of single units, it reads each through a window of one
            above = nodes.get(above.inputs[0]) if above.inputs else None
        if above is None:
            return None
        return [Sliding(kernel_size=size) for size in above.in_shape[1:]]
    if not isinstance(reach, tuple):
        return None
    windows = [window for window in reach if isinstance(window, Sliding)]
    return windows if len(windows) == len(node.in_shape) - 1 > 0 else None


def _is_square(
    windows: Sequence[Sliding], field: ReceptiveField, before: ReceptiveField | None
) -> bool:
    own = len(set(windows)) == len(set(field.size)) == len(set(field.effective_padding)) == 1
    if before is None:
        return own
    return own and len(set(before.size)) == len(set(before.effective_stride)) == 1
