"""Which pixels of the input each unit of a network sees.

Along one axis, unit u of a node sees an interval of input pixels. Intervals are kept as a periodic
function of u: a chain of convolutions and pools has period 1 and gives the recurrence of Araujo,
Norris & Sim (Distill, 2019), `r' = r + (k − 1)·d·j`, `j' = j·stride`, `s' = s − padding·j`;
transposed convolutions and adaptive pooling have longer periods, and are exact as well. Intervals
are not clipped to the image: they tell what a unit far from the border sees.

Positions are followed through permuted, flattened and cut axes; a unit that is one of several at a
place, like a channel, sees what they see together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from fractions import Fraction

from archstat.analyses.receptive_field.axes import channels_axis
from archstat.analyses.receptive_field.branches import UnknownReachError
from archstat.analyses.receptive_field.joins import aligned
from archstat.analyses.receptive_field.layout import Layout, axes_of, padded
from archstat.analyses.receptive_field.moves import moved
from archstat.analyses.receptive_field.tracks import Track, united
from archstat.analyses.receptive_field.view import FieldView
from archstat.graph import INPUT, Graph, Node
from archstat.layers.base import Shape
from archstat.layers.reach import Inside, Mixing, Reach
from archstat.record import record


@record
class ReceptiveField:
    """The input pixels that one unit sees, rows before columns.

    Attributes:
        size: Pixels, not clipped to the image.
        effective_stride: Pixels from one unit to the next; None where branches of different strides
            meet, so that there is no one number.
        effective_padding: Pixels that unit 0 sees before the image.
        tracks: What every unit sees, axis by axis.
        layout: Where these units are in the node's output.
    """

    size: tuple[int, ...]
    effective_stride: tuple[Fraction | None, ...]
    effective_padding: tuple[int | None, ...]
    tracks: tuple[Track, ...]
    layout: Layout = field(compare=False)

    def has_channels_last(self, axes: int) -> bool:
        """Return whether of an output of so many axes all but the last, and several, are places."""
        if not axes:
            return False  # one number of the whole batch
        *places, last = map(axes_of, padded(self.layout, axes)[-axes:])
        return not last and all(places) and len(places) > 1


@record
class Fields:
    """The receptive fields of a graph's nodes.

    Attributes:
        by_name: They, by the nodes' names; None where unknown.
        notes: Remarks on them.
        channels_axis: The axis of the input that holds channels; None if nothing tells.
    """

    by_name: Mapping[str, ReceptiveField | None]
    notes: tuple[str, ...]
    channels_axis: int | None


def receptive_fields(graph: Graph, *, is_clipped: bool = False) -> Fields:
    """Return the receptive field of every node.

    Without spatial axes in the input there is nothing to see, and every field is None.

    Args:
        graph: The network.
        is_clipped: Whether to tell what each unit of the map sees of the image, instead of what it
            would see if the image went on.
    """
    views: dict[str, FieldView | _Lost | None] = {}
    channels = channels_axis(graph)
    if graph.input_shape[1:]:
        views[INPUT] = _of_image(graph, channels, is_clipped=is_clipped)
    notes: list[str] = []
    for node in graph.nodes:
        views[node.name] = _view(node, [views.get(name) for name in node.inputs], notes)
        if INPUT in views and not node.inputs and node.out_shape:
            views[node.name] = FieldView.of_nothing(graph.input_shape)
    views.pop(INPUT, None)
    distinct = {id(view): view for view in views.values() if isinstance(view, FieldView)}
    fields = {number: _field(view) for number, view in distinct.items()}
    by_name = {name: fields.get(id(view)) for name, view in views.items()}
    return Fields(by_name, (*_on_lost(graph, views), *notes), channels)


def _of_image(graph: Graph, channels: int | None, *, is_clipped: bool) -> FieldView | _Lost:
    """Return the view of the input; lost, if its layers do not tell which axis is channels."""
    if channels is None:
        first = next(node.name for node in graph.nodes if INPUT in node.inputs)
        return _Lost(first, "the axes of the input do not tell which of them are places")
    return FieldView.of_image(graph.input_shape, channels, is_clipped=is_clipped)


def _on_lost(graph: Graph, views: Mapping[str, FieldView | _Lost | None]) -> list[str]:
    """Return a note for each reason: the first layer, and how many layers it makes unknown."""
    firsts: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for node in graph.nodes:
        if isinstance(lost := views[node.name], _Lost):
            firsts.setdefault(lost.reason, lost.node)
            counts[lost.reason] += not node.is_view
    return [
        f"receptive field unknown from {firsts[reason]} on "
        f"({count} layer{'' if count == 1 else 's'}): {reason}"
        for reason, count in counts.items()
        if count
    ]


@record
class _Lost:
    """Where positions could no longer be followed, and why."""

    node: str
    reason: str


def _view(
    node: Node, given: Sequence[FieldView | _Lost | None], notes: list[str]
) -> FieldView | _Lost | None:
    """Return what the units of a node see; None behind inputs beside the first."""
    lost = next((view for view in given if isinstance(view, _Lost)), None)
    known = [view for view in given if isinstance(view, FieldView)]
    if lost is not None or not given or len(known) < len(given):
        return lost
    reach = node.layer.reach(node.in_shape)
    if reach is Mixing.NONE and len(known) == 1 and node.in_shape == node.out_shape:
        return known[0]
    try:
        view, remarks = _after(reach, known, (node.examples or 1, *node.out_shape))
        for track in view.tracks:
            track.recurrence  # noqa: B018  which may take too long to be worked out
    except UnknownReachError as error:
        return _Lost(node.name, error.problems[0].what)
    notes += [f"{node.name}: {remark}" for remark in remarks]
    return view


def _after(reach: Reach, views: Sequence[FieldView], shape: Shape) -> tuple[FieldView, list[str]]:
    """Return what the units behind a layer see, and remarks on its branches."""
    if not isinstance(reach, Inside):
        return _joined([moved(view, reach, shape) for view in views])
    known = [*views]
    for step in reach.steps:
        view, _ = _after(step.reach, [known[number] for number in step.inputs], step.shape)
        known.append(view)  # what meets inside of a layer is no branch
    return known[-1], []


def _joined(views: Sequence[FieldView]) -> tuple[FieldView, list[str]]:
    if len(views) == 1:
        return views[0], []
    views = aligned(views)
    axes = [*zip(*(view.tracks for view in views), strict=True)]
    unions = tuple(map(united, axes))
    view = FieldView(unions, views[0].layout).settled()
    moving = [
        [track for track in tracks if not track.is_constant]
        for tracks, union in zip(axes, unions, strict=True)
        if _is_plain(union) or union not in tracks  # else one branch sees it all, in turns
    ]
    if any(track.stride != tracks[0].stride for tracks in moving for track in tracks[1:]):
        strides = " and ".join(
            "×".join(str(track.stride) for track in view.tracks)
            for view in views
            if not all(track.is_constant for track in view.tracks)
        )
        remark = (
            f"its branches have effective strides {strides}; the receptive field is "
            "the union at each unit, and the widest one is shown"
        )
    elif any(_middle(track) != _middle(tracks[0]) for tracks in moving for track in tracks[1:]):
        remark = "the centres of its branches do not line up; the receptive field is their union"
    else:
        return view, []
    return view, [remark]


def _is_plain(track: Track) -> bool:
    """Return whether all units see the same, moved along."""
    return [branch.period for branch in track.branches] == [1]


def _middle(track: Track) -> int | None:
    """Return the first and the last pixel that unit 0 sees, added: twice where their middle is."""
    seen = track.interval(0)
    return None if seen is None else sum(seen)


def _field(view: FieldView) -> ReceptiveField | None:
    """Return what units see; None if none of them sees a pixel, as what is made of parameters."""
    view = view.compact()
    sizes, strides, paddings = zip(*[track.recurrence for track in view.tracks], strict=True)
    return (
        ReceptiveField(sizes, strides, paddings, view.tracks, view.layout) if all(sizes) else None
    )
