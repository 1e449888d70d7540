"""What operators read, and what they do to the axes: the rules of which each operator has one.

Rules see an operator as it was called. Only inputs that come from the network's own input count:
what a parameter or a mask adds has no place in the image.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from torch import Tensor

from archstat.layers.reach import (
    Along,
    Inside,
    Mixing,
    Permuted,
    Reach,
    ReachStep,
    Reshaped,
    Unknown,
    in_turn,
)
from archstat.layers.window import Rolled, Sliding
from archstat.models.torch.operators.call import Call

Rule: TypeAlias = Callable[[Call], Reach]


def in_place(_: Call) -> Reach:
    """Return that each value reads the one at its own place."""
    return Mixing.NONE


def untold(call: Call) -> Reach:
    """Return that no rule is known."""
    return Unknown(f"no rule says what {call.name} reads")


def because(reason: str) -> Rule:
    """Return the rule of an operator whose places cannot be followed, for this reason."""
    return lambda _: Unknown(reason)


def _along(tensor: Tensor, chosen: Mapping[int, Along]) -> tuple[Along, ...]:
    """Return what is read along each axis of a tensor: the own place, where nothing is chosen."""
    places = {dim % (tensor.dim() or 1): along for dim, along in chosen.items()}
    return tuple(places.get(dim, Mixing.NONE) for dim in range(tensor.dim()))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def over(along: Along, name: str = "dim") -> Rule:
    """Return the rule of an operator that does one thing along the axes that an argument names."""
    return lambda call: _along(call.first, dict.fromkeys(_listed(call.given[name]), along))


# Reductions and normalization.


def reduced(call: Call) -> Reach:
    """Return what a sum, a mean or a maximum reads: everything along some axes, or along all."""
    if "other" in call.given:
        return Mixing.NONE  # the larger of two values
    rank, dims = call.first.dim(), call.given.get("dim")
    if not rank:
        return Mixing.NONE
    gone = {dim % rank for dim in ([] if dims is None else _listed(dims))} or set(range(rank))
    kept = tuple(1 if dim in gone else n for dim, n in enumerate(call.first.shape))
    return _dropped(call, _along(call.first, dict.fromkeys(gone, Mixing.EVERYTHING)), kept)


def _dropped(call: Call, reach: Reach, kept: Sequence[int]) -> Reach:
    """Return a reach whose output has the shape `kept`, and then not its axes of size 1."""
    out = tuple(call.out.shape)
    return (
        reach if out == tuple(kept) else in_turn((reach, kept), (Reshaped(tuple(kept), out), out))
    )


def layer_norm(call: Call) -> Reach:
    """Return all of the axes that are normalized."""
    return (Mixing.EVERYTHING_IN_PLACE,) * len(call.given["normalized_shape"])


def group_norm(call: Call) -> Reach:
    """Return all of an example, seen from the own place."""
    others = range(1, call.first.dim())
    return _along(call.first, dict.fromkeys(others, Mixing.EVERYTHING_IN_PLACE))


def batch_norm(call: Call) -> Reach:
    """Return the own place; everything but the channels where no running statistics are used."""
    if not call.given.get("training"):
        return Mixing.NONE
    others = {dim: Mixing.EVERYTHING_IN_PLACE for dim in range(call.first.dim()) if dim != 1}
    return _along(call.first, others)


# Axes in another order, cut and joined.


def reshaped(call: Call) -> Reach:
    """Return the same values, the axes cut and joined otherwise."""
    if call.first.numel() != call.out.numel():
        return untold(call)
    return Reshaped(tuple(call.first.shape), tuple(call.out.shape))


def permuted(call: Call) -> Reach:
    """Return the axes in another order."""
    return Permuted(tuple(dim % call.first.dim() for dim in call.given["dims"]))


def transposed(call: Call) -> Reach:
    """Return the axes with two of them exchanged."""
    order = list(range(call.first.dim()))
    if order:
        one, other = call.given.get("dim0", 0), call.given.get("dim1", -1)
        order[one], order[other] = order[other], order[one]
    return Permuted(tuple(order))


def sliced(call: Call) -> Reach:
    """Return some of the units of an axis, in equal steps."""
    start, size = call.given["start"] or 0, call.first.shape[call.given["dim"]]
    first = max(0, start + size if start < 0 else start)
    window = Sliding(kernel_size=1, stride=call.given["step"], padding=-first)
    return _along(call.first, {call.given["dim"]: window})


def selected(call: Call) -> Reach:
    """Return one unit of an axis, which is gone then."""
    dim = call.given["dim"] % call.first.dim()
    kept = list(call.first.shape)
    index, kept[dim] = call.given["index"] % kept[dim], 1
    window = Sliding(kernel_size=1, padding=-index)
    return _dropped(call, _along(call.first, {dim: window}), kept)


def unbound(call: Call) -> Reach:
    """Return single units of an axis, which is gone then."""
    dim, kept = call.given["dim"] % call.first.dim(), list(call.first.shape)
    kept[dim] = 1
    cut = Unknown("it cuts an axis of the image into its units")
    return _dropped(call, _along(call.first, {dim: cut}), kept)


def stacked(call: Call) -> Reach:
    """Return a new axis, along which the inputs stand."""
    shape = list(call.out.shape)
    shape[call.given["dim"]] = 1
    return Reshaped(tuple(call.first.shape), tuple(shape))


def repeated(call: Call) -> Reach:
    """Return axes of which some are repeated."""
    sizes = call.first.shape
    counts = zip(reversed(sizes), reversed(call.given["repeats"]), strict=False)
    again = Unknown("it repeats an axis of the image")
    reach = [again if size > 1 and count > 1 else Mixing.NONE for size, count in counts]
    return tuple(reversed(reach))


def indexed(call: Call) -> Reach:
    """Return what `x[:, [0, 2, 4]]` reads: some units of one axis, the others at their place."""
    dims = [dim for dim, index in enumerate(call.given["indices"]) if index is not None]
    if len(dims) != 1 or call.given["indices"][dims[0]].dim() != 1:
        return untold(call)
    return _along(call.first, {dims[0]: PICKED})


def rolled(call: Call) -> Reach:
    """Return axes that are moved along, what leaves at the end coming first."""
    shifts, dims = _listed(call.given["shifts"]), _listed(call.given["dims"])
    if not dims:
        return Unknown("it rolls all axes as if they were one")
    sizes = call.first.shape
    pairs = zip(dims, shifts, strict=True)
    return _along(call.first, {dim: Rolled(sizes[dim], shift) for dim, shift in pairs})


def flipped(call: Call) -> Reach:
    """Return axes from behind."""
    sizes = call.first.shape or (1,)  # torch gives one number an axis
    windows = {dim: Sliding(1, stride=-1, padding=1 - sizes[dim]) for dim in call.given["dims"]}
    return _along(call.first, windows)


# Several inputs.


def product(left: str, right: str) -> Rule:
    """Return the rule of a product: rows of the one argument meet columns of the other."""
    return met({left: (Mixing.EVERYTHING,), right: (Mixing.EVERYTHING, Mixing.NONE)})


def over_all(call: Call) -> Reach:
    """Return everything along the axes that are transformed; each output has its place there."""
    return _along(call.first, dict.fromkeys(call.given["dim"], Mixing.EVERYTHING_IN_PLACE))


def made_of_all(call: Call) -> Reach:
    """Return that every value reads all of an example, on axes of its own."""
    before, after = tuple(call.first.shape), tuple(call.out.shape)
    whole = (Mixing.EVERYTHING,) * (len(before) - 1)
    gone = (before[0], *(1 for _ in before[1:]))
    return in_turn((whole, gone), (Reshaped(gone, (before[0], *(1 for _ in after[1:]))), after))


def sampled(call: Call) -> Reach:
    """Return what is read where a grid says: any place of the image, and the grid's own place.

    Where no input of the network is in the grid, its numbers alone say which.
    """
    roles = call.roles()
    if "grid" not in roles:
        return Unknown("it reads where a grid says, whose numbers nobody has looked at")
    examples, channels, *sizes = call.out.shape
    steps = []
    for number, role in enumerate(roles):
        if role == "grid":
            pair = (Mixing.EVERYTHING,)
            order = Permuted((len(sizes), *range(len(sizes))))
            whole = ((pair, (examples, *sizes, 1)), (order, (examples, 1, *sizes)))
            reach: Reach = in_turn(*whole)
            steps.append(ReachStep((number,), reach, (examples, 1, *sizes)))
        else:
            shape = (examples, channels, *(1 for _ in sizes))
            steps.append(ReachStep((number,), (Mixing.EVERYTHING,) * len(sizes), shape))
    meeting = tuple(range(len(steps), 2 * len(steps)))
    return Inside((*steps, ReachStep(meeting, Mixing.NONE, tuple(call.out.shape))))


def rows(_: Call) -> Reach:
    """Return what a layer of units that are connected to all features reads: its own row."""
    return (Mixing.EVERYTHING,)


def met(reads: Mapping[str, Reach]) -> Rule:
    """Return the rule of an operator that reads its arguments differently, and joins them."""

    def rule(call: Call) -> Reach:
        reaches = [reads.get(role, Mixing.NONE) for role in call.roles()]
        if len(reaches) == 1:
            return reaches[0]
        steps = [
            ReachStep((number,), reach, tuple(tensor.shape))
            for number, (reach, tensor) in enumerate(zip(reaches, call.inputs, strict=True))
        ]
        meeting = tuple(range(len(steps), 2 * len(steps)))
        return Inside((*steps, ReachStep(meeting, Mixing.NONE, tuple(call.out.shape))))

    return rule


def concatenated(call: Call) -> Reach:
    """Return an axis on which the inputs stand one after another."""
    return _along(call.out, {call.given["dim"]: Mixing.AMONG_OTHERS})


PICKED = Unknown("it picks or adds up some units of an axis of the image")
